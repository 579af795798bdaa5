import * as v from "valibot";
import { readSmallJson } from "../../model/read-small-file.ts";
import type { OriginClaim } from "../origin.ts";
import { ClaimList } from "./claim.ts";

const MAX_CONFIG_BYTES = 1024 * 1024;

const ConfigSchema = v.object({ _name_or_path: v.optional(v.string()) });
const AdapterSchema = v.object({ base_model_name_or_path: v.optional(v.string()), revision: v.nullish(v.string()) });

/** What `config.json` of Transformers says it was loaded from. */
export function configClaims(name: string, path: string): readonly OriginClaim[] {
  const list = new ClaimList(name);
  const parsed = v.safeParse(ConfigSchema, readSmallJson(path, MAX_CONFIG_BYTES));
  if (parsed.success) list.add("source", "_name_or_path", parsed.output._name_or_path);
  return list.claims;
}

/** What `adapter_config.json` of PEFT says it adapts. */
export function adapterClaims(name: string, path: string): readonly OriginClaim[] {
  const list = new ClaimList(name);
  const parsed = v.safeParse(AdapterSchema, readSmallJson(path, MAX_CONFIG_BYTES));
  if (!parsed.success) return [];
  const { base_model_name_or_path: base, revision } = parsed.output;
  list.add("base-model", "base_model_name_or_path", base, revision);
  return list.claims;
}
