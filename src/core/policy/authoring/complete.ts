import { POLICY_SCHEMA } from "../policy-schema.ts";
import { type Schema, schemaAt, type ValuePath } from "../schema-check.ts";
import { valueChoices } from "./complete-values.ts";
import { exampleOf } from "./explain.ts";
import { escapeSnippet, type NamedTemplate, renderSnippet, type Style, scalarText, type Template } from "./snippet.ts";
import type { Surroundings } from "./surroundings.ts";
import { AUTHORITIES, FIELDS, POLICY } from "./templates.ts";
import { CURSOR, type Mark, marksIn } from "./text-marks.ts";

/** Something that can be written at the cursor. */
export interface Completion {
  readonly label: string;
  readonly kind: "field" | "value" | "snippet" | "file" | "model" | "signer";
  /** One line beside the label. */
  readonly detail?: string;
  /** Some sentences about it. */
  readonly documentation?: string;
  /** YAML that shows it in use. */
  readonly example?: string;
  /** In the editor's snippet syntax. */
  readonly insert: string;
  /** What is compared with what was typed; it stands between the two offsets. */
  readonly filter: string;
  readonly start: number;
  readonly end: number;
  /** Further choices follow where it ends. */
  readonly again: boolean;
}

export interface CompleteOptions {
  /** Something else in this editor completes by the schema: only what it cannot know is given. */
  readonly schemaElsewhere: boolean;
  /** The file is JSON. */
  readonly json: boolean;
}

/** What can be written at an offset of a policy's text, as the text is: unfinished, mostly. */
export async function completePolicy(
  text: string,
  offset: number,
  around: Surroundings,
  { schemaElsewhere, json }: CompleteOptions,
): Promise<readonly Completion[]> {
  const marks = marksIn(text.slice(0, offset) + CURSOR + text.slice(offset));
  const mark = marks.find(({ start, end }) => start <= offset && offset < end);
  if (mark === undefined) return [];
  const cursor: Cursor = { text, offset, mark, marks, style: json ? "json" : mark.flow ? "flow" : "block" };
  if (mark.role === "key") return schemaElsewhere || isMisaligned(cursor) ? [] : fields(cursor, mark.path.slice(0, -1));
  const schema = schemaAt(POLICY_SCHEMA, mark.path);
  if (schema === undefined) return [];
  if (schema.type === "array") return mark.ownLine ? items(cursor, [...mark.path, 0], "- ", schemaElsewhere) : [];
  if (schema.type !== "object") return await values(cursor, schema, around, schemaElsewhere);
  if (mark.path.length === 0) {
    const whole = siblings(cursor, []).length === 0 ? [snippet(cursor, POLICY, "")] : [];
    return schemaElsewhere ? whole : [...whole, ...fields(cursor, [])];
  }
  if (typeof mark.path.at(-1) === "number") return items(cursor, mark.path, "", schemaElsewhere);
  return mark.ownLine && !schemaElsewhere ? fields(cursor, mark.path) : [];
}

interface Cursor {
  readonly text: string;
  readonly offset: number;
  readonly mark: Mark;
  readonly marks: readonly Mark[];
  readonly style: Style;
}

/** An item of a list at its beginning: an authority of each kind, or its first field. */
function items(cursor: Cursor, path: ValuePath, dash: "- " | "", schemaElsewhere: boolean): readonly Completion[] {
  const isAuthority = path.at(-2) === "authorities";
  const snippets = isAuthority ? AUTHORITIES.map((template) => snippet(cursor, template, dash)) : [];
  if (schemaElsewhere || cursor.style !== "block") return snippets;
  return [...snippets, ...fields(cursor, path, dash)];
}

function snippet(cursor: Cursor, { label, description, template }: NamedTemplate, dash: string): Completion {
  const { start, end } = written(cursor);
  const insert = dash + renderSnippet(template, cursor.style, hanging(cursor) + dash.length);
  return { label, kind: "snippet", documentation: description, insert, filter: label, start, end, again: false };
}

/** Columns from where the line's text begins to where a mapping at the cursor begins; the editor indents by the first. */
function hanging({ text, mark }: Cursor): number {
  const line = text.slice(mark.start - mark.column, mark.start);
  return mark.column - (/^[ \t]*/.exec(line)?.[0].length ?? 0);
}

