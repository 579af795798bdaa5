import type { Comparison } from "./manifest/comparison.ts";
import type { Decision } from "./policy/decision.ts";
import { covers, evaluate, type PolicySet } from "./policy/evaluate.ts";
import { allowsUnsigned, enforcingPolicies, filesFor, governingPolicies } from "./policy/file-rules.ts";
import type { FileFacts, ModelFacts } from "./policy/model-facts.ts";
import type { Policy } from "./policy/policy.ts";
import type { PublicSigstore } from "./policy/policy-trust.ts";
import { type Finding, findFacts } from "./policy-facts.ts";
import { concludePin, measureForPolicies } from "./policy-pins.ts";
import { type LocatedSignature, locateSignature } from "./policy-signature.ts";
import { differencesText } from "./presentation/coverage-text.ts";
import { ENGLISH } from "./presentation/localizer.ts";
import type { Reason, Verdict, VerdictState } from "./verdict.ts";
import type { VerifyOptions } from "./verify.ts";

export interface PolicyVerifyOptions extends Pick<VerifyOptions, "pool" | "cache" | "mode" | "signal" | "onProgress"> {
  /** The folder, or the single file. */
  readonly model: string;
  /** The signature; if absent, the one that a policy names, or that is found in the model or beside it. */
  readonly signature?: string;
  readonly policies: PolicySet;
  readonly workspaceTrusted: boolean;
  /** The workspace folder: signatures that policies name stay in it. */
  readonly folder: string;
  /** The model's path in that folder, `/` separated; `.` is the folder itself. Patterns are compared with it. */
  readonly path: string;
  readonly publicSigstore: PublicSigstore;
}

/**
 * Verifies a model as its policies want it: they say whom to trust, which signature, and which files may differ.
 * `verified` is what every policy accepts, at least one of them by its signer; `Verdict.decision` says why, or why not.
 *
 * @throws ProvenanceError MODEL_NOT_FOUND, MODEL_UNREADABLE, CANCELLED
 */
export function verifyWithPolicy(options: PolicyVerifyOptions): Promise<Verdict> {
  return run(options, true);
}

/** As {@link verifyWithPolicy}, for signature and signer only: no file of the model is read, so it is at best `unchecked`. */
export function authenticateWithPolicy(options: PolicyVerifyOptions): Promise<Verdict> {
  return run(options, false);
}

/** The policies that want the same signature, and what was found out about it. */
interface Group {
  readonly policies: readonly Policy[];
  /** Whose word decides which files may differ. */
  readonly deciders: readonly Policy[];
  readonly finding: Finding;
}

async function run(options: PolicyVerifyOptions, readFiles: boolean): Promise<Verdict> {
  const { policies, workspaceTrusted, path } = options;
  const counting = new Set(workspaceTrusted ? [...policies.user, ...policies.workspace] : policies.user);
  const counts = (policy: Policy): boolean => counting.has(policy);
  const all = [...policies.user, ...policies.workspace];
  const covering = all.filter((policy) => covers(policy, path));
  const groups: Group[] = [];
  const wanted = Map.groupBy(covering, ({ verification }) =>
    options.signature === undefined ? verification.signaturePath : undefined,
  );
  if (covering.length === 0) wanted.set(undefined, []);
  for (const [signaturePath, group] of wanted) {
    const judges = governingPolicies(group, counts);
    // Where no policy covers the model, the keys of all of them still serve to name its signer.
    const trusted = covering.length === 0 ? all : group;
    const signature = await signatureFor(options, signaturePath);
    const finding = await findFacts({ ...options, signature, trusted, judges, readFiles });
    groups.push({ policies: group, deciders: enforcingPolicies(judges, counts), finding });
  }
  // The signer of a signed model has to be accepted: pins are for unsigned models only.
  const isUnsigned = groups.every(({ finding }) => finding.verdict.state === "unsigned");
  const pin = isUnsigned ? await measureForPolicies(covering, options, readFiles) : undefined;
  const facts = (policy: Policy): ModelFacts => {
    const group = groups.find((candidate) => candidate.policies.includes(policy));
    if (group === undefined) throw new Error(`Nothing was found out for the policy ${policy.name}`);
    return { ...factsFor(policy, group.finding, readFiles), ...(pin && { pin: pin.facts }) };
  };
  const decision = evaluate({ policies, workspaceTrusted, model: path, facts });
  const verdicts = groups.map(({ finding, deciders }) => conclude(finding.verdict, decision, deciders));
  const [worst] = verdicts.toSorted((a, b) => severity(a) - severity(b));
  if (worst === undefined) throw new Error("Nothing was checked");
  const verdict = pin === undefined ? worst : concludePin(worst, covering, path, pin);
  return readFiles ? { ...verdict, checkedAt: new Date().toISOString() } : verdict;
}

