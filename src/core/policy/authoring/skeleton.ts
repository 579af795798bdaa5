import { formsOf, resolveSchema, type Schema, schemaAt } from "../policy-schema.ts";
import { placeholder } from "./snippet.ts";

/** What a value looks like, filled with the schema's examples; undefined where the schema has none for it. */
export function skeleton(given: Schema): unknown {
  const schema = resolveSchema(given);
  const { type, const: only, enum: choices, items, examples: [example] = [] } = schema;
  if (only !== undefined) return only;
  if (choices !== undefined) return placeholder(...choices);
  if (type === "object") return withFields(schema, usualFields(schema));
  if (items === undefined) return typeof example === "string" ? placeholder(example) : undefined;
  const item = skeleton(items);
  return item === undefined ? undefined : [item];
}

/** A mapping with some of its fields. */
function withFields({ properties = {} }: Schema, names: readonly string[]): object | undefined {
  if (names.length === 0) return undefined;
  return Object.fromEntries(names.map((name) => [name, skeleton(properties[name] ?? {})]));
}

/** Those of the schema's example; else those that are required, and the first of each choice. */
function usualFields(schema: Schema): readonly string[] {
  const { required = [], examples: [example] = [] } = schema;
  if (typeof example === "object") return Object.keys(example);
  return [...required, ...formsOf(schema).flatMap(([first]) => first ?? [])];
}

/** Something that completion offers as a whole. */
export interface NamedSkeleton {
  readonly label: string;
  readonly description: string;
  readonly value: unknown;
}

/** A whole document: the policy accepts one signer for the models of a folder. */
export function policySkeleton(schema: Schema): NamedSkeleton {
  const description = "A policy that accepts one signer for the models of a folder.";
  return { label: "model policy", description, value: skeleton(schema) };
}

/** An authority of each form. */
export function authoritySkeletons(authority: Schema): readonly NamedSkeleton[] {
  return formsOf(authority)
    .flat()
    .map((form) => {
      const { title = form, description = "" } = schemaAt(["spec", "authorities", 0, form]) ?? {};
      return { label: title, description, value: withFields(authority, ["name", form]) };
    });
}
