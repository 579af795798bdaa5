import type { AuthorityDecision, Decision, PolicyDecision, PolicyReference } from "../core/policy/decision.ts";
import { shownPath } from "./policy-options.ts";
import { field } from "./report.ts";
import type { Line } from "./text.ts";

/** `team-models › release` for each policy that accepted the signer, or let the model pass. */
export function acceptedBy({ policies }: Decision): string {
  return policies
    .filter(({ satisfied }) => satisfied)
    .map(wayOf)
    .join(", ");
}

function wayOf({ policy, authorities }: PolicyDecision): string {
  const accepting = authorities.find(({ accepted }) => accepted);
  return accepting === undefined ? policy.name : `${policy.name} › ${accepting.authority.name}`;
}

/** What each policy said, and where it stands in its file. */
export function decisionFields(decision: Decision, cwd: string, options: { readonly all: boolean }): Line[] {
  const lines: Line[] = [];
  for (const policy of decision.policies) {
    if (policy.satisfied && !options.all && policy.warnings.length === 0) continue;
    lines.push([verdictOf(policy), { text: `  ${placeText(policy.policy, cwd)}`, style: "dim" }]);
    for (const authority of policy.authorities) lines.push(authorityLine(authority, cwd));
    if (policy.untold > 0) lines.push([`  and ${policy.untold} more that do not accept`]);
    for (const { message } of policy.warnings) lines.push([{ text: `  warning: ${message}`, style: "amber" }]);
  }
  return field("policy", ...lines);
}

function verdictOf({ policy, source, mode, satisfied, by, counts }: PolicyDecision): string {
  const whose =
    source === "workspace" && !counts ? " (of a workspace that is not trusted: its yes does not count)" : "";
  if (!satisfied) return `${policy.name} ${mode === "warn" ? "warns" : "refuses"}${whose}`;
  const how = { signer: "accepts", exception: "makes an exception", "nothing-demanded": "demands no signature" };
  return `${policy.name} ${how[by ?? "signer"]}${whose}`;
}

function authorityLine({ authority, accepted, message }: AuthorityDecision, cwd: string): Line {
  const text = `  ${accepted ? "✓" : "✗"} ${authority.name}: ${message}`;
  return [text, { text: `  ${placeText(authority, cwd)}`, style: "dim" }];
}

function placeText({ file, line }: PolicyReference, cwd: string): string {
  return `${shownPath(cwd, file)}:${line}`;
}
