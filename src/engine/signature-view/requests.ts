import type { ErrorCode } from "../../core/errors.ts";
import type { AddedEntry, ChangedResource, MissingResource } from "../../core/manifest/comparison.ts";
import type { IgnoredEntry } from "../../core/model/file-list.ts";
import type { Claim } from "../../core/verification/claimed-signer.ts";
import type { SigningMethod } from "../../core/verification/signer.ts";
import type { FileFilter, FileState } from "./file-states.ts";

// What the viewer can ask the engine about an open signature file, or about the files of a model without one.

/** What a signature file contains, without its files. Nothing of it is verified or escaped. */
export interface SignatureSummary {
  /** Bytes of the file. */
  readonly bytes: number;
  /** Which bundle is shown, of a file with one a line; the first line is 1. */
  readonly line?: number;
  readonly mediaType?: string | undefined;
  readonly method?: SigningMethod | undefined;
  readonly claimedSigner?: string | undefined;
  readonly claims: readonly Claim[];
  readonly statement?: StatementSummary;
  /** What is wrong with the file. */
  readonly problem?: { readonly code: ErrorCode; readonly message: string };
  /** The content of text pages: the statement, or the whole file if no statement can be read. */
  readonly text: "statement" | "file" | "none";
}

export interface StatementSummary {
  readonly subject: string;
  /** Lower-case hex. */
  readonly rootDigest: string;
  readonly legacy: boolean;
  readonly algorithm: string;
  /** The first of them. */
  readonly ignorePaths: readonly string[];
  readonly ignorePathCount: number;
  readonly files: number;
}

/** What the last verification found, if it is current. */
export interface Findings {
  /** The model, for the sizes of its files. */
  readonly model?: { readonly path: string; readonly kind: "directory" | "file" };
  /** Whether the files were compared with the signature. */
  readonly compared: boolean;
  readonly files: readonly FileEntry[];
}

/** One file: what a verification, or a comparison with a download record, found about it, and what the signature and the disk say. */
export interface FileEntry {
  /** As signed, or as found. */
  readonly name: string;
  readonly state: FileState;
  /** Bytes, if known. */
  readonly size?: number;
  /** When the file was last modified (RFC 3339), if it exists. */
  readonly modifiedAt?: string;
  /** Lower-case hex, as signed; absent for a file of several shards. */
  readonly digest?: string;
  readonly shards?: number;
  /** How it, or each changed shard of it, differs from what was signed. */
  readonly changes?: readonly ChangedResource[];
  readonly note?: AddedEntry["note"] | MissingResource["note"];
  readonly ignored?: boolean;
  readonly source?: IgnoredEntry["source"];
}

export type StateCounts = Readonly<Record<FileState, number>>;

/** A range of a list. */
export interface PageRange {
  readonly offset: number;
  readonly count: number;
}

export interface FileQuery extends PageRange {
  readonly filter: FileFilter;
  readonly search: string;
}

export interface FilePage {
  readonly total: number;
  readonly entries: readonly FileEntry[];
}

export interface TextPage {
  readonly total: number;
  readonly lines: readonly string[];
}

/**
 * A file on disk, or the bytes of one that is elsewhere. Of a file with a bundle a line, that of `line` is shown, else one
 * about the model. With `none`, the findings list all files.
 */
export type SignatureSource =
  | { readonly none: true }
  | { readonly path: string; readonly line?: number | undefined; readonly model?: string | undefined }
  | { readonly label: string; readonly bytes: Uint8Array<ArrayBuffer> };

/** An open signature file, by the caller's number. */
export interface OpenSignature {
  readonly view: number;
}

/** Calls about an open signature file. The result is undefined if it is not open, because the engine was restarted. */
export interface OpenSignatureCalls {
  openSignature(options: OpenSignature & { readonly source: SignatureSource }): SignatureSummary;
  /** Adds some of the files of the next `compareSignature`. */
  addFindings(options: OpenSignature & { readonly files: readonly FileEntry[] }): true | undefined;
  compareSignature(options: OpenSignature & { readonly findings: Omit<Findings, "files"> }): StateCounts | undefined;
  filePage(options: OpenSignature & { readonly query: FileQuery }): FilePage | undefined;
  textPage(options: OpenSignature & { readonly range: PageRange }): TextPage | undefined;
  closeSignature(options: OpenSignature): void;
}
