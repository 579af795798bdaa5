import { realpath } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type ErrorCode, systemCode } from "../../errors.ts";
import { readingOnce } from "../../hashing/read-once.ts";
import { withHashPool } from "../../hashing/with-hash-pool.ts";
import type { AddedEntry, Comparison } from "../../manifest/comparison.ts";
import { findSignatures, statModel } from "../../model/find-signatures.ts";
import { existsIn } from "../../model/ignore.ts";
import { isInside } from "../../model/path-below.ts";
import type { Decision } from "../../policy/decision.ts";
import { acceptsSigner, covers, evaluate, isSatisfiedBySigner, type PolicySet } from "../../policy/evaluate.ts";
import {
  allowsUnsigned,
  commonIgnorePaths,
  enforcingPolicies,
  filesFor,
  governingPolicies,
} from "../../policy/file-rules.ts";
import type { FileFacts, ModelFacts } from "../../policy/model-facts.ts";
import type { Policy } from "../../policy/policy.ts";
import type { PublicSigstore } from "../../policy/policy-trust.ts";
import { differencesText } from "../../presentation/coverage-text.ts";
import { ENGLISH } from "../../presentation/localizer.ts";
import type { Reason, Verdict } from "../../verdict.ts";
import { type Finding, findFacts, unsigned } from "../policy/policy-facts.ts";
import { concludePin, measureForPolicies } from "../policy/policy-pins.ts";
import { type CompareOptions, compareFiles, stateOfDifferences } from "./check-signature.ts";
import { type CheckedSignature, summaries, worstOf } from "./several-signatures.ts";
import { readCandidates } from "./signature-candidates.ts";

export interface PolicyVerifyOptions extends Pick<CompareOptions, "pool" | "cache" | "mode" | "signal" | "onProgress"> {
  /** The folder, or the single file. */
  readonly model: string;
  /** The signature, and no other; if absent, the one that a policy names, or all that belong to the model. */
  readonly signature?: string | undefined;
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
  return withHashPool(options, (pool) => decide({ ...options, pool: readingOnce(pool) }, true));
}

/** As {@link verifyWithPolicy}, for signature and signer only: no file of the model is read, so it is at best `unchecked`. */
export function authenticateWithPolicy(options: PolicyVerifyOptions): Promise<Verdict> {
  return decide(options, false);
}

/** The policies that use the same signature files. */
interface Group {
  readonly policies: readonly Policy[];
  /** Those that decide which files may differ. */
  readonly enforcing: readonly Policy[];
  /** One for each signature. */
  readonly findings: readonly Found[];
}

/** What was found about one signature, and whether a policy of the group accepts its signer. */
type Found = Finding & CheckedSignature;

async function decide(options: PolicyVerifyOptions, readFiles: boolean): Promise<Verdict> {
  const { policies, workspaceTrusted, path } = options;
  const all = [...policies.user, ...policies.workspace];
  const counting = new Set(workspaceTrusted ? all : policies.user);
  const counts = (policy: Policy): boolean => counting.has(policy);
  const covering = all.filter((policy) => covers(policy, path));
  // Where no policy covers the model, the keys of all of them still serve to name its signer.
  const trustedBy = (group: readonly Policy[]) => (covering.length === 0 ? all : group);
  const groups: Group[] = [];
  const chosen = new Map<Policy, Found>();
  const wanted = Map.groupBy(covering, ({ verification }) =>
    options.signature === undefined ? verification.signaturePath : undefined,
  );
  if (covering.length === 0) wanted.set(undefined, []);
  for (const [signaturePath, group] of wanted) {
    const governing = governingPolicies(group, counts);
    const enforcing = enforcingPolicies(governing, counts);
    const denies = (rule: "hubCacheLinks" | "otherSignatures") =>
      enforcing.some(({ verification }) => verification[rule] === "deny") ? "deny" : "allow";
    const reading: CompareOptions = {
      ...options,
      ignorePaths: commonIgnorePaths(governing),
      ignoreUnsignedFiles: false,
      hubCacheLinks: denies("hubCacheLinks"),
      otherSignatures: denies("otherSignatures"),
    };
    const located = await locateSignatures(options, signaturePath);
    const findings = await findingsOf(located, group, trustedBy(group), options, readFiles ? reading : undefined);
    groups.push({ policies: group, enforcing, findings });
    for (const policy of group) chosen.set(policy, decidingFor(policy, findings, readFiles));
  }
  // The signer of a signed model has to be accepted: pins are for unsigned models only.
  const isUnsigned = groups.every(({ findings }) => findings.every(({ verdict }) => verdict.state === "unsigned"));
  const pin = isUnsigned ? await measureForPolicies(covering, options, readFiles) : undefined;
  const facts = (policy: Policy): ModelFacts => {
    const finding = chosen.get(policy);
    if (finding === undefined) throw new Error(`Nothing was found out for the policy ${policy.name}`);
    return { ...factsFor(policy, finding, readFiles), ...(pin && { pin: pin.facts }) };
  };
  const decision = evaluate({ policies, workspaceTrusted, model: path, facts });
  const verdicts = groups.flatMap(({ policies: group, enforcing, findings }) => {
    // Exceptions accept no signer: where another policy does, a further signature is of no account.
    const accepting = group.filter((policy) => findings.some(({ facts }) => acceptsSigner(policy, facts)));
    const named = (accepting.length > 0 ? accepting : group).flatMap((policy) => chosen.get(policy) ?? []);
    const deciding = new Set(named.length > 0 ? named : [worstOf(findings)]);
    return [...deciding].map((finding) => {
      const verdict = conclude(finding.verdict, decision, enforcing);
      const checked = findings.map((one) => (one === finding ? { ...one, verdict } : one));
      return { verdict: { ...verdict, ...summaries(checked, finding) } };
    });
  });
  const { verdict: worst } = worstOf(verdicts);
  const verdict = pin === undefined ? worst : concludePin(worst, covering, path, pin);
  return readFiles ? { ...verdict, checkedAt: new Date().toISOString() } : verdict;
}

