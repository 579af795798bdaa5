import type { CodeString } from "./code-string.ts";
import { markdownStrings } from "./markdown-strings.ts";
import { pythonStrings } from "./python-strings.ts";
import { JSON_RULES, quotedStrings, TOML } from "./quoted-strings.ts";
import { yamlStrings } from "./yaml-strings.ts";

export type CodeLanguage = "python" | "json" | "yaml" | "toml" | "markdown";

/** UTF-16 code units. A longer text is generated data and is skipped. */
export const LONGEST_TEXT = 200_000;

const READERS: Readonly<Record<CodeLanguage, (text: string) => readonly CodeString[]>> = {
  python: pythonStrings,
  json: (text) => quotedStrings(text, JSON_RULES),
  toml: (text) => quotedStrings(text, TOML),
  yaml: yamlStrings,
  markdown: markdownStrings,
};

/** Returns the strings of a source text that may name a model, in order. Linear in the text; none if it is too long. */
export function stringsInCode(text: string, language: CodeLanguage): readonly CodeString[] {
  return text.length > LONGEST_TEXT ? [] : READERS[language](text);
}
