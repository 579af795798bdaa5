import type { DiagnosticCode } from "./diagnostics.ts";
import { nearMiss } from "./near-miss.ts";

/** The keywords of JSON Schema (draft 7) that the policy's schema uses; a test holds it to them. */
export interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: "object" | "array" | "string" | "boolean";
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  /** Shown to who writes a policy; nothing is held to them. */
  readonly examples?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: false | Schema;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly oneOf?: readonly { readonly required: readonly string[] }[];
  readonly allOf?: readonly Schema[];
  readonly definitions?: Readonly<Record<string, Schema>>;
}

export type ValuePath = readonly (string | number)[];

/** Where a value departs from the schema. */
export interface SchemaProblem {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly path: ValuePath;
  /** Whether the name of the last field is meant, and not its value. */
  readonly atKey: boolean;
}

const TYPE_WORDS = { object: "a mapping", array: "a list", string: "text", boolean: "true or false" } as const;

/** Checks a value against the schema, with messages that say what would be right. */
export class SchemaCheck {
  readonly #root: Schema;
  readonly #problems: SchemaProblem[] = [];

  constructor(root: Schema) {
    this.#root = root;
  }

  run(value: unknown): readonly SchemaProblem[] {
    this.#problems.length = 0;
    this.#check(value, this.#root, []);
    return [...this.#problems];
  }

  #check(value: unknown, given: Schema, path: ValuePath): void {
    const schema = resolveSchema(given, this.#root);
    if (schema.type !== undefined && typeOf(value) !== schema.type) {
      this.#report("wrong-type", `${named(path)} has to be ${TYPE_WORDS[schema.type]}, and not ${shown(value)}.`, path);
      return;
    }
    this.#checkChoice(value, schema, path);
    if (typeof value === "string") this.#checkText(value, schema, path);
    if (Array.isArray(value)) this.#checkList(value, schema, path);
    else if (isMapping(value)) this.#checkMapping(value, schema, path);
  }

  #checkChoice(value: unknown, { const: only, enum: choices }: Schema, path: ValuePath): void {
    if (only !== undefined && value !== only) {
      const isKind = path.length === 1;
      this.#report(
        isKind ? "wrong-kind" : "wrong-value",
        `${named(path)} has to be ${only}, and not ${shown(value)}.`,
        path,
      );
    }
    if (choices === undefined || choices.some((choice) => choice === value)) return;
    const meant = typeof value === "string" ? nearMiss(value, choices) : undefined;
    const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
    this.#report("wrong-value", `${named(path)} has to be ${list(choices)}, and not ${shown(value)}.${hint}`, path);
  }

  #checkText(value: string, { minLength = 0, maxLength, pattern }: Schema, path: ValuePath): void {
    if (value.length < minLength) this.#report("wrong-value", `${named(path)} is empty.`, path);
    else if (maxLength !== undefined && value.length > maxLength && Array.from(value).length > maxLength) {
      this.#report("wrong-value", `${named(path)} is longer than ${maxLength} characters.`, path);
    } else if (pattern !== undefined && !new RegExp(pattern, "u").test(value)) {
      this.#report(
        "wrong-value",
        `${named(path)} is not as it has to be: ${shown(value)}.${this.#example(path)}`,
        path,
      );
    }
  }

  #checkList(value: readonly unknown[], { items, minItems = 0 }: Schema, path: ValuePath): void {
    if (value.length < minItems) this.#report("too-few", `${named(path)} is empty; it needs at least one entry.`, path);
    if (items === undefined) return;
    for (const [index, item] of value.entries()) this.#check(item, items, [...path, index]);
  }

  #checkMapping(value: Readonly<Record<string, unknown>>, schema: Schema, path: ValuePath): void {
    const { required = [], properties = {}, additionalProperties } = schema;
    const missing = required.filter((name) => !Object.hasOwn(value, name));
    const unknown = Object.keys(value).filter((name) => !Object.hasOwn(properties, name));
    for (const name of missing) {
      this.#report("missing-field", `${named(path)} needs ${name}.${this.#example([...path, name])}`, path);
    }
    for (const [name, field] of Object.entries(value)) {
      const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (known !== undefined) this.#check(field, known, [...path, name]);
      else if (additionalProperties === false) {
        this.#reportKey(unknownField(name, unknown, value, properties, path), [...path, name]);
      } else if (additionalProperties !== undefined) this.#check(field, additionalProperties, [...path, name]);
    }
    this.#checkForms(value, schema, path);
  }

  #checkForms(value: Readonly<Record<string, unknown>>, { oneOf, allOf = [] }: Schema, path: ValuePath): void {
    for (const { oneOf: forms } of allOf) if (forms !== undefined) this.#checkForms(value, { oneOf: forms }, path);
    if (oneOf === undefined) return;
    const names = oneOf.flatMap(({ required }) => required);
    const given = Object.keys(value).filter((name) => names.includes(name));
    if (given.length === 1) return;
    const [, second] = given;
    if (second === undefined) {
      this.#report("one-of", `${named(path)} needs one of ${list(names)}.`, path);
    } else {
      const message = `${named(path)} has ${given.join(" and ")}: it takes exactly one of ${list(names)}.`;
      this.#problems.push({ code: "one-of", message, path: [...path, second], atKey: true });
    }
  }

  /** The description of what stands at a path, as a further sentence. */
  #example(path: ValuePath): string {
    const ofList = typeof path.at(-1) === "number" ? schemaAt(this.#root, path.slice(0, -1)) : undefined;
    const description = schemaAt(this.#root, path)?.description ?? ofList?.description;
    return description === undefined ? "" : ` ${description}`;
  }

  #report(code: DiagnosticCode, message: string, path: ValuePath): void {
    this.#problems.push({ code, message, path, atKey: false });
  }

  #reportKey(message: string, path: ValuePath): void {
    this.#problems.push({ code: "unknown-field", message, path, atKey: true });
  }
}

