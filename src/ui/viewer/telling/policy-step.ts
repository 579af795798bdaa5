import type { Decision, PolicyDecision } from "../../../core/policy/decision.ts";
import type { Verdict } from "../../../core/verdict.ts";
import { plainText } from "../../../platform/plain-text.ts";
import type { Fact, Step } from "../messages.ts";
import type { Edge } from "./edge.ts";
import type { Links } from "./links.ts";
import { isAuthentic } from "./subject.ts";

type PolicyStep = Omit<Step, "id" | "title" | "claims">;

/** Whether somebody here accepts the signer, and by which line of which file. */
export function policyStep(verdict: Verdict | undefined, links: Links, edge: Edge): PolicyStep {
  const { l10n } = edge;
  if (verdict?.decision !== undefined) return decided(verdict.decision, links, edge);
  const facts: Fact[] = [];
  if (verdict?.state === "verified") {
    return { status: "passed", result: l10n.t("Accepted"), line: acceptedLine(verdict, edge), facts };
  }
  if (verdict?.state === "untrusted") {
    const line = l10n.t("No policy covers this model, and the signer is none of those whom you trust.");
    return { status: "warned", result: l10n.t("Not accepted"), line, facts };
  }
  if (verdict?.state === "modified") {
    const line = l10n.t("Whoever signed them: files that changed since are accepted by nobody.");
    return { status: "open", result: l10n.t("Not accepted"), line, facts };
  }
  const line = isAuthentic(verdict)
    ? l10n.t("Decided when the files are compared.")
    : l10n.t("Nothing is accepted before it is known who signed.");
  return { status: "open", result: l10n.t("Not decided"), line, facts };
}

function acceptedLine({ signer }: Verdict, { l10n }: Edge): string {
  switch (signer?.method) {
    case "certificate":
      return l10n.t(
        "No policy covers this model. The root {0} is one of your trusted certificates.",
        plainText(signer.root),
      );
    case "sigstore":
      return l10n.t("No policy covers this model. The signer is one of those whom you trust.");
    default:
      return l10n.t("No policy covers this model. The key is one of your trusted keys.");
  }
}

function decided(decision: Decision, links: Links, edge: Edge): PolicyStep {
  const facts = decision.policies.flatMap((policy) => policyFacts(policy, links, edge));
  return { ...outcomeWords(decision, edge), facts };
}

function outcomeWords(decision: Decision, { l10n }: Edge): Omit<PolicyStep, "facts"> {
  const why = decision.reasons.map(({ message }) => plainText(message)).join(" ");
  const accepting = decision.policies.find(({ satisfied, counts }) => satisfied && counts);
  switch (decision.outcome) {
    case "accepted": {
      const name = accepting === undefined ? "" : policyName(accepting);
      return {
        status: "passed",
        result: l10n.t("Accepted"),
        line: l10n.t("The policy {0} accepts this signer.", name),
      };
    }
    case "exception":
      return { status: "warned", result: l10n.t("Exception"), line: why || l10n.t("Let pass as an exception.") };
    case "unsigned":
      return { status: "open", result: l10n.t("No signature demanded"), line: why };
    case "warned":
      return { status: "warned", result: l10n.t("Warning"), line: why };
    case "refused":
      return { status: "failed", result: l10n.t("Refused"), line: why };
    case "uncovered":
      return { status: "warned", result: l10n.t("Not covered"), line: why };
  }
}

/** `team-models › release` */
function policyName({ policy, authorities }: PolicyDecision): string {
  const accepted = authorities.find((authority) => authority.accepted);
  return plainText(accepted === undefined ? policy.name : `${policy.name} › ${accepted.authority.name}`);
}

function policyFacts(decision: PolicyDecision, links: Links, { l10n }: Edge): Fact[] {
  const { policy, source, satisfied, counts, authorities, reasons, warnings } = decision;
  const whose = source === "user" ? l10n.t("your own policy") : l10n.t("policy of this workspace");
  const says = !satisfied
    ? l10n.t("says no")
    : counts
      ? l10n.t("says yes")
      : l10n.t("has no say: workspace not trusted");
  return [
    { label: plainText(policy.name), value: `${whose}, ${says}`, link: links.file(policy) },
    ...authorities.map(({ authority, accepted, message }) => ({
      label: plainText(`› ${authority.name}`),
      value: plainText(message) || (accepted ? l10n.t("accepts this signer") : l10n.t("does not accept this signer")),
      link: links.file(authority),
    })),
    ...[...reasons, ...warnings].map(({ message }) => ({ label: l10n.t("Because"), value: plainText(message) })),
  ];
}
