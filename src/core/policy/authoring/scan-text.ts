import type { ValuePath } from "../schema-check.ts";
import { readToken, type Token } from "./read-token.ts";

/** A name of a field or a value in the text of a policy, whether the text is whole or broken. */
export interface Mark extends Token {
  /** Which document of the file it is in, from 0. */
  readonly document: number;
  /** `item`: a word that stands where an item of a list, with its dash, is expected. */
  readonly role: "key" | "value" | "item";
  /** Of the value; for a key, of the field that it names. */
  readonly path: ValuePath;
  /** Between brackets, as in JSON. */
  readonly flow: boolean;
  /** Of a key: its colon is there. */
  readonly finished: boolean;
  /** Of a value: it is the first on its line, below its key. */
  readonly ownLine: boolean;
  /** Characters from the start of its line. */
  readonly column: number;
}

interface Frame {
  readonly kind: "map" | "seq";
  /** Column of what is in it; -1 between brackets. */
  readonly indent: number;
  readonly base: ValuePath;
  key?: string | undefined;
  index: number;
  /** The key has its value. */
  filled: boolean;
}

/** Lists and mappings in one another; a policy needs 8. What is deeper is not looked at. */
const MAX_DEPTH = 64;

/**
 * The names and values of a YAML or JSON text, each with its path. Takes any text: an editor asks in the middle of a
 * word, and what was just broken is what it asks about. A parser that knows what is wrong is in `yaml-text.ts`.
 */
export function scanText(text: string): readonly Mark[] {
  return new Scanner(text).run();
}

class Scanner {
  readonly #text: string;
  readonly #marks: Mark[] = [];
  #frames: Frame[] = [];
  #document = 0;
  #at = 0;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): readonly Mark[] {
    while (this.#at < this.#text.length && this.#frames.length <= MAX_DEPTH) this.#line();
    return this.#marks;
  }

