import * as v from "valibot";
import { parse } from "yaml";
import { readSmallFile, readSmallJson, readSmallText } from "../../model/read-small-file.ts";
import { type FoundField, foundFields } from "./claim.ts";

const MAX_CONFIG_BYTES = 1024 * 1024;
/** Of YAML: a signature of a thousand columns fits; of hostile nesting, this takes less than a second. */
const MAX_YAML_BYTES = 64 * 1024;
const MAX_FLAVORS = 20;
const FRONT_MATTER = /^\ufeff?---\r?\n(.*?)\r?\n---\s*(?:\r?\n|$)/s;

const FieldsSchema = v.fallback(v.record(v.string(), v.unknown()), {});
const Text = v.fallback(v.optional(v.string()), undefined);
const FlavorSchema = v.fallback(v.object({ source_model_name: Text, source_model_revision: Text }), {});
const MlmodelSchema = v.fallback(
  v.object({
    run_id: Text,
    artifact_path: Text,
    model_uuid: Text,
    model_id: Text,
    flavors: v.fallback(v.record(v.string(), FlavorSchema), {}),
  }),
  { flavors: {} },
);

/** What the front matter of a model card says (Hugging Face Hub, "Model Cards"). */
export function modelCardClaims(path: string): FoundField[] {
  const text = readSmallFile(path, MAX_YAML_BYTES, false)?.toString("utf8") ?? "";
  const fields = fieldsOf(parseYaml(FRONT_MATTER.exec(text)?.[1] ?? ""));
  const license = typeof fields.get("license_name") === "string" ? "license_name" : "license";
  return foundFields({ base_model: "base-model", [license]: "license", datasets: "dataset" }, fields);
}

/** What `config.json` of Transformers says it was loaded from. */
export function configClaims(path: string): FoundField[] {
  return foundFields({ _name_or_path: "source" }, fieldsOf(readSmallJson(path, MAX_CONFIG_BYTES)));
}

/** What `adapter_config.json` of PEFT says it adapts. */
export function adapterClaims(path: string): FoundField[] {
  const field = "base_model_name_or_path";
  const fields = fieldsOf(readSmallJson(path, MAX_CONFIG_BYTES));
  return [["base-model", field, fields.get(field), fields.get("revision")]];
}

/** What `MLmodel` says of the run that logged the model, and of the repository that it was loaded from (MLflow, "MLflow Models"). */
export function mlmodelClaims(path: string): FoundField[] {
  const parsed = v.parse(MlmodelSchema, parseYaml(readSmallText(path, MAX_YAML_BYTES) ?? ""));
  const { run_id, artifact_path = ":", model_uuid, model_id, flavors } = parsed;
  // Since MLflow 3, the path is an address of the store.
  const inRun = artifact_path.includes(":") ? "" : `/${artifact_path}`;
  return [
    // The addresses that MLflow has for a logged model, and for the artifacts of a run.
    ["name", "model_id", model_id && `models:/${model_id}`],
    ["name", "model_uuid", model_uuid === model_id ? undefined : model_uuid],
    ["source", "run_id", run_id && `runs:/${run_id}${inRun}`],
    ...Object.entries(flavors)
      .slice(0, MAX_FLAVORS)
      .map(([flavor, { source_model_name, source_model_revision }]): FoundField => {
        return ["source", `flavors.${flavor}.source_model_name`, source_model_name, source_model_revision];
      }),
  ];
}

function fieldsOf(document: unknown): Map<string, unknown> {
  return new Map(Object.entries(v.parse(FieldsSchema, document)));
}

/** A document in YAML without aliases; undefined for what is none. */
function parseYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0, logLevel: "error" });
  } catch {
    return undefined;
  }
}
