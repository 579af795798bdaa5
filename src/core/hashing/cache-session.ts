import { type CachedDigests, cacheEntry, digestKind } from "./cached-digests.ts";
import type { DigestCache } from "./digest-cache.ts";
import { DIGEST_BYTES, type DigestRequest, digestsOf } from "./digest-request.ts";
import type { HashRun } from "./hash-run.ts";

/** A file of more shards than that is read again rather than kept. */
const MAX_KEPT_DIGESTS = 65_536;
/** A file that was written to so shortly before may be written to again without its times showing it. */
const SETTLED_MS = 2000;

/** What the digest cache gives to one request, and takes from it. */
export class CacheSession {
  /** Digests from the cache by file, lower-case hex, end to end. */
  readonly known: ReadonlyMap<number, string>;
  readonly bytesKnown: number;
  readonly #cache: DigestCache | undefined;
  readonly #request: DigestRequest;
  readonly #startedMs = Date.now();

  constructor(cache: DigestCache | undefined, request: DigestRequest) {
    const { root, mode = "full", algorithm, shardSize } = request;
    this.#cache = root === undefined ? undefined : cache;
    this.#request = request;
    const cached =
      mode === "full" || root === undefined ? undefined : cache?.load(root, digestKind(algorithm, shardSize));
    this.known = cached === undefined ? new Map() : lookUp(cached, request);
    this.bytesKnown = [...this.known.keys()].reduce((sum, file) => sum + (request.files[file]?.size ?? 0), 0);
  }

  /** Keeps what a run found out, even one that did not come to its end. */
  async save(run: HashRun): Promise<void> {
    const { root, algorithm, shardSize, files } = this.#request;
    if (this.#cache === undefined || root === undefined) return;
    if (this.known.size === files.length) {
      this.#cache.touch(root);
      return;
    }
    const entries: string[] = [];
    for (const [file, { path, state, size }] of files.entries()) {
      const known = this.known.get(file);
      if (known !== undefined) entries.push(cacheEntry(path, state, known));
      else if (run.hasRead(file) && this.#isSettled(state) && digestsOf(size, shardSize) <= MAX_KEPT_DIGESTS)
        entries.push(cacheEntry(path, state, run.hex(file)));
    }
    const paths = files.map(({ path }) => path);
    await this.#cache.store(root, digestKind(algorithm, shardSize), entries, paths);
  }

  /** Compared with the beginning of the request: what was written since, the check after the last byte has seen. */
  #isSettled(state: string): boolean {
    const [, mtimeNs, ctimeNs] = state.split(" ", 3);
    return this.#startedMs - Math.max(Number(mtimeNs), Number(ctimeNs)) / 1e6 >= SETTLED_MS;
  }
}

function lookUp(cached: CachedDigests, { files, algorithm, shardSize }: DigestRequest): Map<number, string> {
  const known = new Map<number, string>();
  for (const [file, { path, state, size }] of files.entries()) {
    const hex = cached.find(path, state);
    if (hex?.length === digestsOf(size, shardSize) * DIGEST_BYTES[algorithm] * 2) known.set(file, hex);
  }
  return known;
}
