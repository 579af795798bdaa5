import type { Origin, OriginClaim } from "../origin/origin.ts";

/** A file of the model, as its bill of materials lists it. */
export interface BomFile {
  readonly name: string;
  /** Lower-case hex; absent where only a Git LFS pointer is here. */
  readonly sha256?: string;
  /** What the download record says of it. */
  readonly record?: "match" | "changed" | "extra";
}

/** The signature of a model. */
export interface BomSignature {
  /** Relative to the model, `/` separated; the last name only where it lies elsewhere. */
  readonly name: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly signer: string;
  /** Whether the signature was verified; else the signer is only claimed. */
  readonly verified: boolean;
}

/** All that a bill of materials says of one model. What is not known is absent. */
export interface BomFacts {
  /** Name of its folder or file. */
  readonly name: string;
  readonly files: readonly BomFile[];
  /** Entries that were not read: links, pipes. */
  readonly notRead: readonly string[];
  readonly origin?: Omit<Origin, "files">;
  readonly claims: readonly OriginClaim[];
  readonly signature?: BomSignature;
  /** When it was made, RFC 3339. */
  readonly time: string;
  /** Of this program. */
  readonly toolVersion: string;
}
