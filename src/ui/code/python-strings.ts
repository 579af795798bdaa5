import { type CodeString, LONGEST_VALUE } from "./code-string.ts";
import { PYTHON, type QuotedString, quotedStrings } from "./quoted-strings.ts";

/** Characters between two strings that are searched. */
const GAP = 24;

const DIVIDED = /^\s*\)?\s*\/\s*$/;
const NEXT_ARGUMENT = /^\s*,\s*$/;
const JOINS = /(?:\bPath|\bjoin|\bjoinpath)\s*\(\s*$/;

/** Returns the strings of Python code; `Path("models") / "x"` and `os.path.join("models", "x")` give `models` and `models/x`. */
export function pythonStrings(text: string): CodeString[] {
  const found: CodeString[] = [];
  let before: QuotedString | undefined;
  let path = "";
  let joins = false;
  for (const string of quotedStrings(text, PYTHON)) {
    const gap = before === undefined ? "" : text.slice(before.close, Math.min(string.open, before.close + GAP));
    const whole = before !== undefined && string.open - before.close <= GAP;
    const continues =
      whole && path.length <= LONGEST_VALUE && (DIVIDED.test(gap) || (joins && NEXT_ARGUMENT.test(gap)));
    if (!continues) joins = JOINS.test(text.slice(Math.max(0, string.open - GAP), string.open));
    path = continues && !/^[\\/]/.test(string.value) ? `${path.replace(/[\\/]+$/, "")}/${string.value}` : string.value;
    found.push({ value: path, start: string.start, end: string.end });
    before = string;
  }
  return found;
}
