import { isDeepStrictEqual } from "node:util";
import { formsOf, type Schema, schemaAt, type ValuePath } from "../policy-schema.ts";
import { exampleOf } from "./explain.ts";
import { authoritySkeletons, type NamedSkeleton, policySkeleton, skeleton } from "./skeleton.ts";
import { escapeSnippet, renderSnippet, type Style, scalarText } from "./snippet.ts";
import { CURSOR, tokensIn, type YamlToken } from "./yaml-tokens.ts";

export type FileKind = "public-key" | "certificate" | "trust-config";

/** A signer whose signature is authentic, and what it signed. */
export interface KnownSigner {
  readonly issuer: string;
  readonly subject: string;
  /** Path of a model, as in `CompletionSources.models`. */
  readonly model: string;
}

/** What a policy can name in its workspace folder. Paths are relative to that folder, with `/`. */
export interface CompletionSources {
  readonly models: readonly string[];
  /** Signers with a login or in CI. */
  readonly signers: readonly KnownSigner[];
  files(kind: FileKind): Promise<readonly string[]>;
}

/** Something that can be written at the cursor. */
export interface Completion {
  readonly label: string;
  readonly kind: "field" | "value" | "snippet" | "file" | "model" | "signer";
  /** One line next to the label. */
  readonly detail?: string;
  readonly documentation?: string;
  /** YAML that shows it in use. */
  readonly example?: string;
  /** In the editor's snippet syntax. */
  readonly insert: string;
  /** What is compared with the text between the two offsets. */
  readonly filter: string;
  readonly start: number;
  readonly end: number;
  /** Whether further choices follow where it ends. */
  readonly again: boolean;
}

/**
 * What can be written at an offset of a policy's text, which is mostly unfinished.
 *
 * @param json the file is JSON, which the editor itself completes by the schema: only what it cannot know is given
 */
export async function completePolicy(
  text: string,
  offset: number,
  sources: CompletionSources,
  json: boolean,
): Promise<readonly Completion[]> {
  const tokens = tokensIn(text.slice(0, offset) + CURSOR + text.slice(offset));
  const token = tokens.find(({ start, end }) => start <= offset && offset < end);
  if (token === undefined) return [];
  const { path, ownLine } = token;
  const cursor: Cursor = { text, token, tokens, style: json ? "json" : token.flow ? "flow" : "block" };
  if (token.role === "key") return json || isMisaligned(cursor) ? [] : fields(cursor, path.slice(0, -1));
  const schema = schemaAt(path);
  if (schema === undefined) return [];
  if (schema.type === "array") return ownLine ? items(cursor, [...path, 0], "- ") : [];
  if (schema.type !== "object") {
    const issuer = valueAt(cursor, [...path.slice(0, -1), "issuer"]);
    const found = await foundChoices(path, sources, issuer);
    const texts = new Set(found.map((choice) => choice.text));
    const further = json ? [] : schemaChoices(schema).filter((choice) => !texts.has(choice.text));
    return [...found, ...further].map(({ text: value, raw, ...rest }) => ({
      ...rest,
      label: value,
      insert: escapeSnippet(raw === true ? value : quoted(value, cursor)),
      filter: raw === true ? value : token.quote + value,
      ...replaced(cursor),
      again: false,
    }));
  }
  if (path.length === 0) {
    const whole = fieldsIn(cursor, []).length === 0 ? [snippet(cursor, policySkeleton(schema), "")] : [];
    return json ? whole : [...whole, ...fields(cursor, [])];
  }
  if (typeof path.at(-1) === "number") return items(cursor, path, "");
  return ownLine && !json ? fields(cursor, path) : [];
}

interface Cursor {
  readonly text: string;
  readonly token: YamlToken;
  readonly tokens: readonly YamlToken[];
  readonly style: Style;
}

