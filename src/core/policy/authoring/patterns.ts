import { tokensIn, type YamlToken } from "./yaml-tokens.ts";

/** A policy in a text, and where its patterns are. */
export interface PolicyPatterns {
  /** Empty while it has no name. */
  readonly policy: string;
  readonly patterns: readonly Pick<YamlToken, "text" | "start" | "end">[];
}

/** The policies in a text, which may be broken, in their order. */
export function patternsIn(text: string): readonly PolicyPatterns[] {
  const values = tokensIn(text).filter(({ role }) => role === "value");
  return [...Map.groupBy(values, ({ document }) => document).values()].map((tokens) => ({
    policy: tokens.find(({ path }) => path.join("/") === "metadata/name")?.text ?? "",
    patterns: tokens.filter(({ path }) => /^spec\/models\/\d+\/glob$/.test(path.join("/"))),
  }));
}
