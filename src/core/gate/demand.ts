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
  /** Whether it is satisfied for all files of the model at that path once the model is verified. */
  satisfiedBy(model: string): boolean;
}

/** The demands of all policies that accept nothing unsigned. */
export function demandsOf({ user, workspace }: PolicySet): Demand[] {
  const demanding = [...user, ...workspace].filter(demandsSignature);
  const enforced = demanding.filter(({ mode }) => mode === "enforce");
  return demanding.flatMap((policy) => ofPolicy(policy, enforced));
}

/** The demand of a caller without policies: everything that is signed, or has a known model format, is verified. */
export function demandForAll(source: string): Demand {
  const never = () => false;
  const base = { source, glob: new Glob("**"), kind: "tree", base: ".", enforced: true, mayBeEmpty: false } as const;
  const always = () => true;
  return { ...base, deniesHubLinks: false, covers: always, exempts: never, exemptsTree: never, satisfiedBy: always };
}

function demandsSignature({ requireSignature, authorities }: Policy): boolean {
  return (
    requireSignature && !authorities.some((authority) => authority.kind === "static" && authority.action === "pass")
  );
}

/**
 * A model around the pattern does not satisfy the demand: its signer may be accepted by a weaker policy.
 *
 * @param enforced all enforced policies that demand a signature: one of them must cover a model below the pattern, so that
 *   only an accepted signer satisfies the demand
 */
function ofPolicy(policy: Policy, enforced: readonly Policy[]): Demand[] {
  const { name, mode, models, modelLocations, authorities, unsignedFiles, verification } = policy;
  const { signaturePath } = verification;
  const trees = unsignedFiles.filter(({ pattern }) => pattern.endsWith("**"));
  return models.map((glob, index): Demand => {
    const location = modelLocations[index];
    const [kind, base] = [kindOf(glob.pattern), baseOf(glob.pattern)];
    const isBelow = (model: string): boolean => base === "." || model.startsWith(`${base}/`);
    return {
      source: name,
      ...(location !== undefined && { location }),
      ...(signaturePath?.split("/").includes("..") === false && { signaturePath }),
      glob,
      kind,
      base,
      enforced: mode === "enforce",
      deniesHubLinks: verification.hubCacheLinks === "deny",
      mayBeEmpty: authorities.every(({ kind }) => kind === "static"),
      covers: (path) => covers(policy, path),
      exempts: (path) => unsignedFiles.some((exempt) => exempt.matches(path)),
      exemptsTree: (path) => trees.some((exempt) => exempt.matches(`${path}/`) || exempt.matches(path)),
      satisfiedBy: (model) =>
        !isStrict({ kind, base }) ||
        covers(policy, model) ||
        (isBelow(model) && enforced.some((other) => covers(other, model))),
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
export function isStrict({ kind, base }: Pick<Demand, "kind" | "base">): boolean {
  return kind !== "tree" || base !== ".";
}

/** Whether the pattern matches the path, or can match something below it. */
export function reaches(demand: Demand, path: string): boolean {
  return path === "." || matches(demand, path) || demand.glob.mayMatchBelow(path);
}
