/** Stands for the cursor in a text that is scanned; a character that nobody types. */
export const CURSOR = "\u{e000}";

/** A word or a quoted text. Offsets count UTF-16 units. */
export interface Token {
  /** With its quotes. */
  readonly start: number;
  readonly end: number;
  /** Without them. */
  readonly innerStart: number;
  readonly innerEnd: number;
  readonly text: string;
  readonly quote: "" | '"' | "'";
  /** The closing quote is there. */
  readonly closed: boolean;
}

/** `block`: up to a colon, `rest`: up to the end of the line, `flow`: up to a colon, comma or bracket. */
export type TokenPlace = "block" | "rest" | "flow";

const PLAIN_END: Readonly<Record<TokenPlace, RegExp>> = {
  block: /:(?=\s|$)|[ \t]#|\r?\n|$/g,
  rest: /[ \t]#|\r?\n|$/g,
  flow: /:(?=[\s,[\]{}]|$)|[,[\]{}]|[ \t]#|\r?\n|$/g,
};

export function readToken(text: string, start: number, place: TokenPlace): Token {
  const first = text[start];
  return first === '"' || first === "'" ? readQuoted(text, start, first) : readPlain(text, start, place);
}

function readPlain(text: string, start: number, place: TokenPlace): Token {
  const pattern = PLAIN_END[place];
  pattern.lastIndex = start;
  const word = text.slice(start, pattern.exec(text)?.index ?? text.length).trimEnd();
  const end = start + word.length;
  return { start, end, innerStart: start, innerEnd: end, text: word, quote: "", closed: true };
}

/** Ends on its line: what a forgotten quote takes with it is at most that, and nothing behind the cursor. */
function readQuoted(text: string, start: number, quote: '"' | "'"): Token {
  const innerStart = start + 1;
  let index = innerStart;
  for (; index < text.length && text[index] !== "\n" && text[index] !== "\r"; index++) {
    if (quote === '"' && text[index] === "\\") index++;
    else if (text[index] === quote) {
      if (quote === '"' || text[index + 1] !== quote) {
        return {
          start,
          end: index + 1,
          innerStart,
          innerEnd: index,
          text: inside(text, innerStart, index, quote),
          quote,
          closed: true,
        };
      }
      index++;
    }
  }
  const line = text.slice(innerStart, index);
  const cursor = line.indexOf(CURSOR);
  const end = cursor === -1 ? Math.min(index, text.length) : innerStart + cursor + 1;
  return { start, end, innerStart, innerEnd: end, text: text.slice(innerStart, end), quote, closed: false };
}

function inside(text: string, start: number, end: number, quote: '"' | "'"): string {
  const raw = text.slice(start, end);
  if (quote === "'") return raw.replaceAll("''", "'");
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return raw;
  }
}
