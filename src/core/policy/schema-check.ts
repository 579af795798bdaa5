import type { DiagnosticCode } from "./diagnostics.ts";
import { formsOf, POLICY_SCHEMA, resolveSchema, type Schema, schemaAt, type ValuePath } from "./policy-schema.ts";

/** Where a document does not conform to the schema. */
export interface SchemaProblem {
  readonly code: DiagnosticCode;
  /** What is wrong, and what would be right. */
  readonly message: string;
  readonly path: ValuePath;
  /** Whether it is about the name of the last field, and not about its value. */
  readonly atKey?: boolean;
}

type Mapping = Readonly<Record<string, unknown>>;

const TYPE_NAMES = { object: "a mapping", array: "a list", string: "text", boolean: "true or false" } as const;

/** Validates a document against the schema of policies. */
export function* schemaProblems(value: unknown, given = POLICY_SCHEMA, path: ValuePath = []): Generator<SchemaProblem> {
  const schema = resolveSchema(given);
  const name = named(path);
  if (schema.type !== undefined && typeOf(value) !== schema.type) {
    const message = `${name} must be ${TYPE_NAMES[schema.type]}, not ${shown(value)}.`;
    yield { code: "wrong-type", message, path };
    return;
  }
  const { const: only, enum: choices } = schema;
  if (only !== undefined && value !== only) {
    const code = path.length === 1 ? "wrong-kind" : "wrong-value";
    yield { code, message: `${name} must be ${only}, not ${shown(value)}.`, path };
  }
  if (choices?.every((choice) => choice !== value)) {
    yield { code: "wrong-value", message: `${name} must be ${list(choices)}, not ${shown(value)}.`, path };
  }
  const wrong = typeof value === "string" ? textProblem(value, schema) : undefined;
  if (wrong !== undefined) {
    const example = wrong === PATTERN_MISMATCH ? `: ${shown(value)}.${descriptionAt(path)}` : ".";
    yield { code: "wrong-value", message: `${name} ${wrong}${example}`, path };
  }
  if (Array.isArray(value)) yield* listProblems(value, schema, path);
  else if (isMapping(value)) yield* mappingProblems(value, schema, path);
}

const PATTERN_MISMATCH = "has the wrong form";

function textProblem(value: string, { minLength = 0, maxLength, pattern }: Schema): string | undefined {
  if (value.length < minLength) return "is empty";
  if (maxLength !== undefined && value.length > maxLength && Array.from(value).length > maxLength) {
    return `is longer than ${maxLength} characters`;
  }
  return pattern === undefined || new RegExp(pattern, "u").test(value) ? undefined : PATTERN_MISMATCH;
}

function* listProblems(value: readonly unknown[], schema: Schema, path: ValuePath): Generator<SchemaProblem> {
  const { items, minItems = 0 } = schema;
  if (value.length < minItems) {
    yield { code: "too-few", message: `${named(path)} is empty; it needs at least one entry.`, path };
  }
  if (items === undefined) return;
  for (const [index, item] of value.entries()) yield* schemaProblems(item, items, [...path, index]);
}

function* mappingProblems(value: Mapping, schema: Schema, path: ValuePath): Generator<SchemaProblem> {
  const { required = [], properties = {}, additionalProperties } = schema;
  for (const name of required.filter((field) => !Object.hasOwn(value, field))) {
    const message = `${named(path)} needs ${name}.${descriptionAt([...path, name])}`;
    yield { code: "missing-field", message, path };
  }
  for (const [name, field] of Object.entries(value)) {
    const known = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    const at = [...path, name];
    if (known === false) {
      const message = `${named(path)} has no field ${shown(name)}. There are ${list(Object.keys(properties), "and")}.`;
      yield { code: "unknown-field", message, path: at, atKey: true };
    } else if (known !== undefined) yield* schemaProblems(field, known, at);
  }
  for (const names of formsOf(schema)) yield* formProblems(value, names, path);
}

/** Of these fields, a mapping has exactly one. */
function* formProblems(value: Mapping, names: readonly string[], path: ValuePath): Generator<SchemaProblem> {
  const given = Object.keys(value).filter((name) => names.includes(name));
  const [first, second] = given;
  if (first === undefined) {
    yield { code: "one-of", message: `${named(path)} needs one of ${list(names)}.`, path };
  } else if (second !== undefined) {
    const message = `${named(path)} has ${given.join(" and ")}: it takes exactly one of ${list(names)}.`;
    yield { code: "one-of", message, path: [...path, second], atKey: true };
  }
}

/** The schema's description of a value, as a further sentence; an item of a list has that of the list. */
function descriptionAt(path: ValuePath): string {
  const ofList = typeof path.at(-1) === "number" ? schemaAt(path.slice(0, -1)) : undefined;
  const description = schemaAt(path)?.description ?? ofList?.description;
  return description === undefined ? "" : ` ${description}`;
}

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  return Array.isArray(value) ? "array" : typeof value;
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null;
}

function named(path: ValuePath): string {
  const text = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
  return text === "" ? "The policy" : text.replace(/^\./, "");
}

/** Characters of a value that a message repeats. */
const MAX_SHOWN = 60;

function shown(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "a mapping";
  if (typeof value === "number") return `the number ${value} (quote it, if text is meant)`;
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value);
}

function list(names: readonly string[], joint = "or"): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} ${joint} ${names.at(-1)}`;
}
