import { basename, relative, resolve } from "node:path";
import type { Decision } from "../../core/policy/decision.ts";
import { allowsUse } from "../../core/policy/decision.ts";
import { outcomeSentence } from "../../core/presentation/decision-text.ts";
import { ENGLISH } from "../../core/presentation/localizer.ts";
import { verdictLabel } from "../../core/presentation/verdict-labels.ts";
import type { Verdict } from "../../core/verdict.ts";
import type { OptionSpecs } from "../arguments.ts";
import { defineCommand, EXIT } from "../command.ts";
import { decisionFields } from "../decision-report.ts";
import { POLICY_OPTIONS, REPORT_OPTIONS } from "../options.ts";
import { foundPolicies, namedPolicies, pathBelow, shownPath } from "../policy-options.ts";
import { withProgressLine } from "../progress-line.ts";
import { field, signerLines } from "../report.ts";
import { publicSigstoreOf } from "../sigstore-instance.ts";
import type { Line } from "../text.ts";

export default defineCommand({
  name: "policy explain",
  description: [
    "Prints which policies cover a model, which authority of each accepts its signer, or why each does not. Without --policy, your personal policy and those of the nearest folder above the model are used.",
    "Signature and signer are verified; the model's files are read only with --files. Exit status 1 means that the policies do not allow the model.",
  ],
  options: {
    ...POLICY_OPTIONS,
    files: "Also read every byte of the model, and compare.",
    ...REPORT_OPTIONS,
  } satisfies OptionSpecs,
  examples: ["model-provenance policy explain models/llama-3-8b"],
  async run(model, args, terminal) {
    const { cwd, out, err, interruption } = terminal;
    const paths = args.list("policy");
    const root = args.text("root");
    const chosen =
      paths.length > 0 ? await namedPolicies(paths, model, root, terminal) : await foundPolicies(model, root, terminal);
    const core = await import("../../core/operations/verify/verify-with-policy.ts");
    const operation = args.flag("files") === true ? core.verifyWithPolicy : core.authenticateWithPolicy;
    const verdict = await withProgressLine(err, (onProgress) =>
      operation({
        model,
        policies: chosen.policies,
        workspaceTrusted: true,
        folder: chosen.root,
        path: pathBelow(chosen.root, model),
        publicSigstore: publicSigstoreOf(terminal, args.flag("offline") === true),
        signal: interruption.signal,
        onProgress,
      }),
    );
    const { decision } = verdict;
    const files = chosen.files.map(({ path }) => path);
    if (args.flag("json") === true) out.report("policy explain", { files, verdict });
    else if (decision !== undefined) {
      const name = basename(resolve(model));
      out.print(...explanation(verdict, decision, { name, files, cwd, long: args.flag("long") ?? false }));
    }
    return decision !== undefined && allowsUse(decision.outcome) ? EXIT.done : EXIT.failed;
  },
});

interface ExplanationOptions {
  readonly name: string;
  readonly files: readonly string[];
  readonly cwd: string;
  readonly long: boolean;
}

function explanation(verdict: Verdict, decision: Decision, { name, files, cwd, long }: ExplanationOptions): Line[] {
  const { mark, label } = verdictLabel(verdict, ENGLISH.t);
  const { signer, signature } = verdict;
  const read = verdict.state === "unchecked" ? " (signature and signer only; --files reads the files)" : "";
  const passes = allowsUse(decision.outcome);
  const isOpen =
    !passes && verdict.state === "unchecked" && decision.reasons.every(({ code }) => code === "POLICY_PIN");
  const [outcomeMark, style] = isOpen
    ? (["?", "bold"] as const)
    : passes
      ? (["✓", "green"] as const)
      : (["✗", "red"] as const);
  const outcome = isOpen
    ? "Its bytes were not compared; --files reads them."
    : outcomeSentence(decision.outcome, ENGLISH.t);
  return [
    [`${mark} ${label}${read}  `, { text: name, style: "bold" }],
    ...field("path", [decision.path]),
    ...field("policies", [files.map((path) => shownPath(cwd, path)).join(", ") || "none found"]),
    ...(signature === undefined ? [] : field("signature", [relative(cwd, signature)])),
    ...(signer === undefined ? [] : field("signed by", ...signerLines(signer, { long }))),
    ...decisionFields(decision, cwd, { all: true }),
    ...field("reason", ...verdict.reasons.map(({ message }): Line => [message])),
    [{ text: `${outcomeMark} ${name}: ${outcome}`, style }],
  ];
}
