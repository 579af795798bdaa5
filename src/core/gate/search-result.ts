import type { ErrorCode } from "../errors.ts";
import type { SkipReason } from "../model/find-options.ts";
import type { FoundModel, SignatureWithoutModel } from "../model/found-model.ts";
import type { SourceLocation } from "../policy/source-location.ts";

/** Paths kept of each kind; the rest is counted. */
const MAX_PATHS = 10;

/** The first paths of a kind, and how many there are: memory does not grow with the tree. */
export class PathSample {
  readonly paths: string[] = [];
  count = 0;

  add(path: string): void {
    this.count++;
    if (this.paths.length < MAX_PATHS) this.paths.push(path);
  }
}

/** `a, b and 3 more` */
export function namesText(paths: readonly string[], count: number): string {
  const more = count - paths.length;
  return paths.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

export type GateSkipReason = SkipReason | "special" | "not-utf8";

/** What was not searched, where no policy demands a signature. */
export interface Skipped {
  readonly path: string;
  readonly reason: GateSkipReason;
}

/** Why a scan does not pass, besides rejected models. */
export interface SearchFailure {
  readonly code: Extract<ErrorCode, `SEARCH_${string}`>;
  /** One or two sentences for a person. Plain text. */
  readonly message: string;
  /** Whether it is only a warning: no enforced policy demands more. */
  readonly passed: boolean;
  /** The policies that it violates. */
  readonly policies: readonly string[];
  /** At most ten, relative to the root of the patterns, `/` separated; or the pattern that nothing matches. */
  readonly paths: readonly string[];
  /** How many paths there are. */
  readonly count: number;
  /** The position of the pattern, if it is about a pattern. */
  readonly place?: SourceLocation;
}

/** What a scan searched. */
export interface Searched {
  readonly folders: number;
  /** All entries that are no folders. */
  readonly files: number;
  /** At most ten of each reason. */
  readonly skipped: readonly Skipped[];
  /** Files outside of models that no policy demands: not signed, and of no known format. */
  readonly notRequired: number;
  /** What `unsignedFiles` exempted; at most ten paths. */
  readonly exempted: { readonly count: number; readonly paths: readonly string[] };
  /** Signatures of models that are not here; paths are relative to the root of the patterns, `/` separated. */
  readonly strays: readonly SignatureWithoutModel[];
}

export interface GateSearch {
  /** In the order of their paths. */
  readonly models: readonly FoundModel[];
  readonly failures: readonly SearchFailure[];
  readonly searched: Searched;
}
