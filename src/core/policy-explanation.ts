import type { AuthorityDecision } from "./policy/decision.ts";
import { covers, type PolicySet } from "./policy/evaluate.ts";
import type { Policy } from "./policy/policy.ts";
import { authenticateWithPolicy, type PolicyVerifyOptions } from "./verify-with-policy.ts";

/** Authorities of one policy that are evaluated one by one; of more, the first. */
const MAX_EXPLAINED = 100;

/** What every authority of one policy decides about the signer of a model. */
export interface ExplainedPolicy {
  readonly policy: Policy;
  readonly source: "user" | "workspace";
  /** Whether one of its patterns covers the model; if not, no authority was evaluated. */
  readonly covers: boolean;
  readonly authorities: readonly AuthorityDecision[];
  /** How many authorities were not evaluated. */
  readonly omitted: number;
}

export type ExplainOptions = Pick<PolicyVerifyOptions, "model" | "folder" | "path" | "publicSigstore"> & {
  readonly policies: Pick<PolicySet, "user" | "workspace">;
};

/**
 * What each authority of each policy decides about the signer of a model, not only the closest: by the policy engine
 * itself, with one policy for each authority. Only the signature is read.
 *
 * @throws ProvenanceError MODEL_NOT_FOUND
 */
export async function explainPolicies(options: ExplainOptions): Promise<readonly ExplainedPolicy[]> {
  const { policies, ...subject } = options;
  const user = policies.user.flatMap((policy) => splitPolicy(policy, subject.path));
  const workspace = policies.workspace.flatMap((policy) => splitPolicy(policy, subject.path));
  const set: PolicySet = { user, workspace, invalid: [] };
  const { decision } = await authenticateWithPolicy({ ...subject, policies: set, workspaceTrusted: true });
  // All of them cover the model, so the decisions are in the same order.
  const decisions = (decision?.policies ?? []).values();
  const explain = (policy: Policy, source: ExplainedPolicy["source"]): ExplainedPolicy => {
    const split = splitPolicy(policy, subject.path);
    const authorities = split.flatMap(({ authorities: [authority] }) => {
      const decided = decisions.next().value;
      if (decided === undefined || authority === undefined) return [];
      const reference = { name: authority.name, ...authority.location };
      const [answer] = decided.authorities;
      if (answer !== undefined) return [{ ...answer, authority: reference }];
      const message = decided.reasons.map((reason) => withoutName(reason.message, policy.name)).join(" ");
      return [{ authority: reference, accepted: false, message }];
    });
    const isCovering = covers(policy, subject.path);
    const omitted = isCovering ? policy.authorities.length - split.length : 0;
    return { policy, source, covers: isCovering, authorities, omitted };
  };
  return [
    ...policies.user.map((policy) => explain(policy, "user")),
    ...policies.workspace.map((policy) => explain(policy, "workspace")),
  ];
}

/** One policy for each authority of a policy that covers the model. */
function splitPolicy(policy: Policy, path: string): Policy[] {
  if (!covers(policy, path)) return [];
  // An exception requires no signature; that an unsigned model is accepted is a decision of the policy, not of an authority.
  return policy.authorities
    .slice(0, MAX_EXPLAINED)
    .map((authority) => ({ ...policy, requireSignature: true, authorities: [authority] }));
}

function withoutName(message: string, name: string): string {
  return message.startsWith(name) ? message.slice(name.length).replace(/^:? /, "") : message;
}
