import { type FieldKinds, type FoundField, foundFields } from "./claim.ts";
import { readOnnxMetadata } from "./onnx-metadata.ts";

/** Keys of the ONNX specification (`docs/IR.md`, "Optional Metadata"), and of widespread exporters: Ultralytics, k2-fsa. */
const KINDS: FieldKinds = {
  model_name: "name",
  model_author: "author",
  author: "author",
  maintainer: "author",
  model_license: "license",
  license: "license",
  url: "source",
  base_model: "base-model",
};

/** What the metadata of an ONNX file says. Its `producer_name` is that of the tool which wrote it, and no claim. */
export function onnxClaims(path: string): FoundField[] {
  return foundFields(KINDS, readOnnxMetadata(path));
}
