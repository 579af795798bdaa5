import type { DigestOptions, DigestRequest, DigestResult } from "./digest-request.ts";
import type { FileHasher } from "./with-hash-pool.ts";

interface Digested {
  readonly digests: readonly string[];
  readonly fromCache: boolean;
}

/** A hasher that reads a file once for several signatures of one model: a file as listed has one set of digests. */
export function readingOnce(pool: FileHasher): FileHasher {
  const known = new Map<string, Digested>();
  const hasher = {
    async digest(request: DigestRequest, options?: DigestOptions): Promise<DigestResult> {
      const { files, algorithm, shardSize = 0 } = request;
      const keys = files.map(({ path, state }) => `${algorithm} ${shardSize} ${state} ${path}`);
      const isNew = keys.map((key) => !known.has(key));
      const fresh = files.filter((_, at) => isNew[at]);
      const result =
        fresh.length === 0
          ? { digests: [], bytesRead: 0, bytesFromCache: 0 }
          : await pool.digest({ ...request, files: fresh }, options);
      const fromCache = result.bytesFromCache > 0;
      for (const [at, key] of keys.filter((_, index) => isNew[index]).entries()) {
        known.set(key, { digests: result.digests[at] ?? [], fromCache });
      }
      let { bytesRead, bytesFromCache } = result;
      const digests = keys.map((key, at) => {
        const found = known.get(key);
        if (isNew[at] !== true) {
          const size = files[at]?.size ?? 0;
          if (found?.fromCache === true) bytesFromCache += size;
          else bytesRead += size;
        }
        return found?.digests ?? [];
      });
      return { digests, bytesRead, bytesFromCache };
    },
  };
  return pool.expect === undefined ? hasher : { ...hasher, expect: (files: number) => pool.expect?.(files) };
}
