import type { Comparison } from "../manifest/comparison.ts";
import { GIT_OWN_PATHS, isIgnored, isPattern } from "../model/ignore.ts";
import type { Coverage } from "../verdict.ts";
import type { FileFacts } from "./model-facts.ts";
import type { Policy } from "./policy.ts";

/** What all of the policies leave out: only this can be left unread. */
export function commonIgnorePaths(policies: readonly Policy[]): string[] {
  const [first, ...others] = policies.map(({ verification }) => verification.ignorePaths);
  return others.reduce<readonly string[]>(intersection, first ?? []).toSorted();
}

/**
 * The policies that have a word on files: exceptions have none. Where nobody of those whose yes counts is among them,
 * nothing is let pass.
 */
export function judgesOf(policies: readonly Policy[], counts: (policy: Policy) => boolean): Policy[] {
  const judges = policies.filter(({ authorities }) => authorities.some(({ kind }) => kind !== "static"));
  return judges.some(counts) ? judges : [];
}

/** Who only warns hides nothing from those who enforce, and adds nothing to what they find changed. */
export function decidersOf(judges: readonly Policy[], counts: (policy: Policy) => boolean): readonly Policy[] {
  const enforcing = judges.filter(({ mode }) => mode === "enforce");
  return enforcing.some(counts) ? enforcing : judges;
}

function intersection(some: readonly string[], others: readonly string[]): string[] {
  const inside = (paths: readonly string[], rules: readonly string[]): string[] =>
    paths.filter((path) => rules.some((rule) => isIgnored(path, rule)));
  return [...new Set([...inside(some, others), ...inside(others, some)])];
}

/** Whether a policy lets a file pass that nobody signed. */
export function letsPass({ verification }: Policy, name: string): boolean {
  return verification.ignoreUnsignedFiles || verification.ignorePaths.some((path) => isIgnored(name, path));
}

/**
 * The files as one policy sees them.
 *
 * @param comparison with every unsigned file in it, but for {@link commonIgnorePaths}
 * @param isThere whether an entry of the model has that name
 * @param describe what differs, in words; empty where nothing does
 */
export function filesFor(
  policy: Policy,
  comparison: Comparison,
  coverage: Coverage,
  isThere: (path: string) => boolean,
  describe: (comparison: Comparison) => string,
): FileFacts {
  const added = comparison.added.filter(({ name }) => !letsPass(policy, name));
  const { ignorePaths } = policy.verification;
  const expected = [...GIT_OWN_PATHS, ...ignorePaths];
  const signerIgnored = coverage.ignored
    .filter(({ name, source }) => source === "signer" && !expected.some((path) => isIgnored(name, path)))
    .map(({ name }) => name);
  return {
    differences: describe({ ...comparison, added }),
    signerIgnored,
    hubLinks: coverage.hubLinks ?? [],
    ignorePatterns: ignorePaths.filter((path) => isPattern(path) && !isThere(path)),
    symlinksAllowed: coverage.symlinksAllowed,
  };
}
