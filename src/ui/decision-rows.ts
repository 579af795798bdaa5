import { l10n, Range, Uri } from "vscode";
import type {
  AuthorityDecision,
  Decision,
  DecisionReason,
  PolicyDecision,
  PolicyReference,
} from "../core/policy/decision.ts";
import type { Reason } from "../core/verdict.ts";
import { plainText } from "../platform/plain-text.ts";

/** A row of the tree about a policy: chosen, it opens the line that it speaks of. */
export interface DecisionRow {
  readonly id: string;
  readonly icon: string;
  readonly colour?: "green" | "amber";
  readonly label: string;
  readonly description?: string;
  readonly tooltip: string;
  readonly opens?: Uri;
  readonly at?: Range;
  readonly children?: readonly DecisionRow[];
}

/** What policies say, one row each; below it what the nearest authorities say to the signer. */
export function decisionRows(decision: Decision): readonly DecisionRow[] {
  const broken = decision.reasons.filter(({ code }) => code === "POLICY_INVALID");
  return [
    ...broken.map((reason, index) => brokenRow(reason, index)),
    ...decision.policies.map((policy, index) => policyRow(policy, index)),
  ];
}

/** The same as sentences, for a hover. */
export function decisionLines(decision: Decision): readonly string[] {
  const broken = decision.reasons.filter(({ code }) => code === "POLICY_INVALID").map(({ message }) => message);
  const lines = decision.policies.flatMap((policy) => [
    sentence(policy),
    ...notes(policy).map(({ message }) => message),
  ]);
  const told = new Set(lines);
  const rest = decision.reasons.filter(({ code, message }) => code === "POLICY_UNCOVERED" && !told.has(message));
  return [...broken, ...lines, ...rest.map(({ message }) => message)];
}

/** The reasons that no row of a policy tells already. */
export function reasonsBeside(decision: Decision, reasons: readonly Reason[]): readonly Reason[] {
  const told = new Set([...decision.policies.flatMap(notes), ...decision.reasons].map(({ message }) => message));
  return reasons.filter(({ message }) => !told.has(message));
}

/** `team-models › release`, where the signer was accepted; else the policy alone. */
export function acceptedBy(policy: PolicyDecision): string {
  const authority = policy.authorities.find(({ accepted }) => accepted);
  const name = plainText(policy.policy.name);
  return authority === undefined ? name : `${name} › ${plainText(authority.authority.name)}`;
}

/** One policy's word, in a sentence without a full stop. */
function sentence(policy: PolicyDecision): string {
  const name = acceptedBy(policy);
  if (!policy.satisfied) {
    return policy.mode === "warn" ? l10n.t("{0} warns", name) : l10n.t("Not accepted by {0}", name);
  }
  if (!policy.counts) return l10n.t("{0} has no say: the workspace is not trusted", name);
  switch (policy.by) {
    case "exception":
      return l10n.t("Let pass as an exception by {0}", name);
    case "nothing-demanded":
      return l10n.t("{0} demands no signature", name);
    default:
      return l10n.t("Accepted by {0}", name);
  }
}

function notes({ reasons, warnings }: PolicyDecision): readonly DecisionReason[] {
  return [...reasons, ...warnings];
}

function policyRow(policy: PolicyDecision, index: number): DecisionRow {
  const accepting = policy.authorities.find(({ accepted }) => accepted);
  const label = sentence(policy);
  const texts = notes(policy).map(({ message }) => plainText(message));
  const said = policy.authorities.filter(({ message }) => message !== "");
  const children = [
    ...texts.map((text, place) => ({ id: `policy:${index}:note:${place}`, icon: "info", label: text, tooltip: text })),
    ...said.map((authority, place) => authorityRow(authority, `policy:${index}:authority:${place}`)),
  ];
  const whose = policy.source === "user" ? l10n.t("your own policy") : l10n.t("policy of this workspace");
  return {
    id: `policy:${index}`,
    ...look(policy),
    label,
    description: whose,
    tooltip: [label, whose, ...texts, ...said.map(authorityText)].join("\n"),
    ...target(accepting?.authority ?? policy.policy),
    children,
  };
}

function look({ satisfied, counts, by, mode }: PolicyDecision): Pick<DecisionRow, "icon" | "colour"> {
  if (!satisfied) return { icon: mode === "warn" ? "warning" : "circle-slash", colour: "amber" };
  if (!counts) return { icon: "shield" };
  if (by === "exception") return { icon: "warning", colour: "amber" };
  return by === "signer" ? { icon: "law", colour: "green" } : { icon: "law" };
}

function authorityRow(decision: AuthorityDecision, id: string): DecisionRow {
  const text = authorityText(decision);
  return { id, icon: decision.accepted ? "pass" : "dash", label: text, tooltip: text, ...target(decision.authority) };
}

function authorityText({ authority, message }: AuthorityDecision): string {
  return plainText(`${authority.name}: ${message}`);
}

function brokenRow({ message, details }: DecisionReason, index: number): DecisionRow {
  const label = plainText(message);
  const { file, line, column } = details;
  const place =
    typeof file === "string" && typeof line === "number" && typeof column === "number"
      ? target({ file, line, column })
      : {};
  return { id: `policy-file:${index}`, icon: "warning", colour: "amber", label, tooltip: label, ...place };
}

function target({ file, line, column }: Omit<PolicyReference, "name">): Pick<DecisionRow, "opens" | "at"> {
  return { opens: Uri.file(file), at: new Range(line - 1, column - 1, line - 1, column - 1) };
}
