import { createHash, type Hash } from "node:crypto";

/**
 * The digests of one model as kept on disk: UTF-8 text.
 *
 *     model-provenance digests 1 SHA256-OF-THE-REST
 *     # KIND LENGTH
 *     PATH NUL STAT-LINE TAB HEX
 *     …
 *
 * A section for each kind (algorithm and shard size), the latest first; its length is that of its entries, in characters.
 * An entry is found by its path and its stat line together: there are file systems that number their files anew at every
 * mount, and have times in steps of two seconds. The entries are in the order of the request that wrote them, so that
 * the next one finds each by looking where the last one ended. HEX is all digests of the file, end to end.
 */
const MAGIC = "model-provenance digests 1 ";
const HEADER = /^# ([a-z0-9]+ (?:-|[0-9]+)) ([0-9]+)\n/;
/** Kinds of digests that are kept for one model. */
const MAX_KINDS = 4;

/** Identifies a kind of digests. */
export function digestKind(algorithm: string, shardSize: number | undefined): string {
  return `${algorithm} ${shardSize ?? "-"}`;
}

/** One entry, its line feed included. `path` holds no NUL. */
export function cacheEntry(path: string, statLine: string, hex: string): string {
  return `${path}\0${statLine}\t${hex}\n`;
}

/** The entries of one kind. */
export class CachedDigests {
  readonly #text: string;
  /** Where the next request most likely goes on. */
  #next = 0;
  #index: Map<string, number> | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** Digests of the file in exactly this state. */
  find(path: string, statLine: string): string | undefined {
    const key = keyOf(path, statLine);
    let at = this.#next;
    if (!this.#isAt(key, at)) {
      this.#index ??= new Map(entries(this.#text).map((entry) => [entry.path, entry.start]));
      at = this.#index.get(path) ?? -1;
      if (at < 0 || !this.#isAt(key, at)) return undefined;
    }
    return this.#take(at + key.length);
  }

  #take(start: number): string {
    const end = this.#text.indexOf("\n", start);
    this.#next = end + 1;
    return this.#text.slice(start, end);
  }

  /** Entries of all files but these. */
  without(paths: ReadonlySet<string>, limit: number): string {
    const others = entries(this.#text).filter(({ path }) => !paths.has(path));
    return others
      .slice(0, limit)
      .map(({ start, end }) => this.#text.slice(start, end))
      .join("");
  }

  /** A slice is compared twice as fast as `startsWith` looks for what was just put together. */
  #isAt(key: string, at: number): boolean {
    return this.#text.slice(at, at + key.length) === key;
  }
}

/** A line feed may be a part of a path, and of nothing after it. */
function endOfEntry(text: string, start: number): number {
  return text.indexOf("\n", text.indexOf("\0", start)) + 1;
}

function keyOf(path: string, statLine: string): string {
  return `${path}\0${statLine}\t`;
}

function entries(text: string): { readonly path: string; readonly start: number; readonly end: number }[] {
  const found: { path: string; start: number; end: number }[] = [];
  for (let start = 0; start < text.length; ) {
    const pathEnd = text.indexOf("\0", start);
    const end = endOfEntry(text, start);
    found.push({ path: text.slice(start, pathEnd), start, end });
    start = end;
  }
  return found;
}

/** Text of each kind, the latest first. Nothing at all, if a single bit is not as it was written. */
export function parseCache(bytes: Buffer): Map<string, string> {
  const { head, body } = split(bytes);
  return head === headOf(createHash("sha256").update(body)) ? parseBody(body) : new Map();
}

function split(bytes: Buffer): { readonly head: string; readonly body: Buffer } {
  const bodyStart = MAGIC.length + 65;
  return { head: bytes.toString("latin1", 0, bodyStart), body: bytes.subarray(bodyStart) };
}

function parseBody(body: Buffer): Map<string, string> {
  const kinds = new Map<string, string>();
  const text = body.toString("utf8");
  for (let at = 0; at < text.length; ) {
    const [header, kind, length] = HEADER.exec(text.slice(at, at + 100)) ?? [];
    if (header === undefined || kind === undefined) return new Map();
    at += header.length;
    kinds.set(kind, text.slice(at, at + Number(length)));
    at += Number(length);
  }
  return kinds;
}

/** The reverse of `parseCache`. */
export function renderCache(kinds: ReadonlyMap<string, string>): Buffer {
  const sections = [...kinds].slice(0, MAX_KINDS).map(([kind, text]) => `# ${kind} ${text.length}\n${text}`);
  const body = Buffer.from(sections.join(""), "utf8");
  return Buffer.concat([Buffer.from(headOf(createHash("sha256").update(body)), "latin1"), body]);
}

function headOf(body: Hash): string {
  return `${MAGIC}${body.digest("hex")}\n`;
}
