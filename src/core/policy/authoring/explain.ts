import { POLICY_SCHEMA } from "../policy-schema.ts";
import { schemaAt, type ValuePath } from "../schema-check.ts";
import { renderExample } from "./snippet.ts";
import { AUTHORITIES, FIELDS } from "./templates.ts";
import { type Mark, marksIn } from "./text-marks.ts";

/** What a field of a policy is for. */
export interface Explanation {
  /** The path of the field, without the numbers of items: spec.models.glob */
  readonly title: string;
  readonly description: string;
  readonly required: boolean;
  readonly usual?: string;
  /** YAML that shows it in use. */
  readonly example?: string;
  readonly start: number;
  readonly end: number;
}

/** What stands at an offset of a policy's text. */
export function explainPolicy(text: string, offset: number): Explanation | undefined {
  const mark = marksIn(text).find(({ start, end }) => start <= offset && offset <= end);
  return mark === undefined ? undefined : explain(mark);
}

function explain({ path, start, end }: Mark): Explanation | undefined {
  const field = fieldOf(path);
  const schema = schemaAt(POLICY_SCHEMA, field);
  const name = field.at(-1);
  if (schema?.description === undefined || name === undefined) return undefined;
  const parent = schemaAt(POLICY_SCHEMA, field.slice(0, -1));
  const example = exampleOf(field);
  return {
    title: field.filter((step) => typeof step === "string").join("."),
    description: schema.description,
    required: parent?.required?.includes(String(name)) === true,
    ...(schema.default !== undefined && !Array.isArray(schema.default) && { usual: String(schema.default) }),
    ...(example !== undefined && { example }),
    start,
    end,
  };
}

/** An item of a list of texts is explained by its list. */
function fieldOf(path: ValuePath): ValuePath {
  return typeof path.at(-1) === "number" ? path.slice(0, -1) : path;
}

/** YAML that shows a field in use, if that says more than its description. */
export function exampleOf(path: ValuePath): string | undefined {
  const name = String(path.at(-1));
  if (name === "authorities") return renderExample({ [name]: AUTHORITIES.slice(0, 2).map(({ template }) => template) });
  const field = FIELDS[name];
  if (field !== undefined) return renderExample({ [name]: field });
  const schema = schemaAt(POLICY_SCHEMA, path);
  const [example] = schema?.examples ?? (schema?.const === undefined ? [] : [schema.const]);
  if (example !== undefined) return renderExample({ [name]: example });
  const items = schema?.items?.examples;
  return items === undefined ? undefined : renderExample({ [name]: items });
}
