import { dirname, join, resolve } from "node:path";
import { assertOutsideSignedModels } from "../../core/policy/editing/signed-model.ts";
import { type PolicyDraft, writePolicies } from "../../core/policy/interchange/draft.ts";
import { countText } from "../../core/presentation/bytes-and-time.ts";
import { type OptionSpecs, usageError } from "../arguments.ts";
import { defineCommand, EXIT } from "../command.ts";
import { type FoundSigner, findSigners } from "../found-signers.ts";
import { POLICY_OPTIONS } from "../options.ts";
import { readCertificateFile, readPublicKeyFile } from "../pem-files.ts";
import { confirm } from "../question.ts";
import { publicSigstoreOf } from "../sigstore-instance.ts";
import type { Terminal } from "../terminal.ts";
import { writeOutput } from "../write-output.ts";

export default defineCommand({
  name: "policy init",
  operand: "DIR",
  operandDefault: ".",
  description: [
    "Finds the signed models below a folder, verifies who signed them, and asks for each signer whether to accept it. Writes a policy for those that you accept, each for the models that they signed. Keys and roots have to be given: those that come with a model prove nothing.",
  ],
  options: {
    "public-key FILE …": "A public key that models may be signed with.",
    "certificate-chain FILE …": "Root certificates that models may be signed under.",
    yes: "Accept every signer found, without asking.",
    offline: POLICY_OPTIONS.offline,
    "output FILE": "Where it is written. Default: model-policy.yaml in DIR.",
  } satisfies OptionSpecs,
  examples: ["model-provenance policy init . --public-key keys/prod.pub"],
  async run(folder, args, terminal) {
    const { err, input } = terminal;
    const all = args.flag("yes") === true;
    if (!all && input.isTTY !== true) {
      throw usageError(
        "Each signer has to be confirmed, and there is no terminal to ask on. With --yes all are accepted.",
      );
    }
    const output = args.text("output") ?? join(folder, "model-policy.yaml");
    await assertOutsideSignedModels(
      output,
      (model) => `run policy init for ${dirname(model)}, or name a file elsewhere with --output`,
    );
    const search = {
      folder: resolve(folder),
      keys: await Promise.all(args.list("public-key").map(readPublicKeyFile)),
      roots: await Promise.all(args.list("certificate-chain").map(readCertificateFile)),
      publicSigstore: publicSigstoreOf(terminal, args.flag("offline") === true),
    };
    const { signers, unknown, unsigned } = await findSigners(search, terminal);
    for (const { model, why } of unknown) err.print([`${model}: ${why}`]);
    for (const model of unsigned) err.print([`${model}: not signed`]);
    const accepted: FoundSigner[] = [];
    for (const signer of signers) if (await isAccepted(signer, all, terminal)) accepted.push(signer);
    if (accepted.length === 0) {
      err.print(["No signer was accepted, so no policy was written."]);
      return EXIT.failed;
    }
    await writeOutput(writePolicies(accepted.map(draftFor)), output, terminal);
    return EXIT.done;
  },
});

async function isAccepted(signer: FoundSigner, all: boolean, terminal: Terminal): Promise<boolean> {
  const signed = `${countText(signer.models.length, "model")}: ${signer.models.join(", ")}`;
  terminal.err.print([all ? `${signer.text} is accepted for ${signed}` : `${signer.text} signed ${signed}.`]);
  return all || confirm("Accept?", terminal);
}

function draftFor({ text, authority, models }: FoundSigner, index: number): PolicyDraft {
  const wider = "A pattern such as models/* also covers future models.";
  return { name: `signer-${index + 1}`, models, authorities: [authority], comments: [text, wider] };
}
