import { basename, relative, resolve } from "node:path";
import type { Verdict } from "../../core/verdict.ts";
import { verifyReport } from "../../core/verify-report.ts";
import { type OptionSpecs, usageError } from "../arguments.ts";
import { digestCacheFolder } from "../cache-folder.ts";
import { defineCommand, EXIT } from "../command.ts";
import { acceptingPolicies, decisionFields } from "../decision-report.ts";
import { POLICY_OPTIONS, REPORT_OPTIONS } from "../options.ts";
import { namedPolicies, pathBelow } from "../policy-options.ts";
import { ProgressLine } from "../progress-line.ts";
import { publicSigstoreOf } from "../public-sigstore.ts";
import { verdictReport } from "../report.ts";
import { withActualSignature } from "../signature-elsewhere.ts";

const FORMATS = ["text", "json", "vsa"] as const;
type Format = (typeof FORMATS)[number];

const OPTIONS = {
  ...POLICY_OPTIONS,
  signature: {
    type: "text",
    metavar: "FILE",
    help: "The signature file. Default: the one that the policy names, or the one in the model's folder or beside it.",
  },
  format: {
    type: "text",
    metavar: "FORMAT",
    help: "text, json (as --json), or vsa: a SLSA Verification Summary as an in-toto statement.",
  },
  ...REPORT_OPTIONS,
} as const satisfies OptionSpecs;

export const verifyWithPolicyFile = defineCommand({
  name: "verify",
  operand: "MODEL",
  description: [
    "Verifies a model as policy files want it: they say who may sign.",
    "MODEL is a folder or a single file. Every byte is read. Exit status 0 means verified: the signature is authentic, every policy that covers the model accepts its signer, and the files are exactly what was signed; anything else is 1, exceptions and warnings too. To gate models in CI, see scan --policy.",
  ],
  options: OPTIONS,
  examples: ["model-provenance verify models/llama-3-8b --policy model-policy.yaml"],
  async run(model, args, terminal) {
    const { cwd, out, err, interruption } = terminal;
    const format = formatOf(args.text("format"), args.flag("json") === true);
    const { files, policies, root } = await namedPolicies(args.list("policy"), model, args.text("root"), terminal);
    const { verifyWithPolicy } = await import("../../core/verify-with-policy.ts");
    const progress = new ProgressLine(err);
    const signature = args.text("signature");
    let verdict: Verdict;
    try {
      verdict = await verifyWithPolicy({
        model,
        policies,
        workspaceTrusted: true,
        folder: root,
        path: pathBelow(root, model),
        publicSigstore: publicSigstoreOf(terminal, args.flag("offline") === true),
        cache: digestCacheFolder(),
        signal: interruption.signal,
        onProgress: progress.update,
        ...(signature !== undefined && { signature }),
      });
      verdict = await withActualSignature(verdict, signature, terminal);
      if (format === "vsa") {
        const { verificationSummary } = await import("../verification-summary.ts");
        out.json(await verificationSummary(verdict, files, pathBelow(root, model), interruption.signal));
      }
    } finally {
      progress.clear();
    }
    if (format === "json") out.json(verifyReport(verdict));
    if (format === "text") {
      const long = args.flag("long") ?? false;
      const { decision } = verdict;
      const lines = verdictReport(verdict, {
        name: basename(resolve(model)),
        accepted: decision === undefined ? "" : acceptingPolicies(decision),
        long,
        ...(signature === undefined &&
          verdict.signature !== undefined && { signature: relative(cwd, verdict.signature) }),
      });
      const decisions = decision === undefined ? [] : decisionFields(decision, cwd, { all: long });
      out.print(...lines.slice(0, -1), ...decisions, ...lines.slice(-1));
    }
    return verdict.state === "verified" ? EXIT.done : EXIT.failed;
  },
});

function formatOf(text: string | undefined, json: boolean): Format {
  if (text === undefined) return json ? "json" : "text";
  const found = FORMATS.find((format) => format === text);
  if (found === undefined) throw usageError(`--format: "${text}" is not one of ${FORMATS.join(", ")}.`);
  if (json && found !== "json") throw usageError(`--json and --format ${found} exclude one another.`);
  return found;
}
