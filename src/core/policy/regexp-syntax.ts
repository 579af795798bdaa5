/** A regular expression in RE2's syntax, as far as its shape goes: what is anchored, what is literal, how large it is. */
export type RegExpNode =
  | { readonly kind: "character"; readonly text: string }
  /** One character of several; `text` is an expression for it: `.`, `[a-z]`, `\d`. */
  | { readonly kind: "class"; readonly text: string }
  | { readonly kind: "begin" | "end" }
  /** Matches no character, and anchors nothing: a word boundary, the ends of a line. */
  | { readonly kind: "empty" }
  | { readonly kind: "repeat"; readonly node: RegExpNode; readonly min: number; readonly max: number }
  | { readonly kind: "concat"; readonly nodes: readonly RegExpNode[] }
  | { readonly kind: "alternate"; readonly nodes: readonly RegExpNode[] };

export interface RegExpShape {
  readonly node: RegExpNode;
  /** Whether a letter stands for both its cases somewhere. */
  readonly ignoresCase: boolean;
}

const EMPTY: RegExpNode = { kind: "empty" };
const ESCAPED_CONTROLS: Readonly<Record<string, string>> = {
  a: "\x07",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/**
 * Parses an expression that the engine has accepted or will judge: whether it is valid is not this parser's to say.
 *
 * @returns undefined where it cannot be followed
 */
export function parseRegExp(source: string): RegExpShape | undefined {
  const parser = new Parser(source);
  const node = parser.parse();
  return node === undefined ? undefined : { node, ignoresCase: parser.ignoresCase };
}

class Parser {
  ignoresCase = false;
  readonly #source: string;
  #position = 0;
  #multiline = false;

  constructor(source: string) {
    this.#source = source;
  }

  parse(): RegExpNode | undefined {
    try {
      const node = this.#alternatives();
      return this.#position === this.#source.length ? node : undefined;
    } catch (error) {
      // An expression that nests deeper than the stack.
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  #alternatives(): RegExpNode {
    const branches = [this.#sequence()];
    while (this.#take("|")) branches.push(this.#sequence());
    const [only] = branches;
    return branches.length === 1 && only !== undefined ? only : { kind: "alternate", nodes: branches };
  }

  #sequence(): RegExpNode {
    const nodes: RegExpNode[] = [];
    while (this.#position < this.#source.length && !this.#at("|") && !this.#at(")")) {
      if (this.#take("\\Q")) {
        nodes.push(...this.#quoted());
        continue;
      }
      nodes.push(this.#repeated(this.#atom()));
    }
    return { kind: "concat", nodes };
  }

  #repeated(atom: RegExpNode): RegExpNode {
    let node = atom;
    for (;;) {
      const counts = /^\{(\d+)(,?)(\d*)\}/.exec(this.#source.slice(this.#position, this.#position + 16));
      if (this.#take("*")) node = { kind: "repeat", node, min: 0, max: Number.POSITIVE_INFINITY };
      else if (this.#take("+")) node = { kind: "repeat", node, min: 1, max: Number.POSITIVE_INFINITY };
      else if (this.#take("?")) node = { kind: "repeat", node, min: 0, max: 1 };
      else if (counts !== null) {
        this.#position += counts[0].length;
        const min = Number(counts[1]);
        const open = counts[3] === "" ? Number.POSITIVE_INFINITY : Number(counts[3]);
        node = { kind: "repeat", node, min, max: counts[2] === "" ? min : open };
      } else return node;
      this.#take("?");
    }
  }

  #atom(): RegExpNode {
    const character = this.#next();
    switch (character) {
      case "(":
        return this.#group();
      case "[":
        return this.#class();
      case "\\":
        return this.#escape();
      case ".":
        return { kind: "class", text: "." };
      case "^":
        return this.#multiline ? EMPTY : { kind: "begin" };
      case "$":
        return this.#multiline ? EMPTY : { kind: "end" };
      default:
        return { kind: "character", text: character };
    }
  }

  #group(): RegExpNode {
    const before = this.#multiline;
    const flags = /^\?([imsU]*)(?:-([imsU]+))?([:)])/.exec(this.#source.slice(this.#position, this.#position + 16));
    if (flags !== null) {
      this.#position += flags[0].length;
      const [, on = "", off = "", end] = flags;
      this.ignoresCase ||= on.includes("i");
      if (on.includes("m")) this.#multiline = true;
      if (off.includes("m")) this.#multiline = false;
      if (end === ")") return EMPTY;
    } else {
      const name = /^\?P?<[^>]*>/.exec(this.#source.slice(this.#position));
      this.#position += name?.[0].length ?? 0;
    }
    const node = this.#alternatives();
    this.#take(")");
    this.#multiline = before;
    return node;
  }

  #class(): RegExpNode {
    const start = this.#position - 1;
    this.#take("^");
    this.#take("]");
    while (this.#position < this.#source.length && !this.#at("]")) {
      if (this.#take("[:")) this.#skipTo(":]");
      else if (this.#next() === "\\") this.#next();
    }
    this.#take("]");
    return { kind: "class", text: this.#source.slice(start, this.#position) };
  }

  #escape(): RegExpNode {
    const start = this.#position - 1;
    const character = this.#next();
    if (character === "A") return { kind: "begin" };
    if (character === "z") return { kind: "end" };
    if (character === "b" || character === "B") return EMPTY;
    if ("dDsSwWC".includes(character)) return { kind: "class", text: `\\${character}` };
    if (character === "p" || character === "P") {
      if (this.#take("{")) this.#skipTo("}");
      else this.#next();
      return { kind: "class", text: this.#source.slice(start, this.#position) };
    }
    const control = ESCAPED_CONTROLS[character];
    if (control !== undefined) return { kind: "character", text: control };
    if (character === "x" || /[0-7]/.test(character)) {
      if (this.#take("{")) this.#skipTo("}");
      else while (/[0-9A-Fa-f]/.test(this.#source[this.#position] ?? "") && this.#position - start < 4) this.#next();
      return { kind: "class", text: this.#source.slice(start, this.#position) };
    }
    return { kind: "character", text: character };
  }

  #quoted(): RegExpNode[] {
    const start = this.#position;
    const end = this.#source.indexOf("\\E", start);
    this.#position = end === -1 ? this.#source.length : end + 2;
    const text = this.#source.slice(start, end === -1 ? undefined : end);
    return Array.from(text, (character) => ({ kind: "character", text: character }));
  }

  #at(text: string): boolean {
    return this.#source.startsWith(text, this.#position);
  }

  #take(text: string): boolean {
    if (!this.#at(text)) return false;
    this.#position += text.length;
    return true;
  }

  /** One character, by code point. */
  #next(): string {
    const point = this.#source.codePointAt(this.#position);
    if (point === undefined) return "";
    const character = String.fromCodePoint(point);
    this.#position += character.length;
    return character;
  }

  #skipTo(text: string): void {
    const found = this.#source.indexOf(text, this.#position);
    this.#position = found === -1 ? this.#source.length : found + text.length;
  }
}

/** Whether whatever matches has to begin (or end) where the text does. */
export function isAnchored(node: RegExpNode, side: "begin" | "end"): boolean {
  switch (node.kind) {
    case "begin":
    case "end":
      return node.kind === side;
    case "repeat":
      return node.min > 0 && isAnchored(node.node, side);
    case "alternate":
      return node.nodes.every((branch) => isAnchored(branch, side));
    case "concat": {
      const nodes = side === "begin" ? node.nodes : node.nodes.toReversed();
      const outer = nodes.find((part) => part.kind !== "empty");
      return outer !== undefined && isAnchored(outer, side);
    }
    default:
      return false;
  }
}

/** About how many instructions the engine would make of it. */
export function programSize(node: RegExpNode): number {
  switch (node.kind) {
    case "repeat": {
      const times = Number.isFinite(node.max) ? node.max : node.min + 1;
      return 1 + Math.max(times, 1) * (programSize(node.node) + 1);
    }
    case "concat":
    case "alternate":
      return node.nodes.reduce((sum, part) => sum + programSize(part), node.nodes.length);
    default:
      return 1;
  }
}

/** The characters that every match begins with, at the beginning of the text. */
export function literalPrefix({ node, ignoresCase }: RegExpShape): string {
  if (ignoresCase || node.kind !== "concat" || node.nodes[0]?.kind !== "begin") return "";
  let prefix = "";
  for (const part of node.nodes.slice(1)) {
    if (part.kind !== "character") break;
    prefix += part.text;
  }
  return prefix;
}

/**
 * A text that the expression probably matches, to be tried before it is shown.
 *
 * @param pick a character that a class matches
 */
export function sampleOf(node: RegExpNode, pick: (characterClass: string) => string): string {
  switch (node.kind) {
    case "character":
      return node.text;
    case "class":
      return pick(node.text);
    case "repeat":
      return sampleOf(node.node, pick).repeat(Math.min(Math.max(node.min, node.max > 0 ? 1 : 0), 100));
    case "concat":
      return node.nodes.map((part) => sampleOf(part, pick)).join("");
    case "alternate":
      return node.nodes[0] === undefined ? "" : sampleOf(node.nodes[0], pick);
    default:
      return "";
  }
}

/** Whether a dot, not repeated, stands between two letters or digits: where one is meant that stands for itself. */
export function hasDotBetweenWords(node: RegExpNode): boolean {
  switch (node.kind) {
    case "repeat":
      return hasDotBetweenWords(node.node);
    case "alternate":
      return node.nodes.some(hasDotBetweenWords);
    case "concat":
      return node.nodes.some(
        (part, index) =>
          (part.kind === "class" &&
            part.text === "." &&
            isWord(node.nodes[index - 1]) &&
            isWord(node.nodes[index + 1])) ||
          hasDotBetweenWords(part),
      );
    default:
      return false;
  }
}

function isWord(node: RegExpNode | undefined): boolean {
  return node?.kind === "character" && /^[\p{L}\p{N}]$/u.test(node.text);
}
