import * as v from "valibot";
import { readSmallFile } from "../../model/read-small-file.ts";
import type { OriginClaim } from "../origin.ts";
import { ClaimList } from "./claim.ts";

/** Bytes of a header that is read; those of models of a terabyte have less. */
const MAX_HEADER_BYTES = 8 * 1024 * 1024;
const LENGTH_BYTES = 8;

const HeaderSchema = v.object({ __metadata__: v.optional(v.record(v.string(), v.string())) });

/** Fields of the Stability AI model metadata standard, and of kohya's trainer. */
const KINDS: Readonly<Record<string, OriginClaim["kind"]>> = {
  "modelspec.title": "name",
  "modelspec.author": "author",
  "modelspec.license": "license",
  "modelspec.merged_from": "base-model",
  ss_sd_model_name: "base-model",
};

/** What the `__metadata__` of a safetensors file says (safetensors, "Format"). */
export function safetensorsClaims(name: string, path: string): readonly OriginClaim[] {
  const list = new ClaimList(name);
  const metadata = readMetadata(path);
  for (const [field, kind] of Object.entries(KINDS)) list.add(kind, field, metadata[field]);
  return list.claims;
}

function readMetadata(path: string): Readonly<Record<string, string>> {
  const length = readSmallFile(path, LENGTH_BYTES, false);
  if (length?.length !== LENGTH_BYTES) return {};
  const size = Number(length.readBigUInt64LE());
  if (size > MAX_HEADER_BYTES) return {};
  const header = readSmallFile(path, LENGTH_BYTES + size, false)?.subarray(LENGTH_BYTES);
  if (header?.length !== size) return {};
  try {
    const parsed = v.safeParse(HeaderSchema, JSON.parse(header.toString("utf8")));
    return parsed.success ? (parsed.output.__metadata__ ?? {}) : {};
  } catch {
    return {};
  }
}
