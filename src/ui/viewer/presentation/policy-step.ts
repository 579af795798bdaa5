import type { Decision, Outcome, PolicyDecision } from "../../../core/policy/decision.ts";
import { outcomeSentence, policyNotes, policyOwner, policySentence } from "../../../core/presentation/decision-text.ts";
import type { Localizer } from "../../../core/presentation/localizer.ts";
import { acceptedBySettings } from "../../../core/presentation/signer-text.ts";
import type { Verdict } from "../../../core/verdict.ts";
import { plainText } from "../../../platform/plain-text.ts";
import type { Fact, Step } from "../messages.ts";
import type { Links } from "./links.ts";
import { isAuthentic } from "./subject.ts";

type PolicyStep = Omit<Step, "id" | "title" | "claims">;

/** Returns whether a policy or the settings accept the signer, and which line of which file decides. */
export function policyStep(verdict: Verdict | undefined, links: Links, localizer: Localizer): PolicyStep {
  const { t } = localizer;
  if (verdict?.decision !== undefined) return decided(verdict.decision, links, localizer);
  const facts: Fact[] = [];
  if (verdict?.state === "verified") {
    return { tone: "green", result: t("Accepted"), line: acceptedLine(verdict, localizer), facts };
  }
  if (verdict?.state === "untrusted") {
    const line = t("No policy covers this model, and you have not accepted this signer.");
    return { tone: "amber", result: t("Not accepted"), line, facts };
  }
  if (verdict?.state === "modified") {
    const line = t("Files that changed since signing are never accepted.");
    return { tone: "neutral", result: t("Not accepted"), line, facts };
  }
  const line = isAuthentic(verdict)
    ? t("Evaluated after the files are compared.")
    : t("Evaluated after the signer is verified.");
  return { tone: "neutral", result: t("Not evaluated"), line, facts };
}

function acceptedLine({ signer }: Verdict, { t }: Localizer): string {
  const why = signer === undefined ? "" : plainText(acceptedBySettings(signer, t));
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
  return { ...outcomeLabels(t)[outcome], line: plainText(accepted || why || outcomeSentence(outcome, t)) };
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
      label: plainText(policy.name),
      value: plainText(`${policySentence(decision, t)}, ${policyOwner(decision, t)}`),
      link: links.file(policy),
    },
    ...authorities.map(({ authority, accepted, message }) => ({
      label: plainText(`› ${authority.name}`),
      value: plainText(message) || (accepted ? t("accepts this signer") : t("does not accept this signer")),
      link: links.file(authority),
    })),
    ...policyNotes(decision).map(({ message }) => ({ label: t("Reason"), value: plainText(message) })),
  ];
}
