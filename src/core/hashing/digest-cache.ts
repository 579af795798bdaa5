import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { systemCode } from "../errors.ts";
import { CachedDigests, parseCache, renderCache } from "./cached-digests.ts";

const EXTENSION = ".digests";
/** Bytes of all models together. */
const MAX_BYTES = 256 * 1024 * 1024;
/** Of a model's files that the latest request did not ask for, so many entries stay, or as many as it asked for. */
const MIN_OTHERS = 10_000;
/** A draft that is older was left behind by a writer that died. */
const DRAFT_MS = 60 * 60 * 1000;

/**
 * Digests of files that were read before, one file on disk for each model. Any number of processes may use the same
 * folder: a reader sees what one writer wrote, whole; of two writers at the same time the later one stays, and what the
 * other knew is read again one day. No trouble here is an error of a request.
 */
export class DigestCache {
  readonly #directory: string;
  readonly #maxBytes: number;

  constructor(directory: string, maxBytes = MAX_BYTES) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
  }

  /** What is known of the files of one model. */
  load(root: string, kind: string): CachedDigests {
    return new CachedDigests(this.#read(this.#file(root)).get(kind) ?? "");
  }

  /**
   * Keeps what a request found out, in its order, and what was known of the model's other files.
   *
   * @param entries see `cacheEntry`
   * @param paths of all files of the request
   */
  async store(root: string, kind: string, entries: readonly string[], paths: ReadonlySet<string>): Promise<void> {
    const file = this.#file(root);
    const known = this.#read(file);
    const others = new CachedDigests(known.get(kind) ?? "").without(paths, Math.max(MIN_OTHERS, paths.size));
    known.delete(kind);
    const bytes = renderCache(new Map([[kind, entries.join("") + others], ...known]));
    if (bytes.length > this.#maxBytes) return;
    const draft = `${file}.${process.pid}-${crypto.randomBytes(6).toString("hex")}`;
    try {
      fs.mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
      await fs.promises.writeFile(draft, bytes, { mode: 0o600, flag: "wx" });
      await fs.promises.rename(draft, file);
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      ignoreTrouble(() => fs.rmSync(draft, { force: true }));
    }
    this.#evict();
  }

  /** Marks a model as used just now, for the order in which models are forgotten. */
  touch(root: string): void {
    const now = new Date();
    ignoreTrouble(() => fs.utimesSync(this.#file(root), now, now));
  }

  /** A hash, so that the name does not reveal the model's path. */
  #file(root: string): string {
    const name = crypto.createHash("sha256").update(root).digest("hex").slice(0, 32);
    return path.join(this.#directory, `${name}${EXTENSION}`);
  }

  #read(file: string): Map<string, string> {
    try {
      if (fs.statSync(file).size > this.#maxBytes) return new Map();
      return parseCache(fs.readFileSync(file));
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      return new Map();
    }
  }

  /** Removes the least recently used models until the rest is within the limit. */
  #evict(): void {
    const files = this.#files().sort((a, b) => b.used - a.used);
    let bytes = 0;
    for (const { file, size, used } of files) {
      const abandoned = !file.endsWith(EXTENSION) && Date.now() - used > DRAFT_MS;
      if (file.endsWith(EXTENSION)) bytes += size;
      if (abandoned || (file.endsWith(EXTENSION) && bytes > this.#maxBytes)) ignoreTrouble(() => fs.unlinkSync(file));
    }
  }

  /** Models and drafts; `used` in milliseconds since the epoch. */
  #files(): { readonly file: string; readonly size: number; readonly used: number }[] {
    const found: { file: string; size: number; used: number }[] = [];
    ignoreTrouble(() => {
      for (const name of fs.readdirSync(this.#directory)) {
        if (!name.includes(EXTENSION)) continue;
        const file = path.join(this.#directory, name);
        ignoreTrouble(() => {
          const { size, mtimeMs } = fs.statSync(file);
          found.push({ file, size, used: mtimeMs });
        });
      }
    });
    return found;
  }
}

/** The folder may be read-only, full, or emptied by another process at this very moment. */
function ignoreTrouble(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
  }
}
