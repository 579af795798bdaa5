import { type CodeString, LINE_COMMENT, PYTHON_STRINGS } from "./strings-in-code.ts";

/** An argument of a call in Python. */
export interface PythonArgument {
  /** Of a keyword argument. */
  readonly name?: string;
  /** `*` or `**` before it. */
  readonly unpacked?: "*" | "**";
  /** Where the value is one string and nothing else. */
  readonly string?: CodeString;
  /** The first word of the value. */
  readonly word: string;
  /** Offset after its last character, without white space and comments. */
  readonly end: number;
}

export interface PythonCall {
  /** As written, with what it is an attribute of: `AutoModel.from_pretrained`, or `.from_pretrained`. */
  readonly callee: string;
  readonly arguments: readonly PythonArgument[];
}

interface Token {
  readonly text: string;
  readonly end: number;
  readonly string?: CodeString;
}

/** An open bracket. */
interface Frame {
  readonly callee: string;
  readonly arguments: PythonArgument[];
  /** Of the argument, without those in brackets. */
  tokens: Token[];
}

const SKIPPED = String.raw`\s+|\\(?=\r?\n)`;
const STRINGS = PYTHON_STRINGS.map((pattern) => `[A-Za-z]{0,2}(?:${pattern})`);
const TOKEN = new RegExp([LINE_COMMENT, SKIPPED, ...STRINGS, String.raw`[\w.]+`, "."].join("|"), "gs");
const OPEN = /^[([{]$/;
const CLOSE = /^[)\]}]$/;

/** Returns the calls of Python code whose callee matches, in the order in which they end. Linear in the text. */
export function pythonCalls(text: string, wanted: RegExp): readonly PythonCall[] {
  const calls: PythonCall[] = [];
  const frames: Frame[] = [];
  let before: Token | undefined;
  let beforeThat: Token | undefined;
  for (const match of text.matchAll(TOKEN)) {
    const token = tokenOf(match);
    if (token === undefined) continue;
    const frame = frames.at(-1);
    if (OPEN.test(token.text)) {
      frame?.tokens.push(token);
      const isCall = token.text === "(" && before !== undefined && /\w$/.test(before.text);
      const isDefinition = beforeThat?.text === "def" || beforeThat?.text === "class";
      const callee = isCall && !isDefinition ? (before?.text ?? "") : "";
      frames.push({ callee, arguments: [], tokens: [] });
    } else if (CLOSE.test(token.text)) {
      const closed = frames.pop();
      if (closed !== undefined) {
        finish(closed);
        if (closed.callee !== "" && wanted.test(closed.callee)) calls.push(closed);
      }
      frames.at(-1)?.tokens.push(token);
    } else if (token.text === "," && frame !== undefined) finish(frame);
    else frame?.tokens.push(token);
    beforeThat = before;
    before = token;
  }
  return calls;
}

/** Undefined for white space, a comment, and a line that goes on. */
function tokenOf(match: RegExpExecArray): Token | undefined {
  const [text, ...groups] = match;
  if (/^[\s\\#]/.test(text)) return undefined;
  const end = match.index + text.length;
  const value = groups.find((group) => group !== undefined);
  if (value === undefined) return { text, end };
  const prefix = /^[A-Za-z]*/.exec(text)?.[0] ?? "";
  // Bytes name no model.
  if (/b/i.test(prefix)) return { text, end };
  const quotes = (text.length - prefix.length - value.length) / 2;
  const start = match.index + prefix.length + quotes;
  return { text, end, string: { value, start, end: start + value.length } };
}

/** Ends the argument. */
function finish(frame: Frame): void {
  const { tokens } = frame;
  const [a, b, c] = tokens;
  if (a !== undefined) {
    const stars = a.text === "*" ? (b?.text === "*" ? "**" : "*") : undefined;
    const isNamed = b?.text === "=" && c !== undefined && c.text !== "=";
    const value = isNamed ? c : a;
    const isAlone = tokens.length === (isNamed ? 3 : 1);
    frame.arguments.push({
      ...(isNamed && { name: a.text }),
      ...(stars !== undefined && { unpacked: stars }),
      ...(isAlone && value.string !== undefined && { string: value.string }),
      word: value.text,
      end: tokens.at(-1)?.end ?? a.end,
    });
  }
  frame.tokens = [];
}
