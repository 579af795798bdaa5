import { fail, ProvenanceError } from "../errors.ts";
import type { ModelFile } from "../model/file-list.ts";

/** Identifiers of the OMS algorithm registry. `blake2b` is BLAKE2b-512. */
export const HASH_ALGORITHMS = ["sha256", "blake2b", "blake3"] as const;
export type HashAlgorithm = (typeof HASH_ALGORITHMS)[number];

/** Bytes of a digest, by algorithm. */
export const DIGEST_BYTES: Readonly<Record<HashAlgorithm, number>> = { sha256: 32, blake2b: 64, blake3: 32 };

/** Limit of a request, whose digests are held in memory. */
const MAX_DIGESTS = 16_000_000;

/** `full` reads every byte; `cached` uses cached digests of unchanged files. */
export type DigestMode = "full" | "cached";

export interface DigestRequest {
  readonly files: readonly ModelFile[];
  readonly algorithm: HashAlgorithm;
  /** Bytes of a shard: one digest for each. Absent: one digest a file. */
  readonly shardSize?: number | undefined;
  /**
   * By position of the file: the bytes `[start, end)` to digest, whole shards. The digests of its other shards are zero,
   * and so must not be kept: only without `root`. Absent: all bytes of all files.
   */
  readonly ranges?: readonly (readonly { readonly start: number; readonly end: number }[])[];
  readonly mode?: DigestMode | undefined;
  /** Absolute path of the model, the key of its digests in the cache. Absent: the cache is neither read nor written. */
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
  readonly signal?: AbortSignal | undefined;
  /** At most ten calls a second. */
  readonly onProgress?: ((progress: DigestProgress) => void) | undefined;
}

/** How many digests a file has: none for an empty one in shards (OMS 6.3.2). */
export function digestsOf(size: number, shardSize: number | undefined): number {
  return shardSize === undefined ? 1 : Math.ceil(size / shardSize);
}

/**
 * Throws `USAGE` for a shard size that is not a whole number of bytes and for more digests than memory can hold, and
 * `FILE_UNREADABLE` for a path that no system can open.
 */
export function checkRequest({ files, shardSize }: DigestRequest): void {
  if (shardSize !== undefined && !(Number.isSafeInteger(shardSize) && shardSize >= 1)) {
    fail("USAGE", "The shard size must be a whole number of bytes, at least 1.", { shardSize });
  }
  let digests = 0;
  for (const file of files) {
    digests += digestsOf(file.size, shardSize);
    if (!file.path.includes("\0")) continue;
    fail("FILE_UNREADABLE", `${file.name} cannot be read: its path contains a NUL character.`, { file: file.name });
  }
  if (digests <= MAX_DIGESTS) return;
  throw new ProvenanceError(
    "USAGE",
    shardSize === undefined
      ? `There are ${files.length} files; more than ${MAX_DIGESTS} cannot be hashed at once.`
      : `Shards of ${shardSize} bytes make ${digests} digests of this model; more than ${MAX_DIGESTS} cannot be held. Use larger shards.`,
    { details: { digests, limit: MAX_DIGESTS } },
  );
}
