import { type FieldKinds, type FoundField, foundFields, huggingFaceRepository } from "./claim.ts";
import { readGgufTexts } from "./gguf-header.ts";

const MAX_BASE_MODELS = 20;

const KINDS: FieldKinds = {
  "general.name": "name",
  "general.organization": "author",
  "general.author": "author",
  "general.quantized_by": "author",
  "general.license": "license",
  "general.repo_url": "source",
  "general.source.url": "source",
  "general.source.repo_url": "source",
};

/** What the header of a GGUF file says (ggml, `docs/gguf.md`, "Standardized key-value pairs"). */
export function ggufClaims(path: string): FoundField[] {
  const texts = readGgufTexts(path);
  const bases = Array.from({ length: MAX_BASE_MODELS }, (_, at) => baseModel(`general.base_model.${at}`, texts));
  return [...foundFields(KINDS, texts), ...bases];
}

function baseModel(field: string, texts: ReadonlyMap<string, string>): FoundField {
  const url = texts.get(`${field}.repo_url`);
  const names = ["organization", "name"].flatMap((key) => texts.get(`${field}.${key}`) ?? []);
  const value = url === undefined ? names.join("/") : (huggingFaceRepository(url) ?? url);
  return ["base-model", field, value, texts.get(`${field}.version`)];
}
