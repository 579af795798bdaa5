import type { Comparison } from "./manifest/comparison.ts";
import { existsIn } from "./model/ignore.ts";
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
import { stateOfDifferences, type VerifyOptions } from "./verify.ts";

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
 * Verifies a model by policies, which define the trusted signers, the signature file, and which files may differ.
 * `verified` means that every policy accepts it, at least one by its signer; `Verdict.decision` has the reasons.
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

/** The policies that use the same signature file, and the finding about it. */
interface Group {
  readonly policies: readonly Policy[];
  /** Those that decide which files may differ. */
  readonly enforcing: readonly Policy[];
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
    const governing = governingPolicies(group, counts);
    // Where no policy covers the model, the keys of all of them still serve to name its signer.
    const trusted = covering.length === 0 ? all : group;
    const signature = await signatureFor(options, signaturePath);
    const enforcing = enforcingPolicies(governing, counts);
    const denied = enforcing.some(({ verification }) => verification.hubCacheLinks === "deny");
    const hubCacheLinks = denied ? "deny" : "allow";
    const finding = await findFacts({ ...options, signature, trusted, governing, readFiles, hubCacheLinks });
    groups.push({ policies: group, enforcing, finding });
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
  const verdicts = groups.map(({ finding, enforcing }) => conclude(finding.verdict, decision, enforcing));
  const [worst] = verdicts.toSorted((a, b) => severity(a) - severity(b));
  if (worst === undefined) throw new Error("Nothing was checked");
  const verdict = pin === undefined ? worst : concludePin(worst, covering, path, pin);
  return readFiles ? { ...verdict, checkedAt: new Date().toISOString() } : verdict;
}

async function signatureFor(options: PolicyVerifyOptions, wanted: string | undefined): Promise<LocatedSignature> {
  if (options.signature !== undefined) return { path: options.signature };
  return locateSignature(options.model, wanted, options.folder, options.signal);
}

/** Where policies name several signatures, the worst verdict is reported. */
const SEVERITY: readonly VerdictState[] = ["invalid", "modified", "unverifiable", "stale", "unsigned", "untrusted"];

function severity({ state }: Verdict): number {
  const place = SEVERITY.indexOf(state);
  return place === -1 ? SEVERITY.length : place;
}

function factsFor(policy: Policy, { facts, verdict }: Finding, readFiles: boolean): ModelFacts {
  const isThere = (path: string): boolean => existsIn(verdict.model, path);
  if (!readFiles || facts.signers.size === 0) return facts;
  const { comparison, coverage } = verdict;
  if (comparison !== undefined && coverage !== undefined) {
    return {
      ...facts,
      files: filesFor(policy, comparison, coverage, isThere, (differing) => differencesText(differing, ENGLISH.t)),
    };
  }
  const why = verdict.reasons[0]?.message.replace(/\.$/, "") ?? "they could not be compared";
  const nothing = { signerIgnored: [], hubLinks: [], ignorePatterns: [] };
  const files: FileFacts = { differences: why, ...nothing, symlinksAllowed: false };
  return { ...facts, files };
}

/** Not reported: the policies name the signers, the verification of the signature does not. */
const OMITTED_REASONS: ReadonlySet<string> = new Set(["SIGSTORE_IDENTITY_MISSING"]);

function conclude(verdict: Verdict, decision: Decision, enforcing: readonly Policy[]): Verdict {
  const reported = verdict.reasons.filter(({ code }) => !OMITTED_REASONS.has(code));
  const { comparison, coverage } = verdict;
  if (comparison === undefined || coverage === undefined) {
    const isUnreadable = decision.reasons[0]?.code === "POLICY_INVALID" && verdict.state === "unverifiable";
    // What a policy that cannot be read names is not known: that comes first.
    const reasons = isUnreadable ? [...decision.reasons, ...reported] : [...reported, ...decision.reasons];
    return { ...verdict, decision, reasons };
  }
  const isLetPass = (name: string): boolean =>
    enforcing.length > 0 && enforcing.every((policy) => allowsUnsigned(policy, name));
  const passed = comparison.added.filter(({ name }) => isLetPass(name)).map(({ name }) => name);
  const left = without(comparison, new Set(passed));
  const state = stateOfDifferences(left) ?? (decision.outcome === "accepted" ? "verified" : "untrusted");
  // What differs is listed by name.
  const reasons = decision.reasons.filter(({ code }: Reason) => left.matches || code !== "POLICY_FILES");
  return {
    ...verdict,
    state,
    decision,
    comparison: left,
    coverage: { ...coverage, unsigned: passed },
    reasons: [...reported, ...reasons],
  };
}

function without(comparison: Comparison, passed: ReadonlySet<string>): Comparison {
  const added = comparison.added.filter(({ name }) => !passed.has(name));
  const matches = comparison.changed.length === 0 && comparison.missing.length === 0 && added.length === 0;
  return { ...comparison, added, matches };
}
