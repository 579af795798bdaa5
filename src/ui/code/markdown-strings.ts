import { type CodeString, codeString } from "./code-string.ts";

const FENCE = /^ {0,3}(?:`{3,}|~{3,})/;
/** Characters around words of code. */
const AROUND = " \t\r\"'`()[]{}<>,;=";

/** Returns code spans and link targets; in fenced code, every word. */
export function markdownStrings(text: string): CodeString[] {
  const found: CodeString[] = [];
  let fenced = false;
  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    if (FENCE.test(text.slice(start, Math.min(end, start + 8)))) fenced = !fenced;
    else if (fenced) words(text, start, end, found);
    else {
      between(text, start, end, "`", "`", found);
      between(text, start, end, "](", ")", found);
    }
    start = end + 1;
  }
  return found.sort((a, b) => a.start - b.start);
}

function words(text: string, start: number, end: number, found: CodeString[]): void {
  let from = start;
  for (let at = start; at <= end; at++) {
    if (at < end && !AROUND.includes(text.charAt(at))) continue;
    keep(text, from, at, found);
    from = at + 1;
  }
}

function between(text: string, start: number, end: number, open: string, close: string, found: CodeString[]): void {
  const line = text.slice(start, end);
  for (let at = line.indexOf(open); at >= 0; ) {
    const from = at + open.length;
    const to = line.indexOf(close, from);
    if (to < 0) return;
    keep(text, start + from, start + to, found);
    at = line.indexOf(open, to + close.length);
  }
}

function keep(text: string, from: number, to: number, found: CodeString[]): void {
  const string = codeString(text, from, to);
  if (string !== undefined) found.push(string);
}
