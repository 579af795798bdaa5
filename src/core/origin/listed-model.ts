import type { ModelFile } from "../model/file-list.ts";

/** A model as its records are compared with it. */
export interface ListedModel {
  /** Absolute path as given. */
  readonly path: string;
  readonly kind: "file" | "directory";
  /** Real path of the folder that names are relative to: the model itself, or the folder of a single file. */
  readonly folder: string;
  /** In code-point order. */
  readonly files: readonly ModelFile[];
  /** Entries that are neither regular files nor links of a Hugging Face cache: their content is not read. */
  readonly others: readonly string[];
}
