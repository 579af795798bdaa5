import { writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { systemCode } from "../../core/errors.ts";
import { namesText } from "../../core/gate/search-result.ts";
import { coveredModels, policiesForSigners } from "../../core/operations/policy/policy-drafts.ts";
import { writePolicies } from "../../core/policy/editing/policy-draft.ts";
import { assertOutsideSignedModels } from "../../core/policy/editing/signed-model.ts";
import { countText } from "../../core/presentation/bytes-and-time.ts";
import { ENGLISH } from "../../core/presentation/localizer.ts";
import { type OptionSpecs, usageError } from "../arguments.ts";
import { defineCommand, EXIT } from "../command.ts";
import { type FoundSigner, findSigners } from "../found-signers.ts";
import { POLICY_OPTIONS } from "../options.ts";
import { readCertificateFile, readPublicKeyFile } from "../pem-files.ts";
import { confirm } from "../question.ts";
import { publicSigstoreOf } from "../sigstore-instance.ts";
import type { Terminal } from "../terminal.ts";
import { escapeControls } from "../text.ts";

/** Models named in one line. */
const NAMED = 12;

export default defineCommand({
  name: "policy init",
  operand: "DIR",
  operandDefault: ".",
  description: [
    "Finds the signed models below a folder, verifies who signed them, and asks for each signer whether to accept it. Writes a policy for each that you accept, named after the signer, with one pattern for each folder that holds several models of this signer and of no other. Keys and roots have to be given: those that come with a model prove nothing.",
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
    const { err, input, log } = terminal;
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
    const others: FoundSigner[] = [];
    for (const signer of signers) ((await isAccepted(signer, all, terminal)) ? accepted : others).push(signer);
    if (accepted.length === 0) {
      err.print(["No signer was accepted, so no policy was written."]);
      return EXIT.failed;
    }
    const drafts = policiesForSigners(accepted, others, ENGLISH.t, escapeControls);
    const rest = [...unsigned, ...unknown.map(({ model }) => model)];
    const rejected = coveredModels(drafts, rest);
    if (rejected.length > 0) {
      err.print([`Also covers models that none of these signers has signed, so it rejects them: ${listed(rejected)}.`]);
    }
    await writeNewFile(writePolicies(drafts), output);
    log.info(`Written: ${output}`);
    return EXIT.done;
  },
});

async function isAccepted(signer: FoundSigner, all: boolean, terminal: Terminal): Promise<boolean> {
  const signed = `${countText(signer.models.length, "model")}: ${listed(signer.models)}`;
  terminal.err.print([all ? `${signer.text} is accepted for ${signed}` : `${signer.text} signed ${signed}.`]);
  return all || confirm("Accept?", terminal);
}

function listed(models: readonly string[]): string {
  return namesText(models.slice(0, NAMED), models.length);
}

/** @throws ProvenanceError USAGE where the file is there or cannot be written */
async function writeNewFile(text: string, file: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: "wx" });
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw usageError(
      code === "EEXIST" ? `${file} is there already; it is not replaced.` : `${file} cannot be written (${code}).`,
    );
  }
}
