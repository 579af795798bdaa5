import { stringify } from "yaml";
import { Placeholder, type Template } from "./template.ts";

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
const PLACEHOLDER = new RegExp(`${OPEN}(\\d)([^${CLOSE}]*)${CLOSE}`, "g");

/** The text of a template in the editor's snippet syntax. Lines after the first are indented by `indent` columns more. */
export function renderSnippet(template: Template, style: Style, indent = 0): string {
  const marked = render(template, style, ({ index, texts }) => `${OPEN}${index}${texts.join(NEXT)}${CLOSE}`);
  return escapeSnippet(marked)
    .replaceAll(PLACEHOLDER, (_, index: string, texts: string) => {
      if (!texts.includes(NEXT)) return `\${${index}:${texts}}`;
      return `\${${index}|${texts.replaceAll(",", "\\,").replaceAll(NEXT, ",")}|}`;
    })
    .replaceAll("\n", `\n${" ".repeat(indent)}`);
}

/** The same as plain text, for an example. */
export function renderExample(template: Template): string {
  return render(template, "block", ({ texts }) => texts[0] ?? "");
}

function render(template: Template, style: Style, write: (placeholder: Placeholder) => string): string {
  const replacer = (_: unknown, value: unknown): unknown => (value instanceof Placeholder ? write(value) : value);
  return stringify(template, replacer, OPTIONS[style]).trimEnd();
}

/** A text as it is written in a file: with quotes where it would be something else without. */
export function scalarText(text: string, style: Style): string {
  if (style === "block") return stringify(text, PLAIN).trimEnd();
  return stringify([text], OPTIONS[style]).trimEnd().slice("[ ".length, -" ]".length);
}

export function escapeSnippet(text: string): string {
  return text.replaceAll(/[\\$}]/g, "\\$&");
}
