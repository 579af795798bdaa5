import { throwIfCancelled } from "../errors.ts";
import { digestKind } from "./cached-digests.ts";
import type { DigestCache } from "./digest-cache.ts";
import { DIGEST_BYTES, type DigestRequest, type DigestResult } from "./digest-engine.ts";
import { digestsOf } from "./job-queue.ts";

/** Of a cache that this process takes into its own memory for a moment: some hundred thousand files. */
const MAX_CACHE_BYTES = 32 * 1024 * 1024;
/** Milliseconds of looking up at a stretch. */
const SLICE_MS = 3;
const CHECK_EVERY = 64;

/**
 * The answer to a request all of whose files are unchanged: then no process has to be started, and no list sent.
 * Undefined where a single file has to be read, or where that is better found out elsewhere: files in another
 * order than the cache has them would have to be searched for, which takes too long at a stretch.
 */
export async function answerFromCache(
  cache: DigestCache,
  request: DigestRequest & { readonly root: string },
  signal: AbortSignal | undefined,
): Promise<DigestResult | undefined> {
  const { files, algorithm, shardSize, root } = request;
  const cached = await cache.loadGently(root, digestKind(algorithm, shardSize), MAX_CACHE_BYTES);
  if (cached === undefined) return undefined;
  const width = DIGEST_BYTES[algorithm] * 2;
  const digests: string[][] = [];
  let bytesFromCache = 0;
  let pause = performance.now() + SLICE_MS;
  for (const [at, file] of files.entries()) {
    if (at % CHECK_EVERY === 0 && performance.now() >= pause) {
      await new Promise((resolve) => setImmediate(resolve));
      throwIfCancelled(signal);
      pause = performance.now() + SLICE_MS;
    }
    const hex = cached.findNear(file.path, file.state);
    if (hex?.length !== digestsOf(file.size, shardSize) * width) return undefined;
    digests.push(hex.length === width ? [hex] : cut(hex, width));
    bytesFromCache += file.size;
  }
  cache.touch(root);
  return { digests, bytesRead: 0, bytesFromCache };
}

function cut(hex: string, width: number): string[] {
  return Array.from({ length: hex.length / width }, (_, at) => hex.slice(at * width, (at + 1) * width));
}
