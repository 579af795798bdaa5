import * as v from "valibot";
import { readSmallText } from "../../model/read-small-file.ts";
import type { OriginClaim } from "../origin.ts";
import { ClaimList } from "./claim.ts";
import { parseYaml } from "./parse-yaml.ts";

export const MLMODEL = "MLmodel";
/** A signature of a thousand columns fits; of hostile nesting, this takes less than a second. */
const MAX_BYTES = 64 * 1024;
const MAX_FLAVORS = 20;

const Text = v.fallback(v.optional(v.string()), undefined);
const FlavorSchema = v.fallback(v.object({ source_model_name: Text, source_model_revision: Text }), {});
const ModelSchema = v.object({
  run_id: Text,
  artifact_path: Text,
  model_uuid: Text,
  model_id: Text,
  flavors: v.fallback(v.optional(v.record(v.string(), FlavorSchema)), undefined),
});

/** What `MLmodel` says of the run that logged the model, and of the repository that it was loaded from (MLflow, "MLflow Models"). */
export function mlmodelClaims(name: string, path: string): readonly OriginClaim[] {
  const list = new ClaimList(name);
  const parsed = v.safeParse(ModelSchema, parseYaml(readSmallText(path, MAX_BYTES) ?? ""));
  if (!parsed.success) return [];
  const { run_id, artifact_path, model_uuid, model_id, flavors = {} } = parsed.output;
  // The addresses that MLflow has for a logged model, and for the artifacts of a run.
  if (model_id) list.add("name", "model_id", `models:/${model_id}`);
  if (model_uuid !== model_id) list.add("name", "model_uuid", model_uuid);
  if (run_id) list.add("source", "run_id", `runs:/${[run_id, ...relativePath(artifact_path)].join("/")}`);
  for (const [flavor, { source_model_name, source_model_revision }] of Object.entries(flavors).slice(0, MAX_FLAVORS)) {
    list.add("source", `flavors.${flavor}.source_model_name`, source_model_name, source_model_revision);
  }
  return list.claims;
}

/** Since MLflow 3, the path is an address of the store. */
function relativePath(path: string | undefined): string[] {
  return path === undefined || path.includes(":") ? [] : [path];
}
