import { basename } from "node:path";
import { l10n } from "vscode";
import type { PolicyDecision } from "../../core/policy/decision.ts";
import type { PolicyFile } from "../../core/policy/read-policies.ts";
import type { ExplainedPolicy } from "../../core/policy-explanation.ts";
import { decisionLines, outcomeSentence, policyOwner, reasonsBeside } from "../../core/presentation/decision-text.ts";
import { signedByLine } from "../../core/presentation/signer-text.ts";
import { verdictLabel } from "../../core/presentation/verdict-labels.ts";
import type { Verdict } from "../../core/verdict.ts";
import type { Signer } from "../../core/verification/signer.ts";
import { codeSpan } from "../../platform/markdown-text.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { EDITOR } from "../localizer.ts";
import { shownPath } from "../trusting/destinations.ts";

export interface ExplanationSource {
  readonly model: KnownModel;
  /** Relative to its workspace folder, `/` separated. */
  readonly path: string;
  readonly policies: readonly ExplainedPolicy[];
  /** Files that have errors. */
  readonly broken: readonly PolicyFile[];
  readonly workspaceTrusted: boolean;
}

/**
 * Why a model is accepted, or is not, as Markdown in plain words. Whatever comes from a bundle, a policy or a disk
 * stands in code spans: nothing in it is markup or an address.
 */
export function explanation(source: ExplanationSource): string {
  const { model, path } = source;
  const verdict = settled(model);
  const look = verdictLabel(verdict, l10n.t);
  const lines = [
    `# ${look.mark} ${look.label}: ${nameText(basename(model.path))}`,
    "",
    ...paragraph(acceptanceSentence(verdict, source)),
    ...who(verdict.signer, verdict),
    `## ${l10n.t("Policies")}`,
    "",
    ...policyLines(source, verdict),
    ...otherPolicies(source),
    ...reasons(verdict),
    `## ${l10n.t("What can be done")}`,
    "",
    ...whatToDo(verdict, source).map((text) => `- ${text}`),
    "",
    `*${l10n.t("Patterns of policies are compared with {0}. Every policy that covers a model has to accept it, each by any one of its authorities.", codeSpan(path))}*`,
    "",
  ];
  return lines.join("\n");
}

/** While a check runs, what it will say is not known. */
export function settled(model: KnownModel): Verdict {
  return model.verdict.state === "checking" ? (model.before ?? model.verdict) : model.verdict;
}

function paragraph(text: string): string[] {
  return [text, ""];
}

function acceptanceSentence(verdict: Verdict, { broken }: ExplanationSource): string {
  const { decision, state } = verdict;
  if (broken.length > 0)
    return l10n.t("A policy cannot be read. What it demands is not known, so nothing is accepted.");
  if (decision === undefined) {
    return state === "verified"
      ? l10n.t("No policy covers this model. Your settings accept its signer.")
      : l10n.t("No policy covers this model: your settings decide whose signature is accepted.");
  }
  return outcomeSentence(decision.outcome, l10n.t);
}

function who(signer: Signer | undefined, { signature }: Verdict): string[] {
  const title = [`## ${l10n.t("Who signed it")}`, ""];
  if (signature === undefined) return [...title, ...paragraph(l10n.t("Nobody: there is no signature."))];
  if (signer === undefined) {
    return [...title, ...paragraph(l10n.t("Not known here. A signature that cannot be checked names nobody."))];
  }
  return [...title, ...paragraph(signedByLine(signer, EDITOR, { quote: codeSpan, exact: true }))];
}

function policyLines({ policies, broken, workspaceTrusted }: ExplanationSource, verdict: Verdict): string[] {
  const errors = broken.flatMap(({ path, diagnostics }) => {
    const error = diagnostics.find(({ severity }) => severity === "error");
    if (error === undefined) return [];
    return [
      `### ✗ ${nameText(shownPath(path))}`,
      "",
      ...paragraph(l10n.t("Line {0}: {1}", error.line, codeSpan(error.message))),
    ];
  });
  const covering = policies.filter((policy) => policy.covers);
  const texts = covering.flatMap((explained) => policySection(explained, verdict, workspaceTrusted));
  if (errors.length + texts.length > 0) return [...errors, ...texts];
  return paragraph(l10n.t("None covers this model."));
}

