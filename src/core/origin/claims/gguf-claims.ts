import { readSmallFile } from "../../model/read-small-file.ts";
import type { OriginClaim } from "../origin.ts";
import { ClaimList, huggingFaceRepository } from "./claim.ts";
import { readGgufTexts } from "./gguf-header.ts";

/** Where `general.*` is: tools write it before the vocabulary, which has megabytes. */
const MAX_HEADER_BYTES = 256 * 1024;
const MAX_BASE_MODELS = 20;

const KINDS: Readonly<Record<string, OriginClaim["kind"]>> = {
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
export function ggufClaims(name: string, path: string): readonly OriginClaim[] {
  const header = readSmallFile(path, MAX_HEADER_BYTES, false);
  const texts = header === undefined ? new Map<string, string>() : readGgufTexts(header);
  const list = new ClaimList(name);
  for (const [field, kind] of Object.entries(KINDS)) list.add(kind, field, texts.get(field));
  for (let at = 0; at < MAX_BASE_MODELS; at++) {
    const field = `general.base_model.${at}`;
    const [repository, organization, base, version] = ["repo_url", "organization", "name", "version"].map((key) =>
      texts.get(`${field}.${key}`),
    );
    const named = repository === undefined ? undefined : (huggingFaceRepository(repository) ?? repository);
    list.add(
      "base-model",
      field,
      named ?? [organization, base].filter((part) => part !== undefined).join("/"),
      version,
    );
  }
  return list.claims;
}
