import type { Decision, Outcome, PolicyDecision } from "../policy/decision.ts";
import type { Reason, Verdict } from "../verdict.ts";
import type { Translate } from "./localizer.ts";
import { acceptedBySettings } from "./signer-text.ts";

/** `team-models › release`, where an authority accepts the signer; else the policy alone. */
export function acceptedBy({ policy, authorities }: PolicyDecision): string {
  const accepting = authorities.find(({ accepted }) => accepted);
  return accepting === undefined ? policy.name : `${policy.name} › ${accepting.authority.name}`;
}

/** The decision of one policy, in a sentence without a full stop. */
export function policySentence(policy: PolicyDecision, t: Translate): string {
  const name = acceptedBy(policy);
  if (!policy.satisfied) return policy.mode === "warn" ? t("{0} warns", name) : t("Not accepted by {0}", name);
  if (!policy.counts) return t("{0} does not apply: the workspace is not trusted", name);
  if (policy.by === "pin") return t("Same bytes as pinned by {0}", name);
  if (policy.by === "exception") return t("Allowed by an exception in {0}", name);
  return policy.by === "nothing-demanded" ? t("{0} requires no signature", name) : t("Accepted by {0}", name);
}

const OUTCOMES: Readonly<Record<Outcome, (t: Translate) => string>> = {
  accepted: (t) => t("Every policy that covers this model accepts it."),
  pinned: (t) => t("It is not signed. Its bytes are those that a policy pins."),
  exception: (t) => t("A policy allows it by exception. No signature was accepted."),
  unsigned: (t) => t("It is not signed, and no policy requires a signature."),
  warned: (t) => t("It is not accepted, but the policies that cover it only warn."),
  refused: (t) => t("A policy rejects it."),
  uncovered: (t) => t("No policy that can accept signers covers it."),
};

/** What all policies together decide, as a sentence. */
export function outcomeSentence(outcome: Outcome, t: Translate): string {
  return OUTCOMES[outcome](t);
}

/** The owner of a policy. */
export function policyOwner({ source }: Pick<PolicyDecision, "source">, t: Translate): string {
  return source === "user" ? t("your personal policy") : t("workspace policy");
}

export function policyNotes({ reasons, warnings }: PolicyDecision): readonly Reason[] {
  return [...reasons, ...warnings];
}

/** Every policy with its reasons, a sentence each. */
function decisionLines(decision: Decision, t: Translate): readonly string[] {
  const general = decision.reasons.filter(({ code }) => code === "POLICY_INVALID" || code === "POLICY_UNCOVERED");
  return [
    ...general.map(({ message }) => message),
    ...decision.policies.flatMap((policy) => [
      policySentence(policy, t),
      ...policyNotes(policy).map(({ message }) => message),
    ]),
  ];
}

/** The reasons of a verdict that its decision does not already give. */
export function reasonsOutsideDecision(decision: Decision | undefined, reasons: readonly Reason[]): readonly Reason[] {
  if (decision === undefined) return reasons;
  const known = new Set([...decision.policies.flatMap(policyNotes), ...decision.reasons].map(({ message }) => message));
  return reasons.filter(({ message }) => !known.has(message));
}

/** All reasons of a verdict: the decisions of policies, then the others. */
export function reasonLines({ state, signer, decision, reasons }: Verdict, t: Translate): readonly string[] {
  const beside = reasonsOutsideDecision(decision, reasons).map(({ message }) => message);
  if (decision !== undefined) return [...decisionLines(decision, t), ...beside];
  return state === "verified" && signer !== undefined ? [acceptedBySettings(signer, t), ...beside] : beside;
}

/** What a new policy says of models that are still to come. @param isGrouped whether it has patterns for folders */
export function futureModelsText(isGrouped: boolean, t: Translate): string {
  return isGrouped
    ? t("Future models in these folders are covered too: they need a signature by this signer.")
    : t("A pattern such as models/* also covers future models.");
}
