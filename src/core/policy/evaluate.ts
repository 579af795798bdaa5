import { basename } from "node:path";
import type { Reason } from "../verdict.ts";
import type { AuthorityDecision, Decision, PolicyDecision } from "./decision.ts";
import { matchAuthorities } from "./match-authorities.ts";
import { type ModelFacts, type PinFacts, pinsOf } from "./model-facts.ts";
import type { Policy } from "./policy.ts";
import type { SourceLocation } from "./source-location.ts";

/** A policy file that has errors: what it requires is unknown, so nothing in its folder is accepted. */
export interface InvalidPolicyFile extends SourceLocation {
  /** The first error. */
  readonly message: string;
}

/** All policies that apply. Only the user's, and those of a trusted workspace, can accept a signer. */
export interface PolicySet {
  readonly user: readonly Policy[];
  readonly workspace: readonly Policy[];
  readonly invalid: readonly InvalidPolicyFile[];
}

export interface EvaluateOptions {
  readonly policies: PolicySet;
  /** If not, policies of the workspace can only reject. */
  readonly workspaceTrusted: boolean;
  /** The model's path, relative to the workspace folder, `/` separated; `.` is the folder itself. */
  readonly model: string;
  /** What is known of the model. Policies may require different signatures, and allow different files. */
  readonly facts: (policy: Policy) => ModelFacts;
}

/**
 * Evaluates all policies that cover a model. Each of them has to accept it, by any one of its authorities: a further
 * policy can add a requirement, and never remove one. Without a policy, nothing is accepted.
 *
 * Pure: equal values give equal decisions.
 */
export function evaluate({ policies, workspaceTrusted, model, facts }: EvaluateOptions): Decision {
  const decide = (list: readonly Policy[], source: PolicyDecision["source"], counts: boolean): PolicyDecision[] =>
    list.filter((policy) => covers(policy, model)).map((policy) => decidePolicy(policy, source, counts, facts(policy)));
  const decisions = [
    ...decide(policies.user, "user", true),
    ...decide(policies.workspace, "workspace", workspaceTrusted),
  ];
  const { outcome, reasons } = conclude(decisions, policies.invalid, model);
  return { outcome, path: model, policies: decisions, reasons };
}

/** Whether one of the policy's patterns matches the model. */
export function covers({ models }: Policy, model: string): boolean {
  return models.some((glob) => glob.matches(model));
}

/** Whether one policy is satisfied by what is known of a model, on account of its signer. */
export function isSatisfiedBySigner(policy: Policy, facts: ModelFacts): boolean {
  const { satisfied, by } = decidePolicy(policy, "user", true, facts);
  return satisfied && by === "signer";
}

/** Whether one policy accepts the signer. */
export function acceptsSigner(policy: Policy, facts: ModelFacts): boolean {
  return facts.signature === "signed" && matchAuthorities(policy, facts).accepted;
}

/** The outcome, and why the model is not accepted. */
function conclude(
  decisions: readonly PolicyDecision[],
  invalid: readonly InvalidPolicyFile[],
  model: string,
): Pick<Decision, "outcome" | "reasons"> {
  const rejections = decisions.filter(({ mode, satisfied }) => mode === "enforce" && !satisfied);
  if (invalid.length > 0 || rejections.length > 0) {
    const reasons = [...invalid.map(invalidReason), ...rejections.flatMap((rejection) => rejection.reasons)];
    return { outcome: "refused", reasons };
  }
  const counting = decisions.filter(({ counts }) => counts);
  if (counting.length === 0) return { outcome: "uncovered", reasons: [uncoveredReason(decisions, model)] };
  if (decisions.some(({ satisfied }) => !satisfied)) {
    return { outcome: "warned", reasons: decisions.flatMap(({ reasons }) => reasons) };
  }
  if (counting.some(({ by }) => by === "signer")) return { outcome: "accepted", reasons: [] };
  if (counting.some(({ by }) => by === "pin")) return { outcome: "pinned", reasons: [] };
  if (!counting.some(({ by }) => by === "exception")) return { outcome: "unsigned", reasons: [] };
  const exceptions = decisions.filter(({ by }) => by === "exception");
  return { outcome: "exception", reasons: exceptions.map(exceptionReason) };
}

function invalidReason({ file, line, column, message }: InvalidPolicyFile): Reason {
  return {
    code: "POLICY_INVALID",
    message: `The policy ${basename(file)} cannot be read, so nothing is accepted (line ${line}: ${clause(message)}).`,
    details: { file, line, column },
  };
}

function uncoveredReason([first]: readonly PolicyDecision[], path: string): Reason {
  if (first === undefined) return { code: "POLICY_UNCOVERED", message: `No policy covers ${path}.`, details: { path } };
  const message = `Only workspace policies cover ${path}, and the workspace is not trusted: they can reject signers but cannot accept them.`;
  return { code: "POLICY_WORKSPACE_UNTRUSTED", message, details: { path, policy: first.policy.name } };
}

function exceptionReason({ policy, authorities }: PolicyDecision): Reason {
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
  const { name, mode, location } = policy;
  const base = { policy: { name, ...location }, source, mode, counts };
  const denial = denialOf(policy);
  if (denial !== undefined) return { ...base, ...NOTHING, reasons: [denial], satisfied: false };
  const pinned = facts.signature === "none" ? matchPins(policy, facts.pin) : undefined;
  if (pinned !== undefined) return { ...base, ...NOTHING, authorities: [pinned], satisfied: true, by: "pin" };
  if (facts.signature === "none" && !policy.requireSignature) {
    return { ...base, ...NOTHING, satisfied: true, by: "nothing-demanded" };
  }
  const evaluated = evaluateSignature(policy, facts);
  if (evaluated.reasons.length === 0) return { ...base, ...evaluated, satisfied: true, by: "signer" };
  const exception = policy.authorities.find((authority) => authority.kind === "static" && authority.action === "pass");
  if (exception?.kind !== "static") return { ...base, ...evaluated, satisfied: false };
  const authority = { name: exception.name, ...exception.location };
  const authorities = [{ authority, accepted: true, message: exception.message ?? "" }];
  return { ...base, ...NOTHING, authorities, satisfied: true, by: "exception" };
}

