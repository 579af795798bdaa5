import type { Decision, Outcome, PolicyDecision } from "../../../core/policy/decision.ts";
import { outcomeSentence, policyNotes, policyOwner, policySentence } from "../../../core/presentation/decision-text.ts";
import type { Localizer } from "../../../core/presentation/localizer.ts";
import { acceptedBySettings } from "../../../core/presentation/signer-text.ts";
import type { Verdict } from "../../../core/verdict.ts";
import type { Fact, Step } from "../messages.ts";
import type { Links } from "./links.ts";
import { isAuthentic } from "./subject.ts";

type PolicyStep = Omit<Step, "id" | "title" | "claims">;

/** Returns whether a policy or the settings accept the signer, and which line of which file decides. */
export function policyStep(verdict: Verdict | undefined, links: Links, localizer: Localizer): PolicyStep {
  const { t } = localizer;
  if (verdict?.decision !== undefined) return decided(verdict.decision, links, localizer);
  const step = (tone: PolicyStep["tone"], result: string, line: string): PolicyStep => ({
    tone,
    result,
    line,
    facts: [],
  });
  if (verdict?.state === "verified") return step("green", t("Accepted"), acceptedLine(verdict, localizer));
  if (verdict?.state === "untrusted") {
    return step("amber", t("Not accepted"), t("No policy covers this model, and you have not accepted this signer."));
  }
  if (verdict?.state === "modified") {
    return step("neutral", t("Not accepted"), t("Files that changed since signing are never accepted."));
  }
  const line = isAuthentic(verdict)
    ? t("Evaluated after the files are compared.")
    : t("Evaluated after the signer is verified.");
  return step("neutral", t("Not evaluated"), line);
}

function acceptedLine({ signer }: Verdict, { t }: Localizer): string {
  const why = signer === undefined ? "" : acceptedBySettings(signer, t);
  return `${t("No policy covers this model.")} ${why}`;
}

function decided(decision: Decision, links: Links, localizer: Localizer): PolicyStep {
  const facts = decision.policies.flatMap((policy) => policyFacts(policy, links, localizer));
  return { ...outcomeResult(decision, localizer), facts };
}

function outcomeResult(decision: Decision, { t }: Localizer): Omit<PolicyStep, "facts"> {
  const { outcome, reasons, policies } = decision;
  const why = reasons.map(({ message }) => message).join(" ");
  const accepting = policies.find(({ satisfied, counts }) => satisfied && counts);
  const accepted = outcome === "accepted" && accepting !== undefined ? `${policySentence(accepting, t)}.` : "";
  return { ...outcomeLabels(t)[outcome], line: accepted || why || outcomeSentence(outcome, t) };
}

function outcomeLabels(t: Localizer["t"]): Readonly<Record<Outcome, Pick<PolicyStep, "tone" | "result">>> {
  return {
    accepted: { tone: "green", result: t("Accepted") },
    pinned: { tone: "blue", result: t("Pinned") },
    exception: { tone: "amber", result: t("Exception") },
    unsigned: { tone: "neutral", result: t("No signature required") },
    warned: { tone: "amber", result: t("Warning") },
    refused: { tone: "red", result: t("Rejected") },
    uncovered: { tone: "amber", result: t("Not covered") },
  };
}

function policyFacts(decision: PolicyDecision, links: Links, { t }: Localizer): Fact[] {
  const { policy, authorities } = decision;
  return [
    {
      label: policy.name,
      value: `${policySentence(decision, t)}, ${policyOwner(decision, t)}`,
      link: links.file(policy),
    },
    ...authorities.map(({ authority, accepted, message }) => ({
      label: `› ${authority.name}`,
      value: message || (accepted ? t("accepts this signer") : t("does not accept this signer")),
      link: links.file(authority),
    })),
    ...policyNotes(decision).map(({ message }) => ({ label: t("Reason"), value: message })),
  ];
}
