import { type CodeString, codeString } from "./code-string.ts";

/** The scalars of YAML, quoted or plain, keys included; a line is a line, whatever block it is in. */
export function yamlStrings(text: string): CodeString[] {
  const found: CodeString[] = [];
  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    lineStrings(text, start, end, found);
    start = end + 1;
  }
  return found;
}

/** What ends a plain scalar; paths with these characters are quoted. */
const INDICATORS = "[]{},";
const BLANKS = " \t\r";

function lineStrings(text: string, start: number, end: number, found: CodeString[]): void {
  const keep = (from: number, to: number): void => {
    const string = codeString(text, from, to);
    if (string !== undefined) found.push(string);
  };
  for (let at = start; at < end; ) {
    const character = text.charAt(at);
    if (character === "#") return;
    if (BLANKS.includes(character) || INDICATORS.includes(character)) {
      at += 1;
    } else if ("-?:".includes(character) && isBlank(text, at + 1, end)) {
      at += 1;
    } else if (character === '"' || character === "'") {
      const close = closing(text, at + 1, end, character);
      if (close === undefined) return;
      keep(at + 1, close);
      at = close + 1;
    } else {
      const stop = plainEnd(text, at, end);
      let last = stop;
      while (last > at && BLANKS.includes(text.charAt(last - 1))) last -= 1;
      keep(at, last);
      at = stop;
    }
  }
}

function plainEnd(text: string, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    const character = text.charAt(at);
    if (INDICATORS.includes(character)) return at;
    if (character === ":" && isBlank(text, at + 1, end)) return at;
    if (character === "#" && at > from && BLANKS.includes(text.charAt(at - 1))) return at;
  }
  return end;
}

function isBlank(text: string, at: number, end: number): boolean {
  return at >= end || BLANKS.includes(text.charAt(at));
}

function closing(text: string, from: number, end: number, quote: string): number | undefined {
  for (let at = from; at < end; at++) {
    const character = text.charAt(at);
    if (character === "\\" && quote === '"') at += 1;
    else if (character === quote) {
      if (quote === '"' || text.charAt(at + 1) !== "'") return at;
      at += 1;
    }
  }
  return undefined;
}