/** The pin that an unsigned model is. */
function matchPins(policy: Policy, pin: ModelFacts["pin"]): AuthorityDecision | undefined {
  const found = pinsOf(policy).find(({ sha256 }) => sha256 === pin?.sha256);
  if (found === undefined || deniedHubLinks(policy, pin).length > 0) return undefined;
  const { name, location, note = "same bytes as pinned" } = found;
  return { authority: { name, ...location }, accepted: true, message: note };
}

/** Links of a Hugging Face cache that were read through although the policy denies it. */
function deniedHubLinks(
  { verification }: Policy,
  read: { readonly hubLinks?: readonly string[] } = {},
): readonly string[] {
  return verification.hubCacheLinks === "deny" ? (read.hubLinks ?? []) : [];
}

function pinReason({ sha256, problem }: PinFacts): string {
  if (sha256 !== undefined) return "the model is not signed, and its bytes are not those that are pinned";
  if (problem === undefined)
    return "the model is not signed, and its bytes were not compared with those that are pinned";
  return `the model is not signed, and its bytes cannot be compared with those that are pinned: ${clause(problem.message)}`;
}

/** A policy that has nothing but `static: fail` rejects every model that it covers. */
function denialOf({ name, authorities }: Policy): Reason | undefined {
  const messages: string[] = [];
  for (const authority of authorities) {
    if (authority.kind !== "static" || authority.action !== "fail") return undefined;
    if (authority.message !== undefined) messages.push(authority.message);
  }
  const why = messages.length === 0 ? "" : `: ${messages.join("; ")}`;
  return {
    code: "POLICY_DENIED",
    message: `${name} rejects every model that it covers${why}.`,
    details: { policy: name },
  };
}

type Evaluation = Pick<PolicyDecision, "authorities" | "untold" | "reasons" | "warnings">;

const NOTHING: Evaluation = { authorities: [], untold: 0, reasons: [], warnings: [] };

/** Evaluates signature, signer and files; exceptions are not considered. */
function evaluateSignature(policy: Policy, facts: ModelFacts): Evaluation {
  const reason = (code: Reason["code"], text: string, details: Reason["details"] = {}): Reason => ({
    code,
    message: `${policy.name}: ${text}.`,
    details: { policy: policy.name, ...details },
  });
  const problem = facts.problem && clause(facts.problem.message);
  const readThrough = (paths: readonly string[]): Reason =>
    reason("POLICY_SYMLINKS", "links of a Hugging Face cache were read through, which is not allowed", { paths });
  if (facts.signature === "none" && facts.pin !== undefined && pinsOf(policy).length > 0) {
    const links = deniedHubLinks(policy, facts.pin);
    if (links.length > 0) return { ...NOTHING, reasons: [readThrough(links)] };
    return { ...NOTHING, reasons: [reason("POLICY_PIN", pinReason(facts.pin))] };
  }
  if (facts.signature === "none") {
    const why = problem === undefined ? "" : ` (${problem})`;
    const text = `a signature is required, and there is none${why}`;
    return { ...NOTHING, reasons: [reason("POLICY_SIGNATURE_REQUIRED", text)] };
  }
  if (facts.signature === "invalid") {
    const why = problem === undefined ? "" : `: ${problem}`;
    return { ...NOTHING, reasons: [reason("POLICY_NOT_AUTHENTIC", `the signature is not valid${why}`)] };
  }
  const { accepted, ...matched } = matchAuthorities(policy, facts);
  const [closest] = matched.authorities;
  if (!accepted) {
    const near = closest === undefined ? "" : ` (${closest.authority.name}: ${clause(closest.message)})`;
    const reasons = [reason("POLICY_SIGNER", `no authority accepts the signer${near}`)];
    return { ...NOTHING, ...matched, reasons };
  }
  const reasons: Reason[] = [];
  const warnings: Reason[] = [];
  const { files } = facts;
  const { differences = "", symlinksAllowed = false, signerIgnored = [] } = files ?? {};
  const { allowSymlinks, signerIgnoredPaths } = policy.verification;
  if (differences !== "") reasons.push(reason("POLICY_FILES", `the files do not match the signature: ${differences}`));
  if (symlinksAllowed && !allowSymlinks) {
    reasons.push(reason("POLICY_SYMLINKS", "the signer followed symbolic links, which is not allowed"));
  }
  const links = deniedHubLinks(policy, files);
  if (links.length > 0) reasons.push(readThrough(links));
  if (files !== undefined && files.ignorePatterns.length > 0) {
    const text = `ignorePaths takes exact paths, and no file of the model is called ${files.ignorePatterns.join(", ")}`;
    reasons.push(reason("IGNORE_PATH", text, { paths: files.ignorePatterns }));
  }
  if (signerIgnored.length > 0 && signerIgnoredPaths !== "allow") {
    const text = `the signer excluded ${signerIgnored.join(", ")}`;
    const ignored = reason("POLICY_SIGNER_IGNORED", text, { paths: signerIgnored });
    (signerIgnoredPaths === "deny" ? reasons : warnings).push(ignored);
  }
  return { ...matched, reasons, warnings };
}

/** A sentence without its full stop, to go on after it. */
function clause(sentence: string): string {
  return sentence.replace(/\.$/, "");
}