  get #top(): Frame | undefined {
    return this.#frames.at(-1);
  }

  get #column(): number {
    return this.#at - this.#lineStart;
  }

  #line(): void {
    this.#lineStart = this.#at;
    if (/^(?:---|\.\.\.)(?=\s|$)/.test(this.#text.slice(this.#at, this.#at + 4))) {
      if (this.#text[this.#at] === "-") this.#document++;
      this.#frames = [];
      this.#at += 3;
    } else if (this.#text[this.#at] === "%") this.#toNextLine();
    this.#skipBlanks();
    if (this.#isLineOver()) this.#toNextLine();
    else this.#block();
  }

  /** What stands on a line, from its first character on. */
  #block(): void {
    let afterDash = false;
    while (this.#text[this.#at] === "-" && this.#isBlank(this.#at + 1)) {
      this.#enterList(this.#column);
      afterDash = true;
      this.#at++;
      this.#skipBlanks();
      if (this.#isLineOver() || this.#frames.length > MAX_DEPTH) {
        this.#toNextLine();
        return;
      }
    }
    if (/[{[|>&!]/.test(this.#text[this.#at] ?? "")) {
      if (!afterDash) this.#leaveDeeper(this.#column);
      this.#value(!afterDash);
      return;
    }
    const token = readToken(this.#text, this.#at, "block");
    const column = this.#column;
    const colon = this.#afterBlanks(token.end);
    if (this.#text[colon] === ":" && this.#isBlank(colon + 1)) {
      const map = this.#enterMapping(column);
      map.key = token.text;
      map.filled = false;
      this.#mark(token, "key", childPath(map), { finished: true, column });
      this.#at = colon + 1;
      this.#skipBlanks();
      if (this.#isLineOver()) this.#toNextLine();
      else this.#value(false);
      return;
    }
    if (afterDash) this.#mark(token, "value", childPath(this.#top), { column });
    else this.#word(token, column);
    this.#toNextLine();
  }

  /** A word alone on its line: a field whose colon is still to come, a value below its key, or an item without dash. */
  #word(token: Token, column: number): void {
    this.#leaveDeeper(column);
    const top = this.#top;
    const below = this.#frames.at(-2);
    if (top?.kind === "seq" && top.indent === column && below?.indent !== column) {
      this.#mark(token, "item", [...top.base, top.index + 1], { column });
      return;
    }
    const map = top?.kind === "seq" && top.indent === column ? below : top;
    if (map?.kind === "map" && map.indent === column) {
      this.#mark(token, "key", [...map.base, token.text], { column });
    } else if (top?.filled !== true) this.#mark(token, "value", childPath(top), { column, ownLine: true });
  }

  /** A value on the line of its key or dash, or below it. */
  #value(ownLine: boolean): void {
    for (;;) {
      const [property] = /^[&!][^\s,[\]{}]*/.exec(this.#text.slice(this.#at, this.#at + 200)) ?? [];
      if (property === undefined) break;
      this.#at += property.length;
      this.#skipBlanks();
      if (this.#isLineOver()) {
        this.#toNextLine();
        return;
      }
    }
    const first = this.#text[this.#at];
    const top = this.#top;
    if (first === "{" || first === "[") this.#flow();
    else if (first === "|" || first === ">") this.#blockScalar();
    else {
      const token = readToken(this.#text, this.#at, "rest");
      this.#mark(token, "value", childPath(top), { column: this.#column, ownLine });
      this.#toNextLine();
    }
    if (top !== undefined) top.filled = true;
  }

  /** Text that goes on as long as lines are indented. */
  #blockScalar(): void {
    const indent = this.#top?.indent ?? -1;
    this.#toNextLine();
    while (this.#at < this.#text.length) {
      const content = this.#afterBlanks(this.#at);
      if (!this.#isLineOverAt(content, false) && content - this.#at <= indent) return;
      this.#toNextLine();
    }
  }

  /** Between brackets. Ends with the bracket that opened it, or at a line that stands too far left to be in it. */
  #flow(): void {
    const indent = this.#top?.indent ?? -1;
    const outer = this.#frames.length;
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at] ?? "";
      if (character === "\n") {
        this.#toNextLine();
        this.#lineStart = this.#at;
        const content = this.#afterBlanks(this.#at);
        const isLeft = indent >= 0 && content - this.#at <= indent;
        if (isLeft && !this.#isLineOverAt(content) && !/[}\]]/.test(this.#text[content] ?? "")) break;
      } else if (/\s/.test(character)) this.#at++;
      else if (character === "#" && this.#isBlank(this.#at - 1)) this.#skipComment();
      else if (character === "{" || character === "[") {
        if (this.#frames.length > MAX_DEPTH) break;
        const base = childPath(this.#top);
        this.#frames.push({ kind: character === "{" ? "map" : "seq", indent: -1, base, index: 0, filled: false });
        this.#at++;
      } else if (character === "}" || character === "]") {
        this.#at++;
        this.#close(character === "}" ? "map" : "seq", outer);
        if (this.#frames.length === outer) {
          this.#toNextLine();
          return;
        }
      } else this.#inFlow(character);
    }
    this.#frames.length = Math.min(this.#frames.length, outer);
  }

  #close(kind: Frame["kind"], outer: number): void {
    const open = this.#frames.findLastIndex((frame, depth) => depth >= outer && frame.kind === kind);
    if (open >= 0) this.#frames.length = open;
    const top = this.#top;
    if (top !== undefined) top.filled = true;
  }

  #inFlow(character: string): void {
    const frame = this.#top;
    if (frame === undefined || character === ":") {
      this.#at++;
      return;
    }
    if (character === ",") {
      if (frame.kind === "seq") frame.index++;
      frame.key = undefined;
      frame.filled = false;
      this.#at++;
      return;
    }
    const column = this.#column;
    const token = readToken(this.#text, this.#at, "flow");
    this.#at = Math.max(token.end, this.#at + 1);
    const colon = this.#afterBlanks(token.end);
    const finished = this.#text[colon] === ":";
    if (frame.kind === "map" && (frame.key === undefined || frame.filled)) {
      this.#mark(token, "key", [...frame.base, token.text], { flow: true, finished, column });
      if (!finished) return;
      frame.key = token.text;
      frame.filled = false;
      this.#at = colon + 1;
    } else {
      this.#mark(token, "value", childPath(frame), { flow: true, column });
      frame.filled = true;
    }
  }

  #enterMapping(column: number): Frame {
    this.#leaveDeeper(column);
    while (this.#top?.kind === "seq" && this.#top.indent === column) this.#frames.pop();
    const top = this.#top;
    if (top?.kind === "map" && top.indent === column) return top;
    return this.#enter("map", column);
  }

  #enterList(column: number): void {
    this.#leaveDeeper(column);
    const top = this.#top;
    if (top?.kind === "seq" && top.indent === column) {
      top.index++;
      top.filled = false;
    } else this.#enter("seq", column);
  }

  #enter(kind: Frame["kind"], indent: number): Frame {
    const frame: Frame = { kind, indent, base: childPath(this.#top), index: 0, filled: false };
    this.#frames.push(frame);
    return frame;
  }

  #leaveDeeper(column: number): void {
    while ((this.#top?.indent ?? -1) > column) this.#frames.pop();
  }

  #mark(token: Token, role: Mark["role"], path: ValuePath, rest: Pick<Mark, "column"> & Partial<Mark>): void {
    const defaults = { flow: false, finished: false, ownLine: false };
    this.#marks.push({ ...token, ...defaults, ...rest, document: this.#document, role, path });
  }

  #isBlank(index: number): boolean {
    const character = this.#text[index];
    return character === undefined || /\s/.test(character);
  }

  #afterBlanks(from: number): number {
    let index = from;
    while (this.#text[index] === " " || this.#text[index] === "\t") index++;
    return index;
  }

  #skipBlanks(): void {
    this.#at = this.#afterBlanks(this.#at);
  }

  #isLineOver(): boolean {
    return this.#isLineOverAt(this.#at);
  }

  #isLineOverAt(index: number, comments = true): boolean {
    const character = this.#text[index];
    return character === undefined || character === "\n" || character === "\r" || (comments && character === "#");
  }

  #skipComment(): void {
    const end = this.#text.indexOf("\n", this.#at);
    this.#at = end === -1 ? this.#text.length : end;
  }

  #toNextLine(): void {
    const end = this.#text.indexOf("\n", this.#at);
    this.#at = end === -1 ? this.#text.length : end + 1;
  }
}

function childPath(frame: Frame | undefined): ValuePath {
  if (frame === undefined) return [];
  if (frame.kind === "seq") return [...frame.base, frame.index];
  return frame.key === undefined ? frame.base : [...frame.base, frame.key];
}