/** What the schema says of the value at a path, with references followed; for completion and hovers too. */
export function schemaAt(root: Schema, path: ValuePath): Schema | undefined {
  let schema: Schema | undefined = resolveSchema(root, root);
  for (const step of path) {
    const next: Schema | false | undefined =
      typeof step === "number"
        ? schema.items
        : Object.hasOwn(schema.properties ?? {}, step)
          ? schema.properties?.[step]
          : schema.additionalProperties;
    if (next === undefined || next === false) return undefined;
    schema = resolveSchema(next, root);
  }
  return schema;
}

/** What stands beside a reference goes before what it refers to. */
function resolveSchema(schema: Schema, root: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const name = schema.$ref.slice("#/definitions/".length);
  const target = root.definitions?.[name];
  if (target === undefined) throw new Error(`The schema has no definition ${name}`);
  return { ...resolveSchema(target, root), ...schema };
}

function unknownField(
  name: string,
  unknown: readonly string[],
  value: Readonly<Record<string, unknown>>,
  properties: Readonly<Record<string, Schema>>,
  path: ValuePath,
): string {
  const free = Object.keys(properties).filter((known) => !Object.hasOwn(value, known) || unknown.includes(known));
  const meant = nearMiss(name, free);
  const hint = meant === undefined ? `There are ${list(Object.keys(properties), "and")}.` : `Did you mean ${meant}?`;
  return `${named(path)} has no field ${shown(name)}. ${hint}`;
}

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "array";
  return typeof value;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function named(path: ValuePath): string {
  const text = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
  return text === "" ? "The policy" : text.replace(/^\./, "");
}

/** Longest part of a value that a message repeats. */
const MAX_SHOWN = 60;

function shown(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "number") return `the number ${value} (quote it, if text is meant)`;
  if (typeof value === "boolean") return String(value);
  const text = String(value);
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
}

function list(names: readonly string[], joint = "or"): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} ${joint} ${names.at(-1)}`;
}
