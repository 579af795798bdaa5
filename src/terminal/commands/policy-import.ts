import { readFile } from "node:fs/promises";
import { ProvenanceError, systemCode } from "../../core/errors.ts";
import { hasErrors } from "../../core/policy/diagnostics.ts";
import { assertOutsideSignedModels } from "../../core/policy/editing/signed-model.ts";
import { type PolicyDraft, type UnsupportedField, writePolicies } from "../../core/policy/interchange/draft.ts";
import { authoritiesOfFlags } from "../../core/policy/interchange/flags.ts";
import { importPolicies } from "../../core/policy/interchange/import-policies.ts";
import { type ArgumentsOf, type OptionSpecs, usageError } from "../arguments.ts";
import { defineCommand, EXIT } from "../command.ts";
import { readCertificateFile, readPublicKeyFile } from "../pem-files.ts";
import { diagnosticText } from "../policy-options.ts";
import type { Terminal } from "../terminal.ts";
import { OUTPUT_OPTION, writeOutput } from "../write-output.ts";

const OPTIONS = {
  "models GLOB …":
    'The models that the policy is to cover: other formats name images, or paths in a container. Default: "**".',
  "identity IDENTITY": "As for verify sigstore. With --identity-provider.",
  "identity-provider URL": "As for verify sigstore.",
  "public-key FILE": "As for verify key.",
  "certificate-chain FILE …": "As for verify certificate.",
  "identity-subject NAME": "As for verify certificate.",
  ...OUTPUT_OPTION,
} satisfies OptionSpecs;

export default defineCommand({
  name: "policy import",
  operand: "FILE",
  operandDefault: "",
  description: [
    "Converts a ClusterImagePolicy (Sigstore's policy-controller), a ModelValidation (model validation operator), or the flags of verify to a policy. What cannot be converted is listed on standard error, and an authority that would lose a condition is omitted: the policy accepts no signer that the original does not.",
  ],
  options: OPTIONS,
  examples: [
    'model-provenance policy import cluster-policy.yaml --models "models/**" --output model-policy.yaml',
    "model-provenance policy import --identity alice@example.com --identity-provider https://accounts.google.com",
  ],
  async run(file, args, terminal) {
    const given = args.list("models");
    const models = given.length > 0 ? given : ["**"];
    const flags = await draftOfFlags(args, models);
    if (file === "" && flags === undefined) throw usageError("FILE is missing, or flags such as --identity.");
    if (file !== "" && flags !== undefined) throw usageError("FILE and flags exclude each other.");
    const imported =
      flags === undefined ? await importFile(file, models, terminal) : { drafts: [flags], unsupported: [] };
    const output = args.text("output");
    if (output !== undefined) await assertOutsideSignedModels(output, () => "name a file elsewhere with --output");
    printUnsupportedFields(imported.unsupported, terminal);
    if (imported.drafts.length === 0) throw usageError(`${file} contains nothing to import.`);
    await writeOutput(writePolicies(imported.drafts), output, terminal);
    return EXIT.done;
  },
});

async function draftOfFlags(
  args: ArgumentsOf<typeof OPTIONS>,
  models: readonly string[],
): Promise<PolicyDraft | undefined> {
  const identity = args.text("identity");
  const identityProvider = args.text("identity-provider");
  if ((identity === undefined) !== (identityProvider === undefined)) {
    throw usageError("--identity and --identity-provider go together.");
  }
  const key = args.text("public-key");
  const certificates = await Promise.all(args.list("certificate-chain").map(readCertificateFile));
  const authorities = authoritiesOfFlags({
    identity,
    identityProvider,
    publicKey: key === undefined ? undefined : (await readPublicKeyFile(key)).pem,
    certificates: certificates.map(({ pem }) => pem),
    identitySubject: args.text("identity-subject"),
  });
  return authorities.length === 0 ? undefined : { name: "imported", models, authorities };
}

async function importFile(file: string, models: readonly string[], { err }: Terminal) {
  const imported = importPolicies(await readText(file), models);
  if (!hasErrors(imported.diagnostics)) return imported;
  for (const found of imported.diagnostics) err.print([diagnosticText(file, found)]);
  throw new ProvenanceError("POLICY_INVALID", `${file} cannot be read. Nothing was imported.`, { details: { file } });
}

async function readText(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw usageError(`${file} cannot be read (${code}).`);
  }
}

/** Each on a line of standard error: nothing is dropped without a word. */
export function printUnsupportedFields(unsupported: readonly UnsupportedField[], { err }: Pick<Terminal, "err">): void {
  if (unsupported.length === 0) return;
  err.print([{ text: "Not converted:", style: "amber" }]);
  for (const { what, why } of unsupported) err.print([`  ${what}: ${why}`]);
}
