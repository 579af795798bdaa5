import { stringify } from "yaml";

/** `block`: YAML by indentation, `flow`: YAML between brackets, `json`: quotes everywhere. */
export type Style = "block" | "flow" | "json";

const PLAIN = { lineWidth: 0, blockQuote: false } as const;
const FLOW = { ...PLAIN, collectionStyle: "flow" } as const;
const OPTIONS = {
  block: PLAIN,
  flow: FLOW,
  json: { ...FLOW, defaultKeyType: "QUOTE_DOUBLE", defaultStringType: "QUOTE_DOUBLE" },
} as const;

/** Private-use characters around a placeholder, and between its texts, until everything else is escaped. */
const [OPEN, NEXT, CLOSE] = ["\u{e001}", "\u{e002}", "\u{e003}"] as const;
const PLACEHOLDER = new RegExp(`${OPEN}([^${CLOSE}]*)${CLOSE}`, "g");

/** Text in a value that the user types over, or several texts to choose from. */
export function placeholder(...texts: readonly string[]): string {
  return `${OPEN}${texts.join(NEXT)}${CLOSE}`;
}

/** A value in the editor's snippet syntax. Lines after the first are indented by `indent` columns more. */
export function renderSnippet(value: unknown, style: Style, indent = 0): string {
  let index = 0;
  return escapeSnippet(stringify(value, OPTIONS[style]).trimEnd())
    .replaceAll(PLACEHOLDER, (_, texts: string) => {
      index += 1;
      if (!texts.includes(NEXT)) return `\${${index}:${texts}}`;
      return `\${${index}|${texts.replaceAll(",", "\\,").replaceAll(NEXT, ",")}|}`;
    })
    .replaceAll("\n", `\n${" ".repeat(indent)}`);
}

/** The same as plain text, for an example. */
export function renderExample(value: unknown): string {
  const text = stringify(value, PLAIN).trimEnd();
  return text.replaceAll(PLACEHOLDER, (_, texts: string) => texts.split(NEXT, 1).join());
}

/** A text as it is written in a file: with quotes where it would be something else without. */
export function scalarText(text: string, style: Style): string {
  if (style === "block") return stringify(text, PLAIN).trimEnd();
  return stringify([text], OPTIONS[style]).trimEnd().slice("[ ".length, -" ]".length);
}

export function escapeSnippet(text: string): string {
  return text.replaceAll(/[\\$}]/g, "\\$&");
}
