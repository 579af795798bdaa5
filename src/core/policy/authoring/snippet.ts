/** A place in a snippet where the person goes on typing: what stands there, or several to choose from. */
export class Slot {
  readonly index: number;
  readonly texts: readonly string[];

  constructor(index: number, ...texts: readonly string[]) {
    this.index = index;
    this.texts = texts;
  }

  get text(): string {
    return this.texts[0] ?? "";
  }
}

/** A part of a policy that is to be written. */
export type Template =
  | Slot
  | string
  | boolean
  | readonly Template[]
  | { readonly [field: string]: Template | undefined };

/** A template that completion offers as a whole. */
export interface NamedTemplate {
  readonly label: string;
  readonly description: string;
  readonly template: Template;
}

/** `block`: YAML by indentation, `flow`: YAML between brackets, `json`: quotes everywhere. */
export type Style = "block" | "flow" | "json";

/** The text of a template in the editor's snippet syntax. Lines after the first are indented by `indent` columns more. */
export function renderSnippet(template: Template, style: Style, indent = 0): string {
  return style === "block" ? block(template, indent) : inline(template, style);
}

/** The same as plain text, for an example. */
export function renderExample(template: Template): string {
  return plain(block(template, 0));
}

function block(template: Template, indent: number): string {
  const margin = `\n${" ".repeat(indent)}`;
  if (isList(template)) return template.map((item) => `- ${block(item, indent + 2)}`).join(margin);
  if (!isMapping(template)) return scalar(template, "block");
  return fieldsOf(template)
    .map(([name, value]) => `${name}:${nested(value, indent)}`)
    .join(margin);
}

function nested(value: Template, indent: number): string {
  if (!isList(value) && !isMapping(value)) return ` ${scalar(value, "block")}`;
  return `\n${" ".repeat(indent + 2)}${block(value, indent + 2)}`;
}

function inline(template: Template, style: "flow" | "json"): string {
  if (isList(template)) return `[${template.map((item) => inline(item, style)).join(", ")}]`;
  if (!isMapping(template)) return scalar(template, style);
  const quote = style === "json" ? '"' : "";
  const fields = fieldsOf(template).map(([name, value]) => `${quote}${name}${quote}: ${inline(value, style)}`);
  return `{ ${fields.join(", ")} \\}`;
}

function scalar(value: Slot | string | boolean, style: Style): string {
  if (typeof value === "boolean") return String(value);
  if (typeof value === "string") return escapeSnippet(scalarText(value, style));
  const written = value.texts.map((text) => scalarText(text, style));
  const quoted = written.some((text) => text.startsWith('"'));
  const quote = quoted ? '"' : "";
  const inner = value.texts.map((text) => escapeSnippet(quoted ? JSON.stringify(text).slice(1, -1) : text));
  if (inner.length === 1) return `${quote}\${${value.index}:${inner[0]}}${quote}`;
  return `${quote}\${${value.index}|${inner.map((text) => text.replaceAll(",", "\\,")).join(",")}|}${quote}`;
}

/** A text as it is written in a file: with quotes where it would be something else without. */
export function scalarText(text: string, style: Style): string {
  return style === "json" || needsQuotes(text, style) ? JSON.stringify(text) : text;
}

function needsQuotes(text: string, style: "block" | "flow"): boolean {
  if (/^$|^[\s*&!|>'"%@`#,[\]{}?:-]|\s$|[\r\n\t]|:(?:\s|$)|\s#/.test(text)) return true;
  if (/^(?:true|false|null|~|[-+.]?\d.*)$/i.test(text)) return true;
  return style === "flow" && /[,[\]{}]/.test(text);
}

export function escapeSnippet(text: string): string {
  return text.replaceAll(/[\\$}]/g, "\\$&");
}

function plain(snippet: string): string {
  return snippet
    .replaceAll(/\$\{\d+\|((?:[^|,\\]|\\.)*)(?:,(?:[^|\\]|\\.)*)?\|\}/g, "$1")
    .replaceAll(/\$\{\d+:((?:[^}\\]|\\.)*)\}/g, "$1")
    .replaceAll(/\\([\\$},])/g, "$1");
}

function fieldsOf(template: Readonly<Record<string, Template | undefined>>): [string, Template][] {
  return Object.entries(template).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}

function isList(template: Template): template is readonly Template[] {
  return Array.isArray(template);
}

function isMapping(template: Template): template is { readonly [field: string]: Template | undefined } {
  return typeof template === "object" && !Array.isArray(template) && !(template instanceof Slot);
}
