import type { AuthorityDecision } from "./policy/decision.ts";
import type { PolicySet } from "./policy/evaluate.ts";
import { covers } from "./policy/evaluate.ts";
import type { Policy } from "./policy/policy.ts";
import { authenticateWithPolicy, type PolicyVerifyOptions } from "./verify-with-policy.ts";

/** Authorities that are explained one by one; of more, the first. */
const EXPLAINED = 100;

/** The decision of each authority of one policy about the signer of a model. */
export interface ExplainedPolicy {
  readonly policy: Policy;
  readonly source: "user" | "workspace";
  /** Whether one of its patterns covers the model; if not, no authority was evaluated. */
  readonly covers: boolean;
  readonly authorities: readonly AuthorityDecision[];
  /** Authorities that were not asked. */
  readonly untold: number;
}

export type ExplainOptions = Pick<PolicyVerifyOptions, "model" | "folder" | "path" | "publicSigstore"> & {
  readonly policies: Pick<PolicySet, "user" | "workspace">;
};

/**
 * Evaluates every authority of every policy against the signer of a model, not only the nearest, one authority at a
 * time. Reads the signature only.
 *
 * @throws ProvenanceError MODEL_NOT_FOUND
 */
export async function explainPolicies(options: ExplainOptions): Promise<readonly ExplainedPolicy[]> {
  const { policies, ...subject } = options;
  const questions = [
    ...policies.user.map((policy) => questionFor(policy, "user", subject.path)),
    ...policies.workspace.map((policy) => questionFor(policy, "workspace", subject.path)),
  ];
  const alone = questions.flatMap((question) => question.alone);
  const set: PolicySet = { user: alone, workspace: [], invalid: [] };
  const { decision } = await authenticateWithPolicy({ ...subject, policies: set, workspaceTrusted: true });
  const results = new Map(
    decision?.policies.map(({ policy, authorities, reasons }) => [policy.name, { authorities, reasons }]),
  );
  return questions.map(({ policy, source, covered, alone: asked }) => ({
    policy,
    source,
    covers: covered,
    authorities: asked.flatMap(({ name, authorities: [authority] }) => {
      const result = results.get(name);
      if (result === undefined || authority === undefined) return [];
      const [first] = result.authorities;
      const reference = { name: authority.name, ...authority.place };
      if (first !== undefined) return [{ ...first, authority: reference }];
      const message = result.reasons.map((reason) => withoutName(reason.message, name)).join(" ");
      return [{ authority: reference, accepted: false, message }];
    }),
    untold: covered ? Math.max(0, policy.authorities.length - EXPLAINED) : 0,
  }));
}

/** Removes the temporary name of a single-authority policy from a message. */
function withoutName(message: string, name: string): string {
  return message.startsWith(name) ? message.slice(name.length).replace(/^:? /, "") : message;
}

interface Asked {
  readonly policy: Policy;
  readonly source: "user" | "workspace";
  readonly covered: boolean;
  /** The policy once for each authority, and with a name of its own each time. */
  readonly alone: readonly Policy[];
}

function questionFor(policy: Policy, source: "user" | "workspace", path: string): Asked {
  const covered = covers(policy, path);
  const asked = covered ? policy.authorities.slice(0, EXPLAINED) : [];
  const { file, line } = policy.place;
  const alone = asked.map((authority, index) => ({
    ...policy,
    // So that each name is unique, and an exception does not hide the authority's decision.
    name: `${file}:${line}:${index}`,
    requireSignature: true,
    authorities: [authority],
  }));
  return { policy, source, covered, alone };
}
