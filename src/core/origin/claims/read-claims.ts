import type { ModelFile } from "../../model/file-list.ts";
import type { OriginClaim } from "../origin.ts";
import { adapterClaims, configClaims } from "./config-claims.ts";
import { ggufClaims } from "./gguf-claims.ts";
import { MLMODEL, mlmodelClaims } from "./mlmodel-claims.ts";
import { MODEL_CARD, modelCardClaims } from "./model-card-claims.ts";
import { onnxClaims } from "./onnx-claims.ts";
import { safetensorsClaims } from "./safetensors-claims.ts";

type ClaimReader = (name: string, path: string) => readonly OriginClaim[];

/** By the name of a file at the top of the model. */
const BY_NAME: Readonly<Record<string, ClaimReader>> = {
  [MODEL_CARD]: modelCardClaims,
  "config.json": configClaims,
  "adapter_config.json": adapterClaims,
  [MLMODEL]: mlmodelClaims,
};
const BY_ENDING: Readonly<Record<string, ClaimReader>> = {
  ".gguf": ggufClaims,
  ".safetensors": safetensorsClaims,
  ".onnx": onnxClaims,
};
/** Headers that are read: the parts of a model say the same. */
const MAX_HEADERS = 8;

/** What files at the top of a model say about it, each thing once. Reads the beginnings of a few files. */
export function readClaims(files: readonly ModelFile[]): readonly OriginClaim[] {
  const found = new Map<string, OriginClaim>();
  let headers = 0;
  for (const { name, path } of files) {
    if (name.includes("/")) continue;
    const isBlob = /^sha256-[0-9a-f]{64}$/.test(name);
    const ending = isBlob ? ".gguf" : Object.keys(BY_ENDING).find((text) => name.toLowerCase().endsWith(text));
    if (ending !== undefined && headers++ >= MAX_HEADERS) continue;
    const read = Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : BY_ENDING[ending ?? ""];
    for (const claim of read?.(name, path) ?? []) {
      const key = JSON.stringify([claim.kind, claim.field, claim.value, claim.revision]);
      if (!found.has(key)) found.set(key, claim);
    }
  }
  return [...found.values()];
}
