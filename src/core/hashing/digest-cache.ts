import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { systemCode, unlessSystemError } from "../errors.ts";
import { replaceFile } from "../replace-file.ts";
import { CachedDigests, parseCache, renderCache } from "./cached-digests.ts";

const EXTENSION = ".digests";
/** An empty file; its time is that of the latest eviction. */
const MARK = "evicted";
/** Bytes of all models together. */
const MAX_BYTES = 256 * 1024 * 1024;
/** Most entries kept for files that the latest request did not include, or as many as it included. */
const MIN_OTHERS = 10_000;
/** The folder is looked through no more often, unless much was stored: that takes longer than storing a small model. */
const EVICTION_MS = 60 * 60 * 1000;
/** A draft that is older was left behind by a writer that died. */
const DRAFT_MS = 60 * 60 * 1000;

/**
 * Digests of files that were read before, one file on disk for each model, algorithm and shard size. Any number of
 * processes may use the same folder: a reader sees what one writer wrote, whole; of two writers at the same time the
 * later one stays. An error of the file system here is no error of a request: the folder may be
 * read-only, full, or emptied by another process at this very moment.
 */
export class DigestCache {
  readonly #directory: string;
  readonly #maxBytes: number;
  /** Bytes stored since this process last looked through the folder. */
  #unchecked = 0;

  constructor(directory: string, maxBytes = MAX_BYTES) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
  }

  /** Loads the digests of one model; `kind` is the algorithm and the shard size. */
  load(root: string, kind: string): CachedDigests {
    return this.#read(this.#file(root, kind));
  }

  /**
   * Stores the digests of a request, in its order, and those known of the model's other files.
   *
   * @param entries see `cacheEntry`
   * @param paths of all files of the request
   */
  async store(root: string, kind: string, entries: readonly string[], paths: readonly string[]): Promise<void> {
    const file = this.#file(root, kind);
    const known = this.#read(file);
    const found = entries.join("");
    if (found === known.text) {
      this.touch(root, kind);
      return;
    }
    const bytes = renderCache(found + known.without(new Set(paths), Math.max(MIN_OTHERS, paths.length)));
    if (bytes.length > this.#maxBytes) return;
    try {
      fs.mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
      await replaceFile(file, bytes);
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
    }
    this.#unchecked += bytes.length;
    if (this.#unchecked > this.#maxBytes / 16 || this.#isEvictionDue()) this.#evict();
  }

  /** Marks a model as just used: the least recently used are evicted first. */
  touch(root: string, kind: string): void {
    const now = new Date();
    unlessSystemError(() => fs.utimesSync(this.#file(root, kind), now, now));
  }

  /** A hash, so that the name does not reveal the model's path. */
  #file(root: string, kind: string): string {
    const name = crypto.createHash("sha256").update(`${kind}\n${root}`).digest("hex").slice(0, 32);
    return path.join(this.#directory, `${name}${EXTENSION}`);
  }

  #read(file: string): CachedDigests {
    const text = unlessSystemError(() => {
      return fs.statSync(file).size <= this.#maxBytes ? parseCache(fs.readFileSync(file)) : "";
    });
    return new CachedDigests(text ?? "");
  }

  /** Whether an hour passed since any process looked through the folder. The mark's own time says so. */
  #isEvictionDue(): boolean {
    const latest = unlessSystemError(() => fs.statSync(path.join(this.#directory, MARK)).mtimeMs);
    return Date.now() - (latest ?? 0) > EVICTION_MS;
  }

  /** Removes the least recently used models until the rest is within the limit. */
  #evict(): void {
    this.#unchecked = 0;
    unlessSystemError(() => fs.writeFileSync(path.join(this.#directory, MARK), "", { mode: 0o600 }));
    const files = this.#files().sort((a, b) => b.used - a.used);
    let bytes = 0;
    for (const { file, size, used } of files) {
      const abandoned = !file.endsWith(EXTENSION) && Date.now() - used > DRAFT_MS;
      if (file.endsWith(EXTENSION)) bytes += size;
      if (abandoned || (file.endsWith(EXTENSION) && bytes > this.#maxBytes))
        unlessSystemError(() => fs.unlinkSync(file));
    }
  }

  /** Models and drafts; `used` in milliseconds since the epoch. */
  #files(): { readonly file: string; readonly size: number; readonly used: number }[] {
    const names = unlessSystemError(() => fs.readdirSync(this.#directory)) ?? [];
    return names.flatMap((name) => {
      const file = path.join(this.#directory, name);
      const stats = name.includes(EXTENSION) ? unlessSystemError(() => fs.statSync(file)) : undefined;
      return stats === undefined ? [] : [{ file, size: stats.size, used: stats.mtimeMs }];
    });
  }
}
