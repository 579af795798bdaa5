const SLASH = 0x2f;

/** A literal character's code unit, or one of the two wildcards. */
type Token = number | "segment" | "anything";

/**
 * A pattern for paths as Sigstore's policies have it: `*` is any run of characters but `/`, `**` any run at all,
 * everything else is literal, and the whole path must match. Compared code unit by code unit: no case is
 * folded, nothing is normalised. The work is bounded by the product of both lengths.
 */
export class Glob {
  readonly pattern: string;
  readonly #prefix: string;
  readonly #tokens: readonly Token[];

  constructor(pattern: string) {
    this.pattern = pattern;
    const star = pattern.indexOf("*");
    this.#prefix = star === -1 ? pattern : pattern.slice(0, star);
    this.#tokens = tokenize(pattern.slice(this.#prefix.length));
  }

  matches(path: string): boolean {
    if (!path.startsWith(this.#prefix)) return false;
    if (this.#tokens.length === 0) return path.length === this.#prefix.length;
    return statesAfter(this.#tokens, path, this.#prefix.length).has(this.#tokens.length);
  }

  /** Whether the pattern can match a path below the folder `path`, which must not be `.`. */
  mayMatchBelow(path: string): boolean {
    const folder = `${path}/`;
    if (folder.length < this.#prefix.length) return this.#prefix.startsWith(folder);
    if (!folder.startsWith(this.#prefix)) return false;
    const states = statesAfter(this.#tokens, folder, this.#prefix.length);
    return [...states].some((position) => position < this.#tokens.length);
  }

  /** Whether the pattern matches the path or a folder around it, or can match something below it. */
  touches(path: string): boolean {
    for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
      if (this.matches(path.slice(0, end))) return true;
    }
    return this.mayMatchBelow(path);
  }
}

function tokenize(rest: string): Token[] {
  const tokens: Token[] = [];
  for (const [part] of rest.matchAll(/\*+|[^*]/gs)) {
    if (part === "*") tokens.push("segment");
    else if (part.startsWith("*")) tokens.push("anything");
    else tokens.push(part.charCodeAt(0));
  }
  return tokens;
}

/** Keeps, for each position of the path, the set of tokens that could come next. */
function statesAfter(tokens: readonly Token[], path: string, start: number): ReadonlySet<number> {
  let current = new Set<number>();
  admit(current, tokens, 0);
  for (let index = start; index < path.length && current.size > 0; index++) {
    const unit = path.charCodeAt(index);
    const next = new Set<number>();
    for (const position of current) {
      const token = tokens[position];
      if (token === unit) admit(next, tokens, position + 1);
      else if (token === "anything" || (token === "segment" && unit !== SLASH)) admit(next, tokens, position);
    }
    current = next;
  }
  return current;
}

/** A wildcard may match nothing, so what follows it may come next as well. */
function admit(set: Set<number>, tokens: readonly Token[], from: number): void {
  for (let position = from; !set.has(position); position++) {
    set.add(position);
    if (typeof tokens[position] !== "string") return;
  }
}

/** The literal beginning of a pattern: whole folders, or all of it where it has no wildcard; `.` where there is none. */
export function baseOf(pattern: string): string {
  const star = pattern.indexOf("*");
  if (star === -1) return pattern;
  const end = pattern.lastIndexOf("/", star);
  return end === -1 ? "." : pattern.slice(0, end);
}

/** Why a pattern can never match a path, if so. */
export function globProblem(pattern: string): string | undefined {
  if (pattern.includes("\\")) return 'has a backslash: the parts of a path are separated by "/" on every system';
  if (pattern.startsWith("/")) return "is absolute: it has to be relative to the workspace folder";
  const parts = pattern.split("/");
  if (parts.includes("..")) return 'has a part "..": it cannot leave the workspace folder';
  if (pattern !== "." && parts.includes(".")) return 'has a part ".": leave it out';
  if (pattern.endsWith("/")) return 'ends with "/", and no path does; "/**" covers what is in a folder';
  if (parts.includes("")) return 'has an empty part ("//")';
  return undefined;
}

/** Characters that are wildcards in other kinds of patterns, but literal in this one. */
export function literalCharacters(pattern: string): string[] {
  return [...new Set(pattern.match(/[?[\]{}!]/g) ?? [])];
}
