import { basename } from "node:path";
import { AuthorityIndex } from "./authority-index.ts";
import type { Decision, DecisionReason, Outcome, PolicyDecision, PolicyReference } from "./decision.ts";
import type { ModelFacts } from "./model-facts.ts";
import type { Policy } from "./policy.ts";

/** A policy file that has errors: what it demands is not known, so nothing in its reach is accepted. */
export interface InvalidPolicyFile {
  /** Absolute path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The first error. */
  readonly message: string;
}

/** Everything that has a say. Who wrote a policy decides what its yes is worth. */
export interface PolicySet {
  readonly user: readonly Policy[];
  readonly workspace: readonly Policy[];
  readonly invalid: readonly InvalidPolicyFile[];
}

export interface EvaluateOptions {
  readonly policies: PolicySet;
  /** Where not, the workspace's policies can only refuse. */
  readonly workspaceTrusted: boolean;
  /** The model's path, relative to the workspace folder, `/` separated; `.` is the folder itself. */
  readonly model: string;
  /** What is known of the model. Policies may differ in the signature that they want, and in the files that they let pass. */
  readonly facts: (policy: Policy) => ModelFacts;
}

/**
 * What the policies say of a model. Every one that covers it has to accept, each by any one of its authorities: a
 * further policy can add a demand, and never take one away. No policy, no yes.
 *
 * Nothing is read or asked: the same values, the same decision.
 */
export function evaluate({ policies, workspaceTrusted, model, facts }: EvaluateOptions): Decision {
  const decide = (list: readonly Policy[], source: PolicyDecision["source"], counts: boolean): PolicyDecision[] =>
    list.filter((policy) => covers(policy, model)).map((policy) => decidePolicy(policy, source, counts, facts(policy)));
  const decisions = [
    ...decide(policies.user, "user", true),
    ...decide(policies.workspace, "workspace", workspaceTrusted),
  ];
  const outcome = outcomeOf(decisions, policies.invalid);
  return { outcome, path: model, policies: decisions, reasons: reasonsOf(outcome, decisions, policies.invalid, model) };
}

/** Whether a policy has a say on a model. */
export function covers({ models }: Policy, model: string): boolean {
  return models.some((glob) => glob.matches(model));
}

function outcomeOf(decisions: readonly PolicyDecision[], invalid: readonly InvalidPolicyFile[]): Outcome {
  if (invalid.length > 0 || decisions.some(isRefusal)) return "refused";
  if (!decisions.some(({ counts }) => counts)) return "uncovered";
  if (decisions.some(({ satisfied }) => !satisfied)) return "warned";
  const by = decisions.filter(({ counts }) => counts).map((decision) => decision.by);
  if (by.includes("signer")) return "accepted";
  return by.includes("exception") ? "exception" : "unsigned";
}

function isRefusal({ mode, satisfied }: PolicyDecision): boolean {
  return mode === "enforce" && !satisfied;
}

function reasonsOf(
  outcome: Outcome,
  decisions: readonly PolicyDecision[],
  invalid: readonly InvalidPolicyFile[],
  model: string,
): DecisionReason[] {
  switch (outcome) {
    case "refused":
      return [...invalid.map(invalidReason), ...decisions.filter(isRefusal).flatMap(({ reasons }) => reasons)];
    case "warned":
      return decisions.flatMap(({ reasons }) => reasons);
    case "uncovered":
      return [uncoveredReason(decisions, model)];
    case "exception":
      return decisions.filter(({ by }) => by === "exception").map(exceptionReason);
    default:
      return [];
  }
}

function invalidReason({ file, line, column, message }: InvalidPolicyFile): DecisionReason {
  return {
    code: "POLICY_INVALID",
    message: `The policy ${basename(file)} cannot be read, so nothing is accepted (line ${line}: ${message.replace(/\.$/, "")}).`,
    details: { file, line, column },
  };
}

function uncoveredReason(decisions: readonly PolicyDecision[], model: string): DecisionReason {
  const [first] = decisions;
  if (first === undefined) {
    return { code: "POLICY_UNCOVERED", message: `No policy covers ${model}.`, details: { path: model } };
  }
  return {
    code: "POLICY_WORKSPACE_UNTRUSTED",
    message: `Only policies of this workspace cover ${model}, and the workspace is not trusted: they can refuse, and accept nobody.`,
    details: { path: model, policy: first.policy.name },
  };
}

function exceptionReason({ policy, authorities }: PolicyDecision): DecisionReason {
  const message = authorities[0]?.message ?? "";
  const why = message === "" ? "no reason is given" : message;
  const details = { policy: policy.name, message };
  return { code: "POLICY_EXCEPTION", message: `${policy.name} allows it by exception: ${why}.`, details };
}

