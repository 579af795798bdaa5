import type { ErrorCode } from "../../core/errors.ts";
import type { AddedEntry, ChangedResource, MissingResource } from "../../core/manifest/comparison.ts";
import type { IgnoredEntry } from "../../core/model/file-list.ts";
import type { Claim } from "../../core/verification/claimed-signer.ts";
import type { SigningMethod } from "../../core/verification/signer.ts";

// What the signature viewer asks the engine about a signature file that it has open.

/** What was found of a file: as signed, signed and not compared, … */
export type FileState = "same" | "listed" | "changed" | "missing" | "added" | "passed" | "left-out";

/** Which files are shown: `differing` is changed, missing and added. */
export type FileFilter = "all" | "differing" | FileState;

/** What a signature file says, without its files. Nothing of it is verified, and nothing of it is made harmless to show. */
export interface SignatureSummary {
  /** Bytes of the file. */
  readonly bytes: number;
  readonly mediaType?: string;
  readonly method?: SigningMethod;
  readonly claimedSigner?: string;
  readonly claims: readonly Claim[];
  readonly statement?: {
    readonly subject: string;
    /** Lower-case hex. */
    readonly rootDigest: string;
    readonly legacy: boolean;
    readonly algorithm: string;
    readonly serialization: "files" | "shards";
    /** Bytes; only for shards. */
    readonly shardSize?: number;
    readonly allowSymlinks: boolean;
    /** The first of them. */
    readonly ignorePaths: readonly string[];
    readonly ignorePathCount: number;
    readonly files: number;
  };
  /** What is wrong with the file. */
  readonly problem?: { readonly code: ErrorCode; readonly message: string };
  /** What {@link OpenSignatureCalls.textPage} are of: the statement, or the whole file where it holds none that can be read. */
  readonly text: "statement" | "file" | "none";
}

/** Files of which a check found something. Sent in slices: there may be as many as files. */
export interface FoundFiles {
  readonly changed: readonly ChangedResource[];
  readonly missing: readonly MissingResource[];
  readonly added: readonly AddedEntry[];
  readonly passed: readonly string[];
  readonly leftOut: readonly IgnoredEntry[];
}

/** What a check found of the model, as far as it is true now. */
export interface Comparing {
  /** Absolute path of the model, for the sizes of its files. */
  readonly model?: string;
  readonly modelKind?: "directory" | "file";
  /** Whether the files were compared with what is signed. */
  readonly compared: boolean;
}

export interface Findings extends Comparing, FoundFiles {}

export interface FileEntry {
  /** As in the statement, or as found. */
  readonly name: string;
  readonly state: FileState;
  /** Bytes, where they are known. */
  readonly size?: number;
  /** Lower-case hex, as signed; absent for a file of several shards. */
  readonly digest?: string;
  /** Shards of it. */
  readonly shards?: number;
  readonly changes: readonly ChangedResource[];
  readonly note?: NonNullable<AddedEntry["note"]>;
  readonly ignored?: boolean;
  readonly source?: IgnoredEntry["source"];
}

export type StateCounts = Readonly<Record<FileState, number>>;

export interface FileQuery {
  readonly filter: FileFilter;
  readonly search: string;
  readonly offset: number;
  readonly count: number;
}

export interface FilePage {
  readonly total: number;
  readonly entries: readonly FileEntry[];
}

export interface TextPage {
  readonly total: number;
  readonly lines: readonly string[];
}

/** A file on the disk, or bytes of it where it lies elsewhere. */
export type SignatureSource =
  | { readonly path: string }
  | { readonly label: string; readonly bytes: Uint8Array<ArrayBuffer> };

/** A signature file that is open, by a number of the caller. */
export interface OpenSignature {
  readonly view: number;
}

/** What can be asked about a signature file that is open. `undefined`: the engine was started anew, and has it not open. */
export interface OpenSignatureCalls {
  openSignature(options: OpenSignature & { readonly source: SignatureSource }): SignatureSummary;
  /** Some of what was found; belongs to the next `compareSignature`. */
  addFindings(options: OpenSignature & { readonly files: Partial<FoundFiles> }): true | undefined;
  compareSignature(options: OpenSignature & { readonly comparing: Comparing }): StateCounts | undefined;
  filePage(options: OpenSignature & { readonly query: FileQuery }): FilePage | undefined;
  textPage(options: OpenSignature & { readonly range: TextRange }): TextPage | undefined;
  closeSignature(options: OpenSignature): void;
}

export interface TextRange {
  readonly offset: number;
  readonly count: number;
}
