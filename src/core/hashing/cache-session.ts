import { type CachedDigests, cacheEntry } from "./cached-digests.ts";
import type { DigestCache } from "./digest-cache.ts";
import { DIGEST_BYTES, type DigestRequest, digestsOf } from "./digest-request.ts";
import type { HashRun } from "./hash-run.ts";

/** A file with more shards is not cached. */
const MAX_KEPT_DIGESTS = 65_536;
/** A file written so recently may change again without a change of its times. */
const SETTLED_MS = 2000;

/** The digest cache as used by one request. */
export class CacheSession {
  /** Digests from the cache by file, lower-case hex, end to end. */
  readonly known: ReadonlyMap<number, string>;
  readonly bytesKnown: number;
  readonly #cache: DigestCache | undefined;
  readonly #request: DigestRequest;
  readonly #kind: string;
  readonly #startedMs = Date.now();

  constructor(cache: DigestCache | undefined, request: DigestRequest) {
    const { root, mode = "full", algorithm, shardSize } = request;
    this.#cache = root === undefined ? undefined : cache;
    this.#request = request;
    this.#kind = `${algorithm} ${shardSize ?? "-"}`;
    const cached = mode === "full" || root === undefined ? undefined : cache?.load(root, this.#kind);
    this.known = cached === undefined ? new Map() : lookUp(cached, request);
    this.bytesKnown = [...this.known.keys()].reduce((sum, file) => sum + (request.files[file]?.size ?? 0), 0);
  }

  /** Stores the digests of a run, also of one that failed. */
  async save(run: HashRun): Promise<void> {
    const { root, shardSize, files } = this.#request;
    if (this.#cache === undefined || root === undefined) return;
    if (this.known.size === files.length) {
      this.#cache.touch(root, this.#kind);
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
    await this.#cache.store(root, this.#kind, entries, paths);
  }

  /** Compared with the start of the request: later writes are detected after the last byte. */
  #isSettled(state: string): boolean {
    const mtime = state.indexOf(" ") + 1;
    const ctime = state.indexOf(" ", mtime) + 1;
    const newestNs = Math.max(Number(state.slice(mtime, ctime)), Number(state.slice(ctime, state.indexOf(" ", ctime))));
    return this.#startedMs - newestNs / 1e6 >= SETTLED_MS;
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
