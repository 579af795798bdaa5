import { covers, type PolicySet } from "../policy/evaluate.ts";
import { baseOf, Glob } from "../policy/glob.ts";
import type { Policy } from "../policy/policy.ts";
import type { SourceLocation } from "../policy/source-location.ts";

/** A pattern below which a signature is demanded. Paths are relative to the root of the patterns, `/` separated. */
export interface Demand {
  /** The name of its policy, for reports. */
  readonly source: string;
  /** The position of the pattern. */
  readonly location?: SourceLocation;
  readonly glob: Glob;
  /**
   * - `literal`: no wildcard; it names one model
   * - `level`: only `*`; everything that it matches is a model
   * - `tree`: with `**`; models lie anywhere below
   */
  readonly kind: "literal" | "level" | "tree";
  /** The folder that contains everything it can match, or the path itself of a literal one; `.` is the root. */
  readonly base: string;
  /** Whether a violation fails, or only warns. */
  readonly enforced: boolean;
  /** Whether it may match nothing: its policy rejects everything. */
  readonly mayBeEmpty: boolean;
  /** The signature that its policy names, relative to the model and inside it. */
  readonly signaturePath?: string;
  /** Whether its policy has links of a Hugging Face cache treated as any other link. */
  readonly deniesHubLinks: boolean;
  /** Whether its policy covers a model at that path. */
  covers(path: string): boolean;
  /** Whether its policy allows a file of that path to be unsigned. */
  exempts(path: string): boolean;
  /** As {@link exempts}, with everything that is below the path. */
  exemptsTree(path: string): boolean;
}

/** The demands of all policies that accept nothing unsigned. */
export function demandsOf({ user, workspace }: PolicySet): Demand[] {
  return [...user, ...workspace].filter(demandsSignature).flatMap(ofPolicy);
}

/** The demand of a caller without policies: everything that is signed, or has a known model format, is verified. */
export function demandForAll(source: string): Demand {
  const never = () => false;
  const base = { source, glob: new Glob("**"), kind: "tree", base: ".", enforced: true, mayBeEmpty: false } as const;
  return { ...base, deniesHubLinks: false, covers: () => true, exempts: never, exemptsTree: never };
}

function demandsSignature({ requireSignature, authorities }: Policy): boolean {
  return (
    requireSignature && !authorities.some((authority) => authority.kind === "static" && authority.action === "pass")
  );
}

function ofPolicy(policy: Policy): Demand[] {
  const { name, mode, models, modelLocations, authorities, unsignedFiles, verification } = policy;
  const { signaturePath } = verification;
  const trees = unsignedFiles.filter(({ pattern }) => pattern.endsWith("**"));
  return models.map((glob, index): Demand => {
    const location = modelLocations[index];
    return {
      source: name,
      ...(location !== undefined && { location }),
      ...(signaturePath?.split("/").includes("..") === false && { signaturePath }),
      glob,
      kind: kindOf(glob.pattern),
      base: baseOf(glob.pattern),
      enforced: mode === "enforce",
      deniesHubLinks: verification.hubCacheLinks === "deny",
      mayBeEmpty: authorities.every(({ kind }) => kind === "static"),
      covers: (path) => covers(policy, path),
      exempts: (path) => unsignedFiles.some((exempt) => exempt.matches(path)),
      exemptsTree: (path) => trees.some((exempt) => exempt.matches(`${path}/`) || exempt.matches(path)),
    };
  });
}

function kindOf(pattern: string): Demand["kind"] {
  if (!pattern.includes("*")) return "literal";
  return pattern.includes("**") ? "tree" : "level";
}

/** Whether the pattern matches the path itself. By `*` alone, neither the root is a model nor its own `.git`. */
export function matches({ kind, glob }: Demand, path: string): boolean {
  return !(kind === "level" && (path === "." || path === ".git")) && glob.matches(path);
}

/** Whether the pattern makes the path a model, whatever it contains. */
export function isNamed(demand: Demand, path: string): boolean {
  return demand.kind !== "tree" && matches(demand, path);
}

/** Whether every file that the pattern matches must be signed, and not only known model formats. */
export function isStrict({ kind, base }: Demand): boolean {
  return kind !== "tree" || base !== ".";
}

/** Whether the pattern matches the path, or can match something below it. */
export function reaches(demand: Demand, path: string): boolean {
  return path === "." || matches(demand, path) || demand.glob.mayMatchBelow(path);
}

/**
 * Whether a demand is satisfied for all files of a model once the model is verified. A model around the pattern does not
 * satisfy it: its signer may be accepted by a weaker policy.
 *
 * @param enforced all enforced demands: one of them must cover the model, so that only an accepted signer satisfies it
 */
export function isSatisfiedBy(demand: Demand, model: string, enforced: readonly Demand[]): boolean {
  if (!isStrict(demand) || demand.covers(model)) return true;
  const isBelow = demand.base === "." || model.startsWith(`${demand.base}/`);
  return isBelow && enforced.some((other) => other.covers(model));
}
