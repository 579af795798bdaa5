import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { systemCode } from "../errors.ts";
import { CachedDigests, parseCache, renderCache } from "./cached-digests.ts";

const EXTENSION = ".digests";
/** An empty file; its time is that of the latest eviction. */
const MARK = "evicted";
/** Bytes of all models together. */
const MAX_BYTES = 256 * 1024 * 1024;
/** Of a model's files that the latest request did not ask for, so many entries stay, or as many as it asked for. */
const MIN_OTHERS = 10_000;
/** The folder is looked through no more often, unless much was stored: that takes longer than storing a small model. */
const EVICTION_MS = 60 * 60 * 1000;
/** A writer that died left its draft behind; one that is this old belongs to no running one. */
const DRAFT_MS = 60 * 60 * 1000;

/**
 * Digests of files that were read before, one file on disk for each model. Any number of processes may use the same
 * folder: a reader sees what one writer wrote, whole; of two writers at the same time the later one stays, and what the
 * other knew is read again one day. No trouble here is an error of a request.
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
  async store(root: string, kind: string, entries: readonly string[], paths: readonly string[]): Promise<void> {
    const file = this.#file(root);
    const known = this.#read(file);
    const before = known.get(kind) ?? "";
    const found = entries.join("");
    if (found === before) {
      this.touch(root);
      return;
    }
    const others = new CachedDigests(before).without(new Set(paths), Math.max(MIN_OTHERS, paths.length));
    known.delete(kind);
    const bytes = renderCache(new Map([[kind, found + others], ...known]));
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
    this.#unchecked += bytes.length;
    if (this.#unchecked > this.#maxBytes / 16 || this.#isEvictionDue()) this.#evict();
  }

  /** Marks a model as used just now, for the order in which models are forgotten. */
  touch(root: string): void {
    const now = new Date();
    ignoreTrouble(() => fs.utimesSync(this.#file(root), now, now));
  }

  /** The name tells nothing of the model's place. */
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

  /** Whether an hour passed since any process looked through the folder. The mark's own time says so. */
  #isEvictionDue(): boolean {
    try {
      return Date.now() - fs.statSync(path.join(this.#directory, MARK)).mtimeMs > EVICTION_MS;
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      return true;
    }
  }

  /** Forgets the models that were not asked for longest, until the rest fits. */
  #evict(): void {
    this.#unchecked = 0;
    ignoreTrouble(() => fs.writeFileSync(path.join(this.#directory, MARK), "", { mode: 0o600 }));
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
