import { tokensIn } from "./yaml-tokens.ts";

/** One pattern of a policy, and where it is in the text. */
export interface PatternRange {
  readonly pattern: string;
  readonly start: number;
  readonly end: number;
  /** The name of its policy; empty while it has none. */
  readonly policy: string;
}

/** The patterns of all policies in a text, which may be broken, in their order. */
export function patternsIn(text: string): readonly PatternRange[] {
  const values = tokensIn(text).filter(({ role }) => role === "value");
  const named = values.filter(({ path }) => path.join("/") === "metadata/name");
  const names = new Map(named.map(({ document, text: name }) => [document, name]));
  return values
    .filter(({ path }) => /^spec\/models\/\d+\/glob$/.test(path.join("/")))
    .map(({ document, text: pattern, start, end }) => ({ pattern, start, end, policy: names.get(document) ?? "" }));
}
