import schema from "../../../schemas/model-policy.schema.json" with { type: "json" };

/** The keywords of JSON Schema (draft 7) that the schema of policies uses; a test checks that it uses no other. */
export interface Schema {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: "object" | "array" | "string" | "boolean";
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  /** For completion and hovers only. The fields of an example mapping are those that are offered. */
  readonly examples?: readonly (string | Readonly<Record<string, unknown>>)[];
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

/** The one schema of policy files: policies are validated against it, and editors complete and explain by it. */
export const POLICY_SCHEMA = schema as Schema;

/** The steps to a value of a document: names of fields and indexes of lists. */
export type ValuePath = readonly (string | number)[];

/** The schema of the value at a path, with references resolved. */
export function schemaAt(path: ValuePath): Schema | undefined {
  let found = resolveSchema(POLICY_SCHEMA);
  for (const step of path) {
    const { items, properties = {}, additionalProperties }: Schema = found;
    const next: Schema | false | undefined =
      typeof step === "number" ? items : Object.hasOwn(properties, step) ? properties[step] : additionalProperties;
    if (next === undefined || next === false) return undefined;
    found = resolveSchema(next);
  }
  return found;
}

/** What is written next to a reference takes precedence over what it refers to. */
export function resolveSchema(schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const name = schema.$ref.slice("#/definitions/".length);
  const target = POLICY_SCHEMA.definitions?.[name];
  if (target === undefined) throw new Error(`The schema has no definition ${name}`);
  return { ...resolveSchema(target), ...schema };
}

/** Lists of names: of each list, a mapping has exactly one field. */
export function formsOf(schema: Schema): readonly (readonly string[])[] {
  return [schema, ...(schema.allOf ?? [])].flatMap(({ oneOf }) =>
    oneOf === undefined ? [] : [oneOf.flatMap(({ required }) => required)],
  );
}
