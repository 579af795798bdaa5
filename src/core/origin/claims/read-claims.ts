import type { ModelFile } from "../../model/file-list.ts";
import type { OriginClaim } from "../origin.ts";
import type { FoundField } from "./claim.ts";
import { adapterClaims, configClaims, mlmodelClaims, modelCardClaims } from "./document-claims.ts";
import { ggufClaims } from "./gguf-claims.ts";
import { onnxClaims } from "./onnx-claims.ts";
import { safetensorsClaims } from "./safetensors-claims.ts";

type ClaimReader = (path: string) => readonly FoundField[];

/** By the name of a file at the top of the model. */
const BY_NAME: ReadonlyMap<string, ClaimReader> = new Map([
  ["README.md", modelCardClaims],
  ["config.json", configClaims],
  ["adapter_config.json", adapterClaims],
  ["MLmodel", mlmodelClaims],
]);
/** The headers of models; a blob of Ollama's is a GGUF file. */
const BY_FORM: readonly (readonly [RegExp, ClaimReader])[] = [
  [/\.gguf$|^sha256-[0-9a-f]{64}$/i, ggufClaims],
  [/\.safetensors$/i, safetensorsClaims],
  [/\.onnx$/i, onnxClaims],
];
/** Headers that are read: the parts of a model say the same. */
const MAX_HEADERS = 8;
/** Characters of a value that are kept. */
const MAX_VALUE = 300;

/** What files at the top of a model say about it, each thing once. Reads the beginnings of a few files. */
export function readClaims(files: readonly ModelFile[]): readonly OriginClaim[] {
  const found = new Map<string, OriginClaim>();
  let headers = 0;
  for (const { name, path } of files) {
    if (name.includes("/")) continue;
    const readHeader = BY_FORM.find(([form]) => form.test(name))?.[1];
    if (readHeader !== undefined && headers++ >= MAX_HEADERS) continue;
    const read = BY_NAME.get(name) ?? readHeader;
    for (const field of read?.(path) ?? []) {
      for (const claim of claimsOf(name, field)) {
        const key = JSON.stringify([claim.kind, claim.field, claim.value, claim.revision]);
        if (!found.has(key)) found.set(key, claim);
      }
    }
  }
  return [...found.values()];
}

/** A claim for each text that is not empty. */
function claimsOf(file: string, [kind, field, values, named]: FoundField): OriginClaim[] {
  const revision = textOf(named);
  return [values].flat().flatMap((one) => {
    const value = textOf(one);
    return value === undefined ? [] : [{ file, field, kind, value, ...(revision !== undefined && { revision }) }];
  });
}

function textOf(value: unknown): string | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" ? undefined : text.slice(0, MAX_VALUE);
}
