import { l10n } from "vscode";
import { isToolFilesOnly } from "../../core/manifest/innocent-differences.ts";
import type { PolicyDecision } from "../../core/policy/decision.ts";
import { covers } from "../../core/policy/evaluate.ts";
import type { Policy } from "../../core/policy/policy.ts";
import type { PolicyFile } from "../../core/policy/read-policies.ts";
import { outcomeSentence, policyNotes, policyOwner } from "../../core/presentation/decision-text.ts";
import type { Verdict } from "../../core/verdict.ts";
import { codeSpan } from "../../platform/markdown-text.ts";
import { shownPath } from "../trusting/destinations.ts";

export interface PolicyReportSource {
  readonly verdict: Verdict;
  /** Relative to its workspace folder, `/` separated. */
  readonly path: string;
  /** Of all readable policy files. */
  readonly policies: readonly Policy[];
  /** Policy files with errors. */
  readonly broken: readonly PolicyFile[];
  readonly workspaceTrusted: boolean;
}

/**
 * Returns the policy decision on a model in Markdown: each policy with its authorities, and what to do next. Text from a
 * bundle, a policy or a disk is in code spans, so nothing in it is markup or a link.
 */
export function policyReport(source: PolicyReportSource): string {
  const { verdict, path, policies, broken, workspaceTrusted } = source;
  return [
    `### ${l10n.t("Policies")}`,
    "",
    ...paragraph(acceptanceSentence(source)),
    ...broken.flatMap(brokenFile),
    ...(verdict.decision?.policies ?? []).flatMap((policy) => policySection(policy, workspaceTrusted)),
    ...otherPolicies(policies.filter((policy) => !covers(policy, path))),
    `### ${l10n.t("What to do")}`,
    "",
    ...paragraph(nextStep(source)),
    `*${l10n.t("Policy patterns are matched against {0}. Every policy that covers a model must accept it, each through any one of its authorities.", codeSpan(path))}*`,
    "",
  ].join("\n");
}

function paragraph(text: string): string[] {
  return [text, ""];
}

function acceptanceSentence({ verdict, path, policies, broken }: PolicyReportSource): string {
  const { decision, state } = verdict;
  if (broken.length > 0) return l10n.t("A policy file has errors, so its rules are unknown and nothing is accepted.");
  if (decision !== undefined) return outcomeSentence(decision.outcome, l10n.t);
  if (policies.some((policy) => covers(policy, path))) {
    return l10n.t("Policies cover this model. They are evaluated when it is verified.");
  }
  return state === "verified"
    ? l10n.t("No policy covers this model. Your settings accept its signer.")
    : l10n.t("No policy covers this model, so your settings decide which signers are accepted.");
}

function brokenFile({ path, diagnostics }: PolicyFile): string[] {
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (error === undefined) return [];
  return [
    `#### ✗ ${nameText(shownPath(path))}`,
    "",
    ...paragraph(l10n.t("Line {0}: {1}", error.line, codeSpan(error.message))),
  ];
}

function policySection(decision: PolicyDecision, workspaceTrusted: boolean): string[] {
  const { policy, source, mode, satisfied, authorities, untold: omitted } = decision;
  const mark = satisfied ? "✓" : mode === "warn" ? "!" : "✗";
  const enforcement = mode === "enforce" ? l10n.t("enforced") : l10n.t("warns only");
  const owner = policyOwner(decision, l10n.t);
  const rejectsOnly = source === "workspace" && !workspaceTrusted;
  const notes = policyNotes(decision).map(({ message }) => `- ${codeSpan(message)}`);
  return [
    `#### ${mark} ${nameText(policy.name)}`,
    "",
    ...paragraph(`${locationText(policy.file, policy.line)} · ${owner} · ${enforcement}`),
    ...(rejectsOnly ? paragraph(l10n.t("Workspace policies can reject signers but cannot accept them.")) : []),
    ...(notes.length === 0 ? [] : [...notes, ""]),
    ...authorityTable(authorities),
    ...(omitted === 0 ? [] : paragraph(l10n.t("… and {0} more authorities, not listed here", omitted))),
  ];
}

function authorityTable(authorities: PolicyDecision["authorities"]): string[] {
  if (authorities.length === 0) return [];
  const rows = authorities.map(({ accepted, authority: { name, line }, message }) => {
    const cells = [
      accepted ? "✓" : "✗",
      `${codeSpan(name)} ${l10n.t("(line {0})", line)}`,
      message === "" ? "" : codeSpan(message),
    ];
    // In a table, a bar ends the cell even in a code span.
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return [`| | ${l10n.t("Authority")} | ${l10n.t("Decision on the signer")} |`, "|:-|:-|:-|", ...rows, ""];
}

function otherPolicies(others: readonly Policy[]): string[] {
  if (others.length === 0) return [];
  const lines = others.map(({ name, models, location }) => {
    const patterns = models.map(({ pattern }) => codeSpan(pattern)).join(", ");
    return `- ${nameText(name)}: ${l10n.t("covers {0}", patterns)} (${locationText(location.file, location.line)})`;
  });
  return [`#### ${l10n.t("Policies for other models")}`, "", ...lines, ""];
}

function nextStep({ verdict, broken, workspaceTrusted }: PolicyReportSource): string {
  const { state, decision, signature, reasons } = verdict;
  if (broken.length > 0) return l10n.t("Fix the policy file; its errors are listed in Problems.");
  if (isToolFilesOnly(verdict)) {
    return l10n.t("Delete the files that tools added, or ignore them in a policy. Everything signed is unchanged.");
  }
  if (reasons.some(({ code }) => code === "FILE_NOT_DOWNLOADED")) return l10n.t("Run git lfs pull, then verify again.");
  if (state === "modified") return l10n.t("Download the original files again, or have the changed files signed.");
  if (state === "invalid") return l10n.t("Download the model and its signature again: this signature proves nothing.");
  if (signature === undefined) return l10n.t("Sign the model if it is yours, or get a signature from its publisher.");
  if (!workspaceTrusted) return l10n.t("Trust this workspace if you know where it comes from.");
  if (state === "verified") return l10n.t("Nothing. The files match the signature, and its signer is accepted.");
  if (state === "unchecked" || state === "stale") return l10n.t("Verify the model: its files were not read.");
  if (decision?.outcome === "accepted") return l10n.t("Nothing.");
  return l10n.t("If you expect this signer, run “Trust Signer…”. It shows every change before writing it.");
}

/** The preview opens no file outside its document's folder, so the location is text, not a link. */
function locationText(file: string, line: number): string {
  return l10n.t("{0}, line {1}", nameText(shownPath(file)), line);
}

/** Returns a name that has no meaning in Markdown as it is, any other in a code span. */
function nameText(name: string): string {
  return /^[A-Za-z0-9]+(?:[ _-][A-Za-z0-9]+)*$/.test(name) ? name : codeSpan(name);
}