/** The names of fields that a mapping has no value for yet. */
function fields(cursor: Cursor, path: ValuePath, dash = ""): readonly Completion[] {
  const schema = schemaAt(POLICY_SCHEMA, path);
  const taken = new Set(siblings(cursor, path));
  const excluded = formsExcluded(schema, taken);
  return Object.entries(schema?.properties ?? {}).flatMap(([name]) => {
    const own = schemaAt(POLICY_SCHEMA, [...path, name]);
    if (own === undefined || taken.has(name) || excluded.has(name)) return [];
    const { start, end } = written(cursor);
    const example = exampleOf([...path, name]);
    return {
      label: name,
      kind: "field",
      ...(schema?.required?.includes(name) === true && { detail: "required" }),
      ...(own.description !== undefined && { documentation: own.description }),
      ...(example !== undefined && { example }),
      insert: dash + fieldText(cursor, name, own, dash.length),
      filter: name,
      start,
      end,
      again: (own.enum ?? own.type) !== undefined && own.type !== "object" && own.type !== "array",
    } satisfies Completion;
  });
}

/** Whether a word stands in another column than the fields of the mapping that the parser puts it in. */
function isMisaligned(cursor: Cursor): boolean {
  const { path, flow, column } = cursor.mark;
  return !flow && fieldsIn(cursor, path.slice(0, -1)).some((other) => other.column !== column);
}

/** Names that the mapping around the cursor has, without the one at the cursor. */
function siblings(cursor: Cursor, path: ValuePath): string[] {
  return fieldsIn(cursor, path).map(({ path: taken }) => String(taken.at(-1)));
}

function fieldsIn({ mark, marks }: Cursor, path: ValuePath): readonly Mark[] {
  return marks.filter(
    (other) =>
      other !== mark && other.role === "key" && other.document === mark.document && isDirectlyIn(other.path, path),
  );
}

function isDirectlyIn(path: ValuePath, parent: ValuePath): boolean {
  return path.length === parent.length + 1 && parent.every((step, index) => step === path[index]);
}

/** Of fields of which a mapping takes exactly one, the others. */
function formsExcluded(schema: Schema | undefined, taken: ReadonlySet<string>): ReadonlySet<string> {
  const groups = [schema, ...(schema?.allOf ?? [])].flatMap((part) => (part?.oneOf === undefined ? [] : [part.oneOf]));
  const full = groups
    .map((forms) => forms.flatMap(({ required }) => required))
    .filter((names) => names.some((name) => taken.has(name)));
  return new Set(full.flat());
}

function fieldText(cursor: Cursor, name: string, schema: Schema, dashed: number): string {
  const { mark, style } = cursor;
  if (mark.finished) return name;
  const written: Template | undefined = schema.const ?? FIELDS[name];
  const hang = hanging(cursor) + dashed;
  if (written !== undefined) {
    const whole = renderSnippet({ [name]: written }, style, hang);
    return style === "block" ? whole : whole.slice(2, -3);
  }
  const quoted = style === "json" ? `"${name}"` : name;
  const below = `\n${" ".repeat(hang + 2)}`;
  if (schema.type === "object") return style === "block" ? `${quoted}:${below}$0` : `${quoted}: { $0 \\}`;
  if (schema.type === "array") return style === "block" ? `${quoted}:${below}- $0` : `${quoted}: [$0]`;
  return `${quoted}: $0`;
}

/** The text at the cursor that a completion replaces. */
function written({ mark }: Cursor): { readonly start: number; readonly end: number } {
  return { start: mark.start, end: Math.max(mark.start, mark.end - CURSOR.length) };
}

async function values(
  cursor: Cursor,
  schema: Schema,
  around: Surroundings,
  schemaElsewhere: boolean,
): Promise<readonly Completion[]> {
  const { mark, marks, style } = cursor;
  const beside = (name: string): string | undefined => {
    const path = [...mark.path.slice(0, -1), name];
    const value = marks.find(
      (other) => other.role === "value" && other.document === mark.document && isSame(other.path, path),
    );
    return value?.text;
  };
  const choices = await valueChoices(mark.path, schema, around, { schemaElsewhere, beside });
  const { start, end } = written(cursor);
  return choices.map(({ text, raw, ...rest }) => ({
    ...rest,
    label: text,
    insert: escapeSnippet(raw === true ? text : quotedAs(text, mark, style)),
    filter: raw === true ? text : mark.quote + text,
    start,
    end,
    again: false,
  }));
}

function isSame(one: ValuePath, other: ValuePath): boolean {
  return one.length === other.length && one.every((step, index) => step === other[index]);
}

/** In the quotes that are there, or in those that it needs. */
function quotedAs(text: string, { quote }: Mark, style: Style): string {
  if (quote === "'") return `'${text.replaceAll("'", "''")}'`;
  return quote === '"' ? JSON.stringify(text) : scalarText(text, style);
}
