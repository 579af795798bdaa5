import type { ErrorCode } from "../errors.ts";
import type { FoundModel, PassedOver } from "../model/find-models.ts";
import type { Place } from "../policy/policy.ts";

/** Paths kept of each kind; the rest is counted. */
const KEPT = 10;

/** The first paths of a kind and how many there are, so that memory does not grow with the tree. */
export class PathSample {
  readonly paths: string[] = [];
  count = 0;

  add(path: string): void {
    this.count++;
    if (this.paths.length < KEPT) this.paths.push(path);
  }

  /** `a, b and 3 more` */
  toString(): string {
    return namesText(this.paths, this.count);
  }
}

export function namesText(paths: readonly string[], count: number): string {
  const more = count - paths.length;
  return paths.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

export type SkipReason = PassedOver | "link" | "special" | "not-utf8";

/** What was not looked into, where no policy demands a signature. */
export interface Skipped {
  readonly path: string;
  readonly reason: SkipReason;
}

/** Why a scan does not pass, beside the models that are refused. */
export interface SearchFailure {
  readonly code: Extract<ErrorCode, `SEARCH_${string}`>;
  /** One or two sentences for a person. Plain text. */
  readonly message: string;
  /** Whether it is only a warning: no policy that is enforced is concerned. */
  readonly passed: boolean;
  /** The policies that it does not meet. */
  readonly policies: readonly string[];
  /** At most ten, relative to the root of the patterns, `/` separated; or the pattern that nothing matches. */
  readonly paths: readonly string[];
  /** How many paths there are. */
  readonly count: number;
  /** Where the pattern stands, if it is about a pattern. */
  readonly place?: Place;
}

/** How far a scan looked. */
export interface Searched {
  readonly folders: number;
  /** All entries that are no folders. */
  readonly files: number;
  /** At most ten of each reason. */
  readonly skipped: readonly Skipped[];
  /** Files in no model that no policy demands: not signed, and of no known format. */
  readonly notDemanded: number;
  /** What `unsignedFiles` exempted; at most ten paths. */
  readonly exempted: { readonly count: number; readonly paths: readonly string[] };
}

export interface GateSearch {
  /** In the order of their paths. */
  readonly models: readonly FoundModel[];
  readonly failures: readonly SearchFailure[];
  readonly searched: Searched;
}
