import type { AuthorityDecision, Decision, PolicyReference } from "../core/policy/decision.ts";
import { acceptedBy, policySentence } from "../core/presentation/decision-text.ts";
import { ENGLISH } from "../core/presentation/localizer.ts";
import { shownPath } from "./policy-options.ts";
import { field } from "./report.ts";
import type { Line } from "./text.ts";

/** `team-models › release` for each policy that accepts the signer, or allows the model. */
export function acceptingPolicies({ policies }: Decision): string {
  return policies
    .filter(({ satisfied }) => satisfied)
    .map(acceptedBy)
    .join(", ");
}

/** The decision of each policy, and its place in its file. */
export function decisionFields(decision: Decision, cwd: string, options: { readonly all: boolean }): Line[] {
  const lines: Line[] = [];
  for (const policy of decision.policies) {
    if (policy.satisfied && !options.all && policy.warnings.length === 0) continue;
    lines.push([policySentence(policy, ENGLISH.t), { text: `  ${placeText(policy.policy, cwd)}`, style: "dim" }]);
    for (const authority of policy.authorities) lines.push(authorityLine(authority, cwd));
    if (policy.untold > 0) lines.push([`  and ${policy.untold} more that do not accept`]);
    for (const { message } of policy.warnings) lines.push([{ text: `  warning: ${message}`, style: "amber" }]);
  }
  return field("policy", ...lines);
}

function authorityLine({ authority, accepted, message }: AuthorityDecision, cwd: string): Line {
  const text = `  ${accepted ? "✓" : "✗"} ${authority.name}: ${message}`;
  return [text, { text: `  ${placeText(authority, cwd)}`, style: "dim" }];
}

function placeText({ file, line }: PolicyReference, cwd: string): string {
  return `${shownPath(cwd, file)}:${line}`;
}
