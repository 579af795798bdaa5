import type { DigestOptions, DigestRequest, DigestResult } from "./digest-request.ts";
import { HashPool } from "./hash-pool.ts";

/** Hashes the files of a model. */
export interface FileHasher {
  /** See {@link HashPool}. */
  digest(request: DigestRequest, options?: DigestOptions): Promise<DigestResult>;
  /** Announces the number of files that will be hashed. */
  expect?(files: number): void;
}

export interface PoolChoice {
  /** Absent: a pool for this call only. */
  readonly pool?: FileHasher | undefined;
  /** Absolute path of the folder where digests are kept between runs; only where no pool is given. */
  readonly cache?: string | undefined;
}

/** Runs `use` with the pool given, or with one of its own. */
export async function withHashPool<T>({ pool, cache }: PoolChoice, use: (pool: FileHasher) => Promise<T>): Promise<T> {
  if (pool !== undefined) return use(pool);
  const own = new HashPool({ cache });
  try {
    return await use(own);
  } finally {
    await own.dispose();
  }
}
