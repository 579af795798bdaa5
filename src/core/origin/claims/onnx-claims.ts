import type { OriginClaim } from "../origin.ts";
import { ClaimList } from "./claim.ts";
import { readOnnxMetadata } from "./onnx-metadata.ts";

/** Keys of the ONNX specification (`docs/IR.md`, "Optional Metadata"), and of widespread exporters: Ultralytics, k2-fsa. */
const KINDS: Readonly<Record<string, OriginClaim["kind"]>> = {
  model_name: "name",
  model_author: "author",
  author: "author",
  maintainer: "author",
  model_license: "license",
  license: "license",
  url: "source",
  base_model: "base-model",
};
const KEYS: ReadonlySet<string> = new Set(Object.keys(KINDS));

/** What the metadata of an ONNX file says. Its `producer_name` is that of the tool which wrote it, and no claim. */
export function onnxClaims(name: string, path: string): readonly OriginClaim[] {
  const texts = readOnnxMetadata(path, KEYS);
  const list = new ClaimList(name);
  for (const [key, kind] of Object.entries(KINDS)) list.add(kind, key, texts.get(key));
  return list.claims;
}
