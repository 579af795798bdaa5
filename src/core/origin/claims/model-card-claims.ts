import * as v from "valibot";
import { readSmallFile } from "../../model/read-small-file.ts";
import type { OriginClaim } from "../origin.ts";
import { ClaimList } from "./claim.ts";
import { parseYaml } from "./parse-yaml.ts";

export const MODEL_CARD = "README.md";
const MAX_FRONT_MATTER = 64 * 1024;
const FRONT_MATTER = /^\ufeff?---\r?\n(.*?)\r?\n---\s*(?:\r?\n|$)/s;

const Texts = v.union([v.string(), v.array(v.string())]);
const CardSchema = v.object({
  base_model: v.optional(v.fallback(v.optional(Texts), undefined)),
  license: v.optional(v.fallback(v.optional(Texts), undefined)),
  license_name: v.optional(v.fallback(v.optional(Texts), undefined)),
  datasets: v.optional(v.fallback(v.optional(Texts), undefined)),
});

/** What the front matter of a model card says (Hugging Face Hub, "Model Cards"). */
export function modelCardClaims(name: string, path: string): readonly OriginClaim[] {
  const list = new ClaimList(name);
  const text = readSmallFile(path, MAX_FRONT_MATTER, false)?.toString("utf8") ?? "";
  const parsed = v.safeParse(CardSchema, parseYaml(FRONT_MATTER.exec(text)?.[1] ?? ""));
  if (!parsed.success) return [];
  const { base_model, license, license_name, datasets } = parsed.output;
  list.add("base-model", "base_model", base_model);
  list.add("license", license_name === undefined ? "license" : "license_name", license_name ?? license);
  list.add("dataset", "datasets", datasets);
  return list.claims;
}