function decidePolicy(
  policy: Policy,
  source: PolicyDecision["source"],
  counts: boolean,
  facts: ModelFacts,
): PolicyDecision {
  const { name, mode, place } = policy;
  const base = { policy: { name, ...place }, source, mode, counts };
  const none = { authorities: [], untold: 0, reasons: [], warnings: [] };
  const denial = denialOf(policy);
  if (denial !== undefined) return { ...base, ...none, reasons: [denial], satisfied: false };
  if (facts.signature === "none" && !policy.requireSignature) {
    return { ...base, ...none, satisfied: true, by: "nothing-demanded" };
  }
  const judged = judge(policy, facts);
  if (judged.reasons.length === 0) return { ...base, ...judged, satisfied: true, by: "signer" };
  const exception = policy.authorities.find((authority) => authority.kind === "static" && authority.action === "pass");
  if (exception?.kind !== "static") return { ...base, ...judged, satisfied: false };
  const reference: PolicyReference = { name: exception.name, ...exception.place };
  const authorities = [{ authority: reference, accepted: true, message: exception.message ?? "" }];
  return { ...base, ...none, authorities, satisfied: true, by: "exception" };
}

/** A policy that has nothing but `static: fail` refuses whatever it covers. */
function denialOf({ name, authorities }: Policy): DecisionReason | undefined {
  const messages: string[] = [];
  for (const authority of authorities) {
    if (authority.kind !== "static" || authority.action !== "fail") return undefined;
    if (authority.message !== undefined) messages.push(authority.message);
  }
  const why = messages.length === 0 ? "" : `: ${messages.join("; ")}`;
  return { code: "POLICY_DENIED", message: `${name} refuses whatever it covers${why}.`, details: { policy: name } };
}

type Judgement = Pick<PolicyDecision, "authorities" | "untold" | "reasons" | "warnings">;

/** By its signers, exceptions left aside. */
function judge(policy: Policy, facts: ModelFacts): Judgement {
  const because = (code: DecisionReason["code"], text: string, details: DecisionReason["details"] = {}) => ({
    code,
    message: `${policy.name}: ${text}.`,
    details: { policy: policy.name, ...details },
  });
  const none = { authorities: [], untold: 0, warnings: [] };
  if (facts.signature === "none") {
    const why = facts.problem === undefined ? "" : ` (${facts.problem.message.replace(/\.$/, "")})`;
    return {
      ...none,
      reasons: [because("POLICY_SIGNATURE_REQUIRED", `a signature is demanded, and there is none${why}`)],
    };
  }
  if (facts.signature === "invalid") {
    const why = facts.problem === undefined ? "" : `: ${facts.problem.message.replace(/\.$/, "")}`;
    return { ...none, reasons: [because("POLICY_NOT_AUTHENTIC", `the signature is not valid${why}`)] };
  }
  const { accepted, told, untold } = indexOf(policy).decide(facts);
  const [nearest] = told;
  if (!accepted) {
    const near = nearest === undefined ? "" : ` (${nearest.authority.name}: ${nearest.message.replace(/\.$/, "")})`;
    const reasons = [because("POLICY_SIGNER", `no authority accepts the signer${near}`)];
    return { authorities: told, untold, reasons, warnings: [] };
  }
  const reasons: DecisionReason[] = [];
  const warnings: DecisionReason[] = [];
  const { files } = facts;
  const { allowSymlinks, signerIgnoredPaths, hubCacheLinks } = policy.verification;
  if (files !== undefined && files.differences !== "") {
    reasons.push(because("POLICY_FILES", `the files are not what was signed: ${files.differences}`));
  }
  if (files?.symlinksAllowed === true && !allowSymlinks) {
    reasons.push(because("POLICY_SYMLINKS", "the signer followed symbolic links, which is not allowed"));
  }
  if (files !== undefined && files.hubLinks.length > 0 && hubCacheLinks === "deny") {
    reasons.push(because("POLICY_SYMLINKS", "links of a Hugging Face cache were read through, which is not allowed"));
  }
  if (files !== undefined && files.ignorePatterns.length > 0) {
    const text = `ignorePaths takes exact paths, and no file of the model is called ${files.ignorePatterns.join(", ")}`;
    reasons.push(because("IGNORE_PATH", text, { paths: files.ignorePatterns }));
  }
  if (files !== undefined && files.signerIgnored.length > 0 && signerIgnoredPaths !== "allow") {
    const text = `the signer left out ${files.signerIgnored.join(", ")}`;
    const reason = because("POLICY_SIGNER_IGNORED", text, { paths: files.signerIgnored });
    (signerIgnoredPaths === "deny" ? reasons : warnings).push(reason);
  }
  return { authorities: told, untold, reasons, warnings };
}

const INDEXES = new WeakMap<Policy, AuthorityIndex>();

/** Made at the first question, kept as long as the policy. */
function indexOf(policy: Policy): AuthorityIndex {
  const known = INDEXES.get(policy);
  if (known !== undefined) return known;
  const index = new AuthorityIndex(policy);
  INDEXES.set(policy, index);
  return index;
}
