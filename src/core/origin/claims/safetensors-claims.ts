import * as v from "valibot";
import { parseJson, readSmallFile } from "../../model/read-small-file.ts";
import { type FieldKinds, type FoundField, foundFields } from "./claim.ts";

/** Bytes of a header that is read; those of models of a terabyte have less. */
const MAX_HEADER_BYTES = 8 * 1024 * 1024;
const LENGTH_BYTES = 8;

const HeaderSchema = v.object({ __metadata__: v.record(v.string(), v.string()) });

/** Fields of the Stability AI model metadata standard, and of kohya's trainer. */
const KINDS: FieldKinds = {
  "modelspec.title": "name",
  "modelspec.author": "author",
  "modelspec.license": "license",
  "modelspec.merged_from": "base-model",
  ss_sd_model_name: "base-model",
};

/** What the `__metadata__` of a safetensors file says (safetensors, "Format"). */
export function safetensorsClaims(path: string): FoundField[] {
  const length = readSmallFile(path, LENGTH_BYTES, false);
  if (length?.length !== LENGTH_BYTES) return [];
  const size = Number(length.readBigUInt64LE());
  if (size > MAX_HEADER_BYTES) return [];
  const header = readSmallFile(path, LENGTH_BYTES + size, false)?.subarray(LENGTH_BYTES);
  const parsed = v.safeParse(HeaderSchema, parseJson(header?.toString("utf8")));
  // No header, a damaged one, or one without metadata.
  return parsed.success ? foundFields(KINDS, new Map(Object.entries(parsed.output.__metadata__))) : [];
}
