import type { ModelFile } from "../model/file-list.ts";

/** A file of the model, and the name under which a Hugging Face cache keeps its bytes. */
export interface ListedFile extends ModelFile {
  /** The last name of the path that a link into `blobs` leads to; absent for a file that is no such link. */
  readonly blob?: string;
}

/** A model as its records are compared with it. */
export interface ListedModel {
  /** Absolute path as given. */
  readonly path: string;
  readonly kind: "file" | "directory";
  /** Real path of the folder that names are relative to: the model itself, or the folder of a single file. */
  readonly folder: string;
  /** In code-point order. */
  readonly files: readonly ListedFile[];
  /** Entries that are neither regular files nor links of a Hugging Face cache: their content is not read. */
  readonly others: readonly string[];
}
