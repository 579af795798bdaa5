import * as v from "valibot";
import { type ErrorCode, fail } from "../errors.ts";

/**
 * Parses a part of a signature file.
 *
 * @param what named in the message: "model.sig", "The statement in model.sig"
 * @param at the path of the value in the file
 * @throws ProvenanceError `code`
 */
export function parseShape<TSchema extends v.GenericSchema>(
  schema: TSchema,
  value: unknown,
  code: ErrorCode,
  what: string,
  at = "",
): v.InferOutput<TSchema> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = [at, v.getDotPath(issue)].filter((part) => part).join(".") || "its top";
  return fail(code, `${what} is malformed at ${path}: ${issue.message}.`, { path });
}