function policySection(
  { policy, source, authorities, untold }: ExplainedPolicy,
  { decision, signature }: Verdict,
  workspaceTrusted: boolean,
): string[] {
  const signed = signature !== undefined;
  const said = decision?.policies.find(
    (one) => one.policy.file === policy.place.file && one.policy.line === policy.place.line,
  );
  const mark = said === undefined ? "○" : said.satisfied ? "✓" : policy.mode === "warn" ? "!" : "✗";
  const whose = policyOwner({ source }, l10n.t);
  // To nobody's signature all say the same; only an exception has something to say.
  const told = signed ? authorities : authorities.filter(({ accepted }) => accepted);
  const silent = source === "workspace" && !workspaceTrusted;
  return [
    `### ${mark} ${nameText(policy.name)}`,
    "",
    ...paragraph(`${placeText(policy.place.file, policy.place.line)} · ${whose} · ${modeText(policy.mode)}`),
    ...(silent ? paragraph(l10n.t("This workspace is not trusted: the policy can refuse, and accept nobody.")) : []),
    ...(said === undefined ? [] : notes(said)),
    ...table(told.map((one) => [one.accepted ? "✓" : "✗", one.authority, one.message] as const)),
    ...(untold === 0 ? [] : paragraph(l10n.t("… and {0} more authorities, not listed here", untold))),
  ];
}

function modeText(mode: "enforce" | "warn"): string {
  return mode === "enforce" ? l10n.t("refuses what it does not accept") : l10n.t("only warns");
}

function notes({ reasons: why, warnings }: PolicyDecision): string[] {
  const texts = [...why, ...warnings].map(({ message }) => `- ${codeSpan(message)}`);
  return texts.length === 0 ? [] : [...texts, ""];
}

type Row = readonly [mark: string, authority: { readonly name: string; readonly line: number }, why: string];

function table(rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const head = `| | ${l10n.t("Authority")} | ${l10n.t("What it says to the signer")} |`;
  return [
    head,
    "|:-|:-|:-|",
    ...rows.map(([mark, { name, line }, why]) => {
      const text = why === "" ? "" : cell(codeSpan(why));
      return `| ${mark} | ${cell(codeSpan(name))} ${l10n.t("(line {0})", line)} | ${text} |`;
    }),
    "",
  ];
}

/** In a table, a bar ends the cell even in a code span. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function otherPolicies({ policies }: ExplanationSource): string[] {
  const others = policies.filter((policy) => !policy.covers);
  if (others.length === 0) return [];
  const lines = others.map(({ policy }) => {
    const patterns = policy.models.map(({ pattern }) => codeSpan(pattern)).join(", ");
    return `- ${nameText(policy.name)}: ${l10n.t("covers {0}", patterns)} (${placeText(policy.place.file, policy.place.line)})`;
  });
  return [`### ${l10n.t("Policies for other models")}`, "", ...lines, ""];
}

/** What no policy has said already. */
function reasons({ reasons: all, decision }: Verdict): string[] {
  const told = new Set(decision === undefined ? [] : decisionLines(decision, l10n.t));
  // That there is no signature stands above.
  const left = reasonsBeside(decision, all).filter(
    ({ code, message }) => code !== "SIGNATURE_NOT_FOUND" && !told.has(message),
  );
  if (left.length === 0) return [];
  return [`## ${l10n.t("What else was found")}`, "", ...left.map(({ message }) => `- ${codeSpan(message)}`), ""];
}

function whatToDo(verdict: Verdict, { broken, workspaceTrusted }: ExplanationSource): string[] {
  const { state, decision, signature } = verdict;
  if (broken.length > 0) return [l10n.t("Fix the policy file; its errors are listed in Problems.")];
  if (state === "modified") {
    return [
      l10n.t("The files are not what was signed: get them again from where they come, or have them signed again."),
    ];
  }
  if (state === "invalid") return [l10n.t("Get the model and its signature again: this signature proves nothing.")];
  if (signature === undefined) {
    return [l10n.t("Sign the model if it is yours, or get a signature from whoever made it.")];
  }
  if (!workspaceTrusted) return [l10n.t("Trust this workspace if you know where it comes from.")];
  if (state === "verified") return [l10n.t("Nothing: it is what its signer signed, and the signer is accepted.")];
  if (state === "unchecked" || state === "stale") return [l10n.t("Verify the model: its files were not read.")];
  const refused = decision === undefined || decision.outcome !== "accepted";
  return refused
    ? [l10n.t("If you expect this signer, run “Trust Signer…”: it shows what is written before anything is.")]
    : [l10n.t("Nothing.")];
}

/** The preview leads to no file that lies outside its document's own folder, so the place is given in words. */
function placeText(file: string, line: number): string {
  return l10n.t("{0}, line {1}", nameText(shownPath(file)), line);
}

/** A name that cannot mean anything in Markdown stands as it is, any other in a code span. */
export function nameText(name: string): string {
  return /^[A-Za-z0-9]+(?:[ _-][A-Za-z0-9]+)*$/.test(name) ? name : codeSpan(name);
}
