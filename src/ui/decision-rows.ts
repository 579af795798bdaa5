import { l10n, Range, Uri } from "vscode";
import type { AuthorityDecision, Decision, PolicyDecision, PolicyReference } from "../core/policy/decision.ts";
import { policyNotes, policyOwner, policySentence } from "../core/presentation/decision-text.ts";
import type { Reason } from "../core/verdict.ts";
import { plainText } from "../platform/plain-text.ts";
import type { Row } from "./rows.ts";

/** One row for each policy, with rows for its closest authorities. */
export function decisionRows(decision: Decision): readonly Row[] {
  const broken = decision.reasons.filter(({ code }) => code === "POLICY_INVALID");
  return [
    ...broken.map((reason, index) => brokenRow(reason, index)),
    ...decision.policies.map((policy, index) => policyRow(policy, index)),
  ];
}

function policyRow(policy: PolicyDecision, index: number): Row {
  const accepting = policy.authorities.find(({ accepted }) => accepted);
  const label = plainText(policySentence(policy, l10n.t));
  const texts = policyNotes(policy).map(({ message }) => plainText(message));
  const explained = policy.authorities.filter(({ message }) => message !== "");
  const children = [
    ...texts.map((text, place) => ({ id: `policy:${index}:note:${place}`, icon: "info", label: text, tooltip: text })),
    ...explained.map((authority, place) => authorityRow(authority, `policy:${index}:authority:${place}`)),
  ];
  const owner = policyOwner(policy, l10n.t);
  return {
    id: `policy:${index}`,
    ...look(policy),
    label,
    description: owner,
    tooltip: [label, owner, ...texts, ...explained.map(authorityText)].join("\n"),
    ...target(accepting?.authority ?? policy.policy),
    children,
  };
}

function look({ satisfied, counts, by, mode }: PolicyDecision): Pick<Row, "icon" | "colour"> {
  if (!satisfied) return { icon: mode === "warn" ? "warning" : "circle-slash", colour: "amber" };
  if (!counts) return { icon: "shield" };
  if (by === "exception") return { icon: "warning", colour: "amber" };
  if (by === "pin") return { icon: "pinned", colour: "blue" };
  return by === "signer" ? { icon: "law", colour: "green" } : { icon: "law" };
}

function authorityRow(decision: AuthorityDecision, id: string): Row {
  const text = authorityText(decision);
  return { id, icon: decision.accepted ? "pass" : "dash", label: text, tooltip: text, ...target(decision.authority) };
}

function authorityText({ authority, message }: AuthorityDecision): string {
  return plainText(`${authority.name}: ${message}`);
}

function brokenRow({ message, details }: Reason, index: number): Row {
  const label = plainText(message);
  const { file, line, column } = details;
  const location =
    typeof file === "string" && typeof line === "number" && typeof column === "number"
      ? target({ file, line, column })
      : {};
  return { id: `policy-file:${index}`, icon: "warning", colour: "amber", label, tooltip: label, ...location };
}

function target({ file, line, column }: Omit<PolicyReference, "name">): Pick<Row, "opens" | "at"> {
  return { opens: Uri.file(file), at: new Range(line - 1, column - 1, line - 1, column - 1) };
}
