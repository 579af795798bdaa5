import type { Comparison } from "../manifest/comparison.ts";
import { GIT_OWN_PATHS, isPattern } from "../model/ignore.ts";
import { isIgnored } from "../model/is-ignored.ts";
import type { Coverage } from "../verdict.ts";
import type { FileFacts } from "./model-facts.ts";
import type { Policy } from "./policy.ts";

/** What all of the policies ignore: only this can stay unread. */
export function commonIgnorePaths(policies: readonly Policy[]): string[] {
  const [first, ...others] = policies.map(({ verification }) => verification.ignorePaths);
  return others.reduce<readonly string[]>(intersection, first ?? []).toSorted();
}

function intersection(some: readonly string[], others: readonly string[]): string[] {
  const inside = (paths: readonly string[], rules: readonly string[]): string[] =>
    paths.filter((path) => rules.some((rule) => isIgnored(path, rule)));
  return [...new Set([...inside(some, others), ...inside(others, some)])];
}

/** Whether a policy may accept signers. */
type Counts = (policy: Policy) => boolean;

/**
 * The policies that decide which files may differ: all but exceptions and pins. None if no policy among them counts, so that
 * nothing is ignored.
 */
export function governingPolicies(policies: readonly Policy[], counts: Counts): Policy[] {
  const governing = policies.filter(({ authorities }) =>
    authorities.some(({ kind }) => kind !== "static" && kind !== "digest"),
  );
  return governing.some(counts) ? governing : [];
}

/** A policy that only warns must not hide files from one that is enforced, nor report more of them as changed. */
export function enforcingPolicies(governing: readonly Policy[], counts: Counts): readonly Policy[] {
  const enforcing = governing.filter(({ mode }) => mode === "enforce");
  return enforcing.some(counts) ? enforcing : governing;
}

/** Whether a policy allows a file of that name to be unsigned. */
export function allowsUnsigned({ verification }: Policy, name: string): boolean {
  return verification.ignoreUnsignedFiles || verification.ignorePaths.some((path) => isIgnored(name, path));
}

/**
 * The files as one policy sees them.
 *
 * @param comparison with every unsigned file in it, but for {@link commonIgnorePaths}
 * @param isThere whether an entry of the model has that name
 * @param describe returns the differences as text; empty if there are none
 */
export function filesFor(
  policy: Policy,
  comparison: Comparison,
  { ignored, symlinksAllowed, hubLinks = [], otherSignatures = [] }: Coverage,
  isThere: (path: string) => boolean,
  describe: (comparison: Comparison) => string,
): FileFacts {
  const denied = policy.verification.otherSignatures === "deny" ? otherSignatures.map((name) => ({ name })) : [];
  const added = [...comparison.added, ...denied].filter(({ name }) => !allowsUnsigned(policy, name));
  const expected = [...GIT_OWN_PATHS, ...policy.verification.ignorePaths];
  const signerIgnored = ignored
    .filter(({ name, source }) => source === "signer" && !expected.some((path) => isIgnored(name, path)))
    .map(({ name }) => name);
  const ignorePatterns = policy.verification.ignorePaths.filter((path) => isPattern(path) && !isThere(path));
  const differences = describe({ ...comparison, added });
  return { differences, signerIgnored, hubLinks, ignorePatterns, symlinksAllowed };
}