/**
 * Verifies each signature. Of several, files are compared with those whose signer a policy accepts, until all policies are
 * satisfied; with all of them where no signer is accepted.
 */
async function findingsOf(
  { paths, problem }: LocatedSignatures,
  policies: readonly Policy[],
  trusted: readonly Policy[],
  { publicSigstore, signal, ...options }: PolicyVerifyOptions,
  reading: CompareOptions | undefined,
): Promise<readonly Found[]> {
  const model = resolve(options.model);
  const candidates = await readCandidates(model, paths, signal);
  if (candidates.length === 0) return [{ ...unsigned(model, problem), accepted: false }];
  const found: Found[] = [];
  for (const candidate of candidates) {
    const finding = await findFacts(candidate, model, trusted, publicSigstore);
    const accepted = policies.some((policy) => acceptsSigner(policy, finding.facts));
    found.push({ ...finding, candidate, accepted });
  }
  if (reading === undefined) return found;
  const isAnyAccepted = found.some(({ accepted }) => accepted);
  for (const [at, finding] of found.entries()) {
    if (isAnyAccepted && !finding.accepted) continue;
    found[at] = { ...finding, verdict: await compareFiles(finding, reading) };
    if (policies.length > 0 && policies.every((policy) => found.some((one) => satisfies(policy, one)))) break;
  }
  return found;
}

/** Whether a policy is satisfied by a signature with which the files were compared. */
function satisfies(policy: Policy, { verdict, facts }: Finding): boolean {
  return verdict.comparison !== undefined && isSatisfiedBySigner(policy, factsFor(policy, { verdict, facts }, true));
}

/**
 * The signature that one policy decides about: one that satisfies it, else the worst of those whose signer it accepts, else
 * the worst of all. So a signature by a signer whom it does not accept never improves its decision.
 */
function decidingFor(policy: Policy, findings: readonly Found[], readFiles: boolean): Found {
  const accepted = findings.filter(({ facts }) => acceptsSigner(policy, facts));
  const [first] = accepted;
  if (!readFiles && first !== undefined) return first;
  const satisfying = accepted.find((finding) => satisfies(policy, finding));
  return satisfying ?? worstOf(accepted.length > 0 ? accepted : findings);
}

function factsFor(policy: Policy, { facts, verdict }: Finding, readFiles: boolean): ModelFacts {
  if (!readFiles || facts.signers.size === 0) return facts;
  const { comparison, coverage } = verdict;
  if (comparison !== undefined && coverage !== undefined) {
    const isThere = (path: string): boolean => existsIn(verdict.model, path);
    const text = (differing: Comparison): string => differencesText(differing, ENGLISH.t);
    return { ...facts, files: filesFor(policy, comparison, coverage, isThere, text) };
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
  const isAllowed = ({ name }: AddedEntry): boolean =>
    enforcing.length > 0 && enforcing.every((policy) => allowsUnsigned(policy, name));
  const added = comparison.added.filter((entry) => !isAllowed(entry));
  const matches = comparison.changed.length === 0 && comparison.missing.length === 0 && added.length === 0;
  const left = { ...comparison, added, matches };
  const state = stateOfDifferences(left) ?? (decision.outcome === "accepted" ? "verified" : "untrusted");
  // What differs is listed by name.
  const reasons = decision.reasons.filter(({ code }: Reason) => left.matches || code !== "POLICY_FILES");
  return {
    ...verdict,
    state,
    decision,
    comparison: left,
    coverage: { ...coverage, unsigned: comparison.added.filter(isAllowed).map(({ name }) => name) },
    reasons: [...reported, ...reasons],
  };
}

/** The signature files to verify, or why there is none. */
interface LocatedSignatures {
  readonly paths: readonly string[];
  readonly problem?: Reason;
}

/**
 * Returns the signature file that was given, the one that a policy names, or all that belong to the model. One that a policy
 * names has to be in the workspace folder, links resolved.
 *
 * @param wanted relative to the model's folder, `/` separated
 */
async function locateSignatures(
  { model, signature, folder, signal }: PolicyVerifyOptions,
  wanted: string | undefined,
): Promise<LocatedSignatures> {
  if (signature !== undefined) return { paths: [signature] };
  if (wanted === undefined) return { paths: await findSignatures(model, { within: folder, signal }) };
  const isFolder = statModel(resolve(model)).isDirectory();
  const path = join(isFolder ? resolve(model) : dirname(resolve(model)), wanted);
  const none = (code: ErrorCode, message: string) => ({ paths: [], problem: { code, message, details: { path } } });
  try {
    const [base, real] = await Promise.all([realpath(folder), realpath(path)]);
    if (isInside(base, real)) return { paths: [path] };
    const message = `The signature ${wanted}, which the policy names, leads out of the workspace folder.`;
    return none("POLICY_INVALID", message);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return none("SIGNATURE_NOT_FOUND", `There is no signature ${wanted}, which the policy names.`);
  }
}