async function signatureFor(options: PolicyVerifyOptions, wanted: string | undefined): Promise<LocatedSignature> {
  if (options.signature !== undefined) return { path: options.signature };
  return locateSignature(options.model, wanted, options.folder, options.signal);
}

/** Where several signatures are wanted, the worst is told. */
const SEVERITY: readonly VerdictState[] = ["invalid", "modified", "unverifiable", "stale", "unsigned", "untrusted"];

function severity({ state }: Verdict): number {
  const place = SEVERITY.indexOf(state);
  return place === -1 ? SEVERITY.length : place;
}

function factsFor(policy: Policy, { facts, verdict }: Finding, readFiles: boolean): ModelFacts {
  if (!readFiles || facts.signers.size === 0) return facts;
  const { comparison, coverage } = verdict;
  if (comparison !== undefined && coverage !== undefined) {
    return {
      ...facts,
      files: filesFor(policy, comparison, coverage, (differing) => differencesText(differing, ENGLISH.t)),
    };
  }
  const why = verdict.reasons[0]?.message.replace(/\.$/, "") ?? "they could not be compared";
  const files: FileFacts = { differences: why, signerIgnored: [], symlinksAllowed: false };
  return { ...facts, files };
}

/** That nobody was named to the check of the signature is no news: the policies name them. */
const NO_NEWS: ReadonlySet<string> = new Set(["SIGSTORE_IDENTITY_MISSING"]);

function conclude(verdict: Verdict, decision: Decision, deciders: readonly Policy[]): Verdict {
  const told = verdict.reasons.filter(({ code }) => !NO_NEWS.has(code));
  const { comparison, coverage } = verdict;
  if (comparison === undefined || coverage === undefined) {
    const isUnreadable = decision.reasons[0]?.code === "POLICY_INVALID" && verdict.state === "unverifiable";
    // What a policy that cannot be read names is not known: that comes first.
    const reasons = isUnreadable ? [...decision.reasons, ...told] : [...told, ...decision.reasons];
    return { ...verdict, decision, reasons };
  }
  const isLetPass = (name: string): boolean =>
    deciders.length > 0 && deciders.every((policy) => allowsUnsigned(policy, name));
  const passed = comparison.added.filter(({ name }) => isLetPass(name)).map(({ name }) => name);
  const left = without(comparison, new Set(passed));
  const state = !left.matches ? "modified" : decision.outcome === "accepted" ? "verified" : "untrusted";
  // What differs is listed by name.
  const reasons = decision.reasons.filter(({ code }: Reason) => left.matches || code !== "POLICY_FILES");
  return {
    ...verdict,
    state,
    decision,
    comparison: left,
    coverage: { ...coverage, unsigned: passed },
    reasons: [...told, ...reasons],
  };
}

function without(comparison: Comparison, passed: ReadonlySet<string>): Comparison {
  const added = comparison.added.filter(({ name }) => !passed.has(name));
  const matches = comparison.changed.length === 0 && comparison.missing.length === 0 && added.length === 0;
  return { ...comparison, added, matches };
}
