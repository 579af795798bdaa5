import type { CodeString } from "./strings-in-code.ts";

/** Code that loads a model of the Hugging Face Hub by its name. */
export interface HubReference {
  readonly string: CodeString;
  /** `ORG/NAME`. */
  readonly repository: string;
  /** What the argument `revision` is, where it is a plain string. */
  readonly revision?: string;
  /** Whether there is such an argument, whatever it is. */
  readonly hasRevision: boolean;
  /** Offset after the closing quote of the name. */
  readonly after: number;
}

const NAME = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;
const FIRST = /(?:\.from_pretrained|\bhf_hub_download|\bsnapshot_download|\bSentenceTransformer)\s*\(\s*$/;
const NAMED =
  /(?:\.from_pretrained|\bhf_hub_download|\bsnapshot_download|\bSentenceTransformer|\bpipeline)\s*\([^()]*\b(?:repo_id|model|model_name_or_path|pretrained_model_name_or_path)\s*=\s*$/;
/** Characters before and after a name that are searched. */
const BEFORE = 300;
const AFTER = 2000;
const REVISION = /^\s*revision\s*=\s*(?:[rbu]{0,2}(["'])([^"'\\\n]*)\1)?/;

/** The models of the Hub that Python code loads, in order. */
export function hubReferences(text: string, strings: readonly CodeString[]): readonly HubReference[] {
  return strings.flatMap((string): HubReference[] => {
    const { value, start, end } = string;
    // A joined path has another length than its last string.
    if (!NAME.test(value) || value.length !== end - start) return [];
    const before = text.slice(Math.max(0, start - BEFORE), start).replace(/[rbu]{0,2}["']$/i, "");
    if (!FIRST.test(before) && !NAMED.test(before)) return [];
    const call = restOfCall(text, end + 1);
    if (call === undefined) return [];
    const others = [...argumentsOf(before.slice(openingOf(before) + 1)), ...argumentsOf(call)];
    const found = others.map((argument) => REVISION.exec(argument)).find((match) => match !== null);
    const revision = found?.[2];
    return [
      {
        string,
        repository: value,
        hasRevision: found !== undefined,
        ...(revision !== undefined && { revision }),
        after: end + 1,
      },
    ];
  });
}

/** The text up to the parenthesis that closes the call; undefined where none does. */
function restOfCall(text: string, from: number): string | undefined {
  const to = Math.min(text.length, from + AFTER);
  let depth = 0;
  for (let at = from; at < to; at++) {
    const character = text[at];
    if (character === '"' || character === "'") {
      const close = endOfString(text, at, character);
      if (close === undefined) return undefined;
      at = close;
    } else if (character === "#") {
      const line = text.indexOf("\n", at);
      if (line === -1) return undefined;
      at = line;
    } else if (character !== undefined && "([{".includes(character)) depth++;
    else if (character !== undefined && ")]}".includes(character)) {
      if (depth === 0) return text.slice(from, at);
      depth--;
    }
  }
  return undefined;
}

function endOfString(text: string, open: number, quote: string): number | undefined {
  for (let at = open + 1; at < text.length && text[at] !== "\n"; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === quote) return at;
  }
  return undefined;
}

/** The parenthesis that opens the call which the end of the text is in. */
function openingOf(before: string): number {
  return before.lastIndexOf("(");
}

/** The arguments of a call, as their text: commas in brackets and strings do not separate. */
function argumentsOf(text: string): readonly string[] {
  const found: string[] = [];
  let start = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    if (character === '"' || character === "'") at = endOfString(text, at, character) ?? text.length;
    else if ("([{".includes(character)) depth++;
    else if (")]}".includes(character)) depth--;
    else if (character === "," && depth === 0) {
      found.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...found, text.slice(start)];
}