/** An item of a list at its beginning: an authority of each kind, or its first field. */
function items(cursor: Cursor, path: ValuePath, dash: "- " | ""): readonly Completion[] {
  const schema = path.at(-2) === "authorities" ? schemaAt(path) : undefined;
  const whole = schema === undefined ? [] : authoritySkeletons(schema);
  const snippets = whole.map((authority) => snippet(cursor, authority, dash));
  return cursor.style === "block" ? [...snippets, ...fields(cursor, path, dash)] : snippets;
}

function snippet(cursor: Cursor, { label, description, value }: NamedSkeleton, dash: string): Completion {
  const insert = dash + renderSnippet(value, cursor.style, indentOf(cursor) + dash.length);
  const texts = { label, filter: label, documentation: description, insert };
  return { kind: "snippet", ...texts, ...replaced(cursor), again: false };
}

/** Columns from where the line's text begins to where a mapping at the cursor begins; the editor indents by the first. */
function indentOf({ text, token }: Cursor): number {
  const line = text.slice(token.start - token.column, token.start);
  return token.column - (/^[ \t]*/.exec(line)?.[0].length ?? 0);
}

/** The names of fields that a mapping has no value for yet. */
function fields(cursor: Cursor, path: ValuePath, dash = ""): readonly Completion[] {
  const schema = schemaAt(path);
  const taken = new Set(fieldsIn(cursor, path).map((token) => String(token.path.at(-1))));
  const chosen = formsOf(schema ?? {}).filter((forms) => forms.some((name) => taken.has(name)));
  const excluded = new Set(chosen.flat());
  const names = Object.keys(schema?.properties ?? {}).filter((name) => !taken.has(name) && !excluded.has(name));
  return names.flatMap((name) => {
    const field = schemaAt([...path, name]);
    if (field === undefined) return [];
    const example = exampleOf([...path, name]);
    return {
      label: name,
      kind: "field",
      ...(schema?.required?.includes(name) === true && { detail: "required" }),
      ...(field.description !== undefined && { documentation: field.description }),
      ...(example !== undefined && { example }),
      insert: dash + fieldText(cursor, name, field, dash.length),
      filter: name,
      ...replaced(cursor),
      again: isChosen(field),
    } satisfies Completion;
  });
}

/** Whether a word is in another column than the fields of the mapping that the parser puts it in. */
function isMisaligned(cursor: Cursor): boolean {
  const { path, flow, column } = cursor.token;
  return !flow && fieldsIn(cursor, path.slice(0, -1)).some((other) => other.column !== column);
}

/** The fields of a mapping, without the one at the cursor. */
function fieldsIn({ token, tokens }: Cursor, path: ValuePath): readonly YamlToken[] {
  return tokens.filter(
    (other) =>
      other !== token &&
      other.role === "key" &&
      other.document === token.document &&
      isDeepStrictEqual(other.path.slice(0, -1), path),
  );
}

function valueAt({ token, tokens }: Cursor, path: ValuePath): string | undefined {
  const isValue = (other: YamlToken): boolean => other.role === "value" && other.document === token.document;
  return tokens.find((other) => isValue(other) && isDeepStrictEqual(other.path, path))?.text;
}

/** Whether its value is not filled in, but chosen or typed: one of an enumeration, true or false, or a text. */
function isChosen({ enum: choices, type }: Schema): boolean {
  return choices !== undefined || type === "boolean" || type === "string";
}

function fieldText(cursor: Cursor, name: string, schema: Schema, dashed: number): string {
  const { token, style } = cursor;
  if (token.finished) return name;
  const value = isChosen(schema) ? undefined : skeleton(schema);
  const indent = indentOf(cursor) + dashed;
  if (value !== undefined) {
    const whole = renderSnippet({ [name]: value }, style, indent);
    return style === "block" ? whole : whole.slice("{ ".length, -" \\}".length);
  }
  const below = `\n${" ".repeat(indent + 2)}`;
  if (schema.type === "object") return style === "block" ? `${name}:${below}$0` : `${name}: { $0 \\}`;
  if (schema.type === "array") return style === "block" ? `${name}:${below}- $0` : `${name}: [$0]`;
  return `${name}: $0`;
}

