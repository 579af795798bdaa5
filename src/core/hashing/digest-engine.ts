import type { ModelFile } from "../model/file-list.ts";

/** Identifiers of the OMS algorithm registry. `blake2b` is BLAKE2b-512. */
export type HashAlgorithm = "sha256" | "blake2b" | "blake3";

/** Bytes of a digest, by algorithm. */
export const DIGEST_BYTES: Readonly<Record<HashAlgorithm, number>> = { sha256: 32, blake2b: 64, blake3: 32 };

/** OMS 6.3.2: bytes of a shard where the caller names none. */
export const DEFAULT_SHARD_SIZE = 1_000_000_000;

/** `full` reads every byte; `cached` believes the digest cache; `verify-cache` re-reads a random sample of it. */
export type DigestMode = "full" | "cached" | "verify-cache";

export interface DigestRequest {
  readonly files: readonly ModelFile[];
  readonly algorithm: HashAlgorithm;
  /** Bytes of a shard: one digest for each. Absent: one digest a file. */
  readonly shardSize?: number;
  readonly mode?: DigestMode;
  /** Absolute path of the model: its digests are kept in the cache under it. Absent: the cache is neither asked nor filled. */
  readonly root?: string;
}

export interface DigestProgress {
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Canonical name of a file being read. */
  readonly file?: string;
}

export interface DigestResult {
  /** Lower-case hex, by position of the file in the request; one a shard in order of offset, none for an empty file in shards. */
  readonly digests: readonly (readonly string[])[];
  readonly bytesRead: number;
  readonly bytesFromCache: number;
}

export interface DigestOptions {
  readonly signal?: AbortSignal;
  /** At most ten calls a second. */
  readonly onProgress?: (progress: DigestProgress) => void;
}

/** A request whose files are read while they are being listed. */
export interface GrowingRequest {
  /** The next file, as it is found. Throws `USAGE` for more than can be digested at once. */
  add(file: ModelFile): void;
  /**
   * After the last file.
   *
   * @param files of those that were added, by name, in the order that the digests are wanted in
   */
  finish(files: readonly ModelFile[]): Promise<DigestResult>;
  /** Lets go of everything; nothing where it has finished. */
  cancel(): void;
}

/**
 * Turns files into digests, somewhere else than on the caller's thread.
 *
 * Rejects with `FILE_CHANGED` (size or times differ from the list, at any moment before the last byte was read),
 * `FILE_UNREADABLE` (name, offset), `HASHER_FAILED` or `CANCELLED`.
 */
export interface DigestEngine {
  digest(request: DigestRequest, options?: DigestOptions): Promise<DigestResult>;
  /**
   * Begins to read every byte of files whose list is still being made. `onProgress` is called when it is complete.
   * Throws `USAGE` and `CANCELLED`, and rejects as `digest` does.
   *
   * @param request with the files that were found so far
   */
  begin?(request: Omit<DigestRequest, "mode">, options?: DigestOptions): GrowingRequest;
  /** Ends the process. Requests under way reject with `CANCELLED`. */
  dispose(): Promise<void>;
}
