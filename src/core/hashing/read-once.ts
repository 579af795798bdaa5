import type { DigestOptions, DigestRequest, DigestResult } from "./digest-request.ts";
import type { FileHasher } from "./with-hash-pool.ts";

interface Digested {
  readonly digests: readonly string[];
  readonly fromCache: boolean;
}

/** A hasher that reads a file once for several signatures of one model: a file as listed has one set of digests. */
export function readingOnce(pool: FileHasher): FileHasher {
  const known = new Map<string, Digested>();
  return {
    expect: (files) => pool.expect?.(files),
    async digest(request: DigestRequest, options?: DigestOptions): Promise<DigestResult> {
      const { algorithm, shardSize = 0 } = request;
      const listed = request.files.map((file) => ({
        file,
        key: `${algorithm} ${shardSize} ${file.state} ${file.path}`,
      }));
      const again = listed.filter(({ key }) => known.has(key));
      const fresh = listed.filter(({ key }) => !known.has(key));
      const result = await pool.digest({ ...request, files: fresh.map(({ file }) => file) }, options);
      let { bytesRead, bytesFromCache } = result;
      const fromCache = bytesFromCache > 0;
      for (const [at, { key }] of fresh.entries()) known.set(key, { digests: result.digests[at] ?? [], fromCache });
      for (const { file, key } of again) {
        if (known.get(key)?.fromCache === true) bytesFromCache += file.size;
        else bytesRead += file.size;
      }
      return { digests: listed.map(({ key }) => known.get(key)?.digests ?? []), bytesRead, bytesFromCache };
    },
  };
}