/** The range of the text at the cursor that a completion replaces. */
function replaced({ token }: Cursor): { readonly start: number; readonly end: number } {
  return { start: token.start, end: Math.max(token.start, token.end - CURSOR.length) };
}

/** In the quotes that are there, or in those that it needs. */
function quoted(text: string, { token, style }: Cursor): string {
  if (token.quote === "'") return `'${text.replaceAll("'", "''")}'`;
  return token.quote === '"' ? JSON.stringify(text) : scalarText(text, style);
}

interface Choice {
  readonly text: string;
  readonly kind: "value" | "file" | "model" | "signer";
  readonly detail?: string;
  readonly documentation?: string;
  /** Never quoted: `true` or `false`. */
  readonly raw?: true;
}

/** The schema's choices and examples for a value. */
function schemaChoices({ const: only, enum: words, type, default: usual, ...schema }: Schema): Choice[] {
  const about = schema.description === undefined ? {} : { documentation: schema.description };
  const choice = (text: string): Choice => ({
    text,
    kind: "value",
    ...(text === String(usual) && { detail: "default" }),
    ...about,
  });
  if (only !== undefined) return [choice(only)];
  if (words !== undefined) return words.map(choice);
  if (type === "boolean") return ["true", "false"].map((text) => ({ ...choice(text), raw: true }));
  const examples = schema.examples?.filter((example) => typeof example === "string") ?? [];
  return examples.map((text) => ({ ...choice(text), detail: "example" }));
}

/** Which files complete a value, by the last two names of its path. */
const FILES: Readonly<Record<string, FileKind>> = {
  "key.path": "public-key",
  "caCert.path": "certificate",
  "keyless.trustConfig": "trust-config",
};

/**
 * Values that are found in the workspace.
 *
 * @param issuer the value of that field in the same mapping
 */
async function foundChoices(
  path: ValuePath,
  { models, signers, files }: CompletionSources,
  issuer: string | undefined,
): Promise<readonly Choice[]> {
  const name = path.at(-1);
  if (name === "glob") return globs(models);
  if (name === "issuer") return signerChoices(signers, (signer) => signer.issuer);
  if (name === "subject") {
    const ofIssuer = signers.filter((signer) => issuer === undefined || signer.issuer === issuer);
    return signerChoices(ofIssuer, ({ subject }) => subject);
  }
  const kind = FILES[path.slice(-2).join(".")];
  return kind === undefined ? [] : (await files(kind)).map((text) => ({ text, kind: "file" }));
}

/** Patterns for what is in a folder, widest first, then each model by its name. */
function globs(models: readonly string[]): Choice[] {
  const folders = models.flatMap((model) => {
    const parts = model.split("/");
    return parts.slice(1).map((_, depth) => parts.slice(0, depth + 1).join("/"));
  });
  const wide = [...Map.groupBy(folders, (folder) => folder)].sort();
  return [
    ...[["**", models] as const, ...wide.map(([folder, below]) => [`${folder}/**`, below] as const)].map(
      ([text, { length }]): Choice => ({ text, kind: "model", detail: length === 1 ? "1 model" : `${length} models` }),
    ),
    ...models.filter((model) => model !== "." && !model.includes("*")).map((text): Choice => ({ text, kind: "model" })),
  ];
}

function signerChoices(signers: readonly KnownSigner[], textOf: (signer: KnownSigner) => string): Choice[] {
  return [...Map.groupBy(signers, textOf)].map(([text, signed]) => {
    const more = signed.length - 1;
    return { text, kind: "signer", detail: `signed ${signed[0]?.model}${more > 0 ? ` and ${more} more` : ""}` };
  });
}
