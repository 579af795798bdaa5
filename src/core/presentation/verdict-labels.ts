import { isToolFilesOnly } from "../manifest/innocent-differences.ts";
import type { StaleCause, Verdict, VerdictState } from "../verdict.ts";
import type { Translate } from "./localizer.ts";

/** How a verdict is displayed: never by colour alone, but with its own label and mark. */
export interface VerdictLabel {
  readonly label: string;
  /** Name of a codicon. */
  readonly icon: string;
  readonly colour: "green" | "blue" | "amber" | "red" | "neutral";
  /** One or two characters beside a file's name, if any. */
  readonly badge?: string;
  /** One character before the label, in plain text. */
  readonly mark: string;
}

/** The one table that every surface reads. */
export const VERDICT_LABELS: Readonly<Record<VerdictState, VerdictLabel>> = {
  verified: { label: "Verified", icon: "verified-filled", colour: "green", badge: "✓", mark: "✓" },
  pinned: { label: "Same bytes as pinned", icon: "pinned", colour: "blue", mark: "=" },
  untrusted: { label: "Signer not accepted", icon: "unverified", colour: "amber", badge: "?", mark: "?" },
  modified: { label: "Changed since signing", icon: "error", colour: "red", badge: "✗", mark: "✗" },
  invalid: { label: "Signature not valid", icon: "error", colour: "red", badge: "✗", mark: "✗" },
  unverifiable: { label: "Can't be verified here", icon: "question", colour: "neutral", mark: "?" },
  unsigned: { label: "Not signed", icon: "circle-outline", colour: "neutral", mark: "○" },
  unchecked: { label: "Not checked yet", icon: "circle-large-outline", colour: "neutral", mark: "○" },
  checking: { label: "Checking…", icon: "sync~spin", colour: "neutral", mark: "…" },
  stale: { label: "Outdated: files changed", icon: "history", colour: "neutral", mark: "↻" },
};

const AMBER = { icon: "warning", colour: "amber", badge: "!", mark: "!" } as const;
const EXCEPTION: VerdictLabel = { ...AMBER, label: "Allowed by exception" };
/** All that differs are files that tools wrote: not what was signed, and no sign of an attack. */
const ADDED_BY_TOOLS: VerdictLabel = { ...AMBER, label: "Files added by tools" };
const SIGNATURE_DEMANDED: VerdictLabel = { ...AMBER, label: "Not signed" };

/** Of an unsigned model: there is no signing that it changed since. */
const PIN_BROKEN: VerdictLabel = { ...VERDICT_LABELS.modified, label: "Changed since pinned" };

const STALE: Readonly<Record<StaleCause, string>> = {
  files: VERDICT_LABELS.stale.label,
  policy: "Outdated: policy changed",
  trust: "Outdated: trust changed",
  restart: "Outdated: checked in an earlier window",
};

/** The texts of this file, for translators. */
export const LABEL_TEXTS: readonly string[] = [
  ...[...Object.values(VERDICT_LABELS), EXCEPTION, ADDED_BY_TOOLS, SIGNATURE_DEMANDED, PIN_BROKEN].map(
    ({ label }) => label,
  ),
  ...Object.values(STALE),
];

/** A verdict as far as its label depends on it. */
type Labelled = Pick<Verdict, "state" | "decision" | "staleBecause" | "comparison" | "pin">;

/** The label of a verdict: by its state and its cause, and by what policies decided. */
export function verdictLabel(verdict: Labelled, t: Translate): VerdictLabel {
  const found = labelOf(verdict);
  return { ...found, label: t(found.label) };
}

/** What policies say of an unsigned model that they do not accept. */
const DEMANDS: ReadonlySet<string> = new Set(["POLICY_SIGNATURE_REQUIRED", "POLICY_PIN"]);

function labelOf(verdict: Labelled): VerdictLabel {
  const { state, decision, staleBecause } = verdict;
  if (state === "stale") return { ...VERDICT_LABELS.stale, label: STALE[staleBecause ?? "files"] };
  if (isException(verdict)) return EXCEPTION;
  if (state === "modified" && verdict.pin !== undefined) return PIN_BROKEN;
  if (isToolFilesOnly(verdict)) return ADDED_BY_TOOLS;
  const demanded = decision?.reasons.some(({ code }) => DEMANDS.has(code)) === true;
  return state === "unsigned" && demanded ? SIGNATURE_DEMANDED : VERDICT_LABELS[state];
}

/** Whether a policy allows the model by exception. An exception never hides a changed model or an invalid signature. */
export function isException({ state, decision }: Labelled): boolean {
  return decision?.outcome === "exception" && state !== "modified" && state !== "invalid" && state !== "stale";
}
