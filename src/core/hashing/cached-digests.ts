import { createHash } from "node:crypto";

/**
 * The digests of one model by one algorithm and shard size, as kept on disk: UTF-8 text.
 *
 *     model-provenance digests 1 SHA256-OF-THE-REST
 *     PATH NUL STAT-LINE TAB HEX
 *     …
 *
 * An entry is found by its path and its stat line together: there are file systems that number their files anew at every
 * mount, and have times in steps of two seconds. The entries are in the order of the request that wrote them, so that
 * the next one finds each by looking where the last one ended. HEX is all digests of the file, end to end.
 */
const MAGIC = "model-provenance digests 1 ";

/** One entry, its line feed included. `path` holds no NUL. */
export function cacheEntry(path: string, statLine: string, hex: string): string {
  return `${path}\0${statLine}\t${hex}\n`;
}

/** The entries of one file. */
export class CachedDigests {
  readonly text: string;
  /** Where the next entry most likely begins. */
  #next = 0;
  #index: Map<string, number> | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** Digests of the file in exactly this state. */
  find(path: string, statLine: string): string | undefined {
    const key = `${path}\0${statLine}\t`;
    let at = this.#next;
    if (!this.#isAt(key, at)) {
      this.#index ??= new Map(entries(this.text).map((entry) => [entry.path, entry.start]));
      at = this.#index.get(path) ?? -1;
      if (at < 0 || !this.#isAt(key, at)) return undefined;
    }
    const start = at + key.length;
    const end = this.text.indexOf("\n", start);
    this.#next = end + 1;
    return this.text.slice(start, end);
  }

  /** Entries of all files but these. */
  without(paths: ReadonlySet<string>, limit: number): string {
    const others = entries(this.text).filter(({ path }) => !paths.has(path));
    return others
      .slice(0, limit)
      .map(({ start, end }) => this.text.slice(start, end))
      .join("");
  }

  /** A slice is compared twice as fast as `startsWith`. */
  #isAt(key: string, at: number): boolean {
    return this.text.slice(at, at + key.length) === key;
  }
}

function entries(text: string): { readonly path: string; readonly start: number; readonly end: number }[] {
  const found: { path: string; start: number; end: number }[] = [];
  for (let start = 0; start < text.length; ) {
    const pathEnd = text.indexOf("\0", start);
    // A line feed may be part of a path, and of nothing after it.
    const end = text.indexOf("\n", pathEnd) + 1;
    found.push({ path: text.slice(start, pathEnd), start, end });
    start = end;
  }
  return found;
}

/** The entries; none at all, if a single bit is not as it was written. */
export function parseCache(bytes: Buffer): string {
  const start = MAGIC.length + 65;
  const entries = bytes.subarray(start);
  return bytes.toString("latin1", 0, start) === headOf(entries) ? entries.toString("utf8") : "";
}

/** The reverse of `parseCache`. */
export function renderCache(text: string): Buffer {
  const entries = Buffer.from(text, "utf8");
  return Buffer.concat([Buffer.from(headOf(entries), "latin1"), entries]);
}

function headOf(entries: Buffer): string {
  return `${MAGIC}${createHash("sha256").update(entries).digest("hex")}\n`;
}
