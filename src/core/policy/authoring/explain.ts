import { schemaAt, type ValuePath } from "../policy-schema.ts";
import { skeleton } from "./skeleton.ts";
import { renderExample } from "./snippet.ts";
import { tokensIn } from "./yaml-tokens.ts";

/** What a field of a policy is for. */
export interface Explanation {
  /** The path of the field, without the indexes of items: spec.models.glob */
  readonly title: string;
  readonly description: string;
  readonly required: boolean;
  /** The default value. */
  readonly usual?: string;
  /** YAML that shows it in use. */
  readonly example?: string;
  readonly start: number;
  readonly end: number;
}

/** Explains the field at an offset of a policy's text. */
export function explainPolicy(text: string, offset: number): Explanation | undefined {
  const token = tokensIn(text).find(({ start, end }) => start <= offset && offset <= end);
  if (token === undefined) return undefined;
  const { path, start, end } = token;
  // An item of a list of texts is explained by its list.
  const field = typeof path.at(-1) === "number" ? path.slice(0, -1) : path;
  const schema = schemaAt(field);
  const name = field.at(-1);
  if (schema?.description === undefined || name === undefined) return undefined;
  const example = exampleOf(field);
  return {
    title: field.filter((step) => typeof step === "string").join("."),
    description: schema.description,
    required: schemaAt(field.slice(0, -1))?.required?.includes(String(name)) === true,
    ...(schema.default !== undefined && !Array.isArray(schema.default) && { usual: String(schema.default) }),
    ...(example !== undefined && { example }),
    start,
    end,
  };
}

/** YAML that shows a field in use, if that says more than its description. */
export function exampleOf(path: ValuePath): string | undefined {
  const schema = schemaAt(path);
  const value = schema === undefined || schema.enum !== undefined ? undefined : skeleton(schema);
  return value === undefined ? undefined : renderExample({ [String(path.at(-1))]: value });
}
