import { basename, relative, resolve } from "node:path";
import { verifyReport } from "../../core/verify-report.ts";
import type { OptionSpecs } from "../arguments.ts";
import { defineCommand, EXIT } from "../command.ts";
import { acceptingPolicies, decisionFields } from "../decision-report.ts";
import { POLICY_OPTIONS, REPORT_OPTIONS, reportFormat, reportOptions } from "../options.ts";
import { namedPolicies, pathBelow } from "../policy-options.ts";
import { cacheFolder } from "../program-folders.ts";
import { withProgressLine } from "../progress-line.ts";
import { verdictReport } from "../report.ts";
import { withActualSignature } from "../signature-elsewhere.ts";
import { publicSigstoreOf } from "../sigstore-instance.ts";

const FORMATS = ["text", "json", "vsa"] as const;

const OPTIONS = {
  ...POLICY_OPTIONS,
  signature: {
    type: "text",
    metavar: "FILE",
    help: "The signature file. Default: the one that the policy names, or the one in the model's folder or next to it.",
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
    "Verifies a model against policy files, which define who may sign.",
    "MODEL is a folder or a single file. Every byte is read. Exit status 0 means verified: the signature is authentic, every policy that covers the model accepts its signer, and the files are exactly what was signed; anything else is 1, exceptions and warnings too. To gate models in CI, see scan --policy.",
  ],
  options: OPTIONS,
  examples: ["model-provenance verify models/llama-3-8b --policy model-policy.yaml"],
  async run(model, args, terminal) {
    const { cwd, out, err, interruption } = terminal;
    const format = reportFormat(args, FORMATS);
    const { files, policies, root } = await namedPolicies(args.list("policy"), model, args.text("root"), terminal);
    const { verifyWithPolicy } = await import("../../core/verify-with-policy.ts");
    const signature = args.text("signature");
    const path = pathBelow(root, model);
    const found = await withProgressLine(err, ({ update }) =>
      verifyWithPolicy({
        model,
        policies,
        workspaceTrusted: true,
        folder: root,
        path,
        publicSigstore: publicSigstoreOf(terminal, args.flag("offline") === true),
        cache: cacheFolder("digests"),
        signal: interruption.signal,
        onProgress: update,
        ...(signature !== undefined && { signature }),
      }),
    );
    const verdict = await withActualSignature(found, signature, terminal);
    if (format === "vsa") {
      const { verificationSummary } = await import("../verification-summary.ts");
      out.json(await verificationSummary(verdict, files, path, interruption.signal));
    }
    if (format === "json") out.json(verifyReport(verdict));
    if (format === "text") {
      const long = args.flag("long") ?? false;
      const { decision } = verdict;
      const lines = verdictReport(verdict, {
        name: basename(resolve(model)),
        accepted: decision === undefined ? "" : acceptingPolicies(decision),
        ...reportOptions(args),
        ...(signature === undefined &&
          verdict.signature !== undefined && { signature: relative(cwd, verdict.signature) }),
      });
      const decisions = decision === undefined ? [] : decisionFields(decision, cwd, { all: long });
      out.print(...lines.slice(0, -1), ...decisions, ...lines.slice(-1));
    }
    return verdict.state === "verified" ? EXIT.done : EXIT.failed;
  },
});
