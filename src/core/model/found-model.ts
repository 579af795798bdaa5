export interface FoundModel {
  /** Absolute. */
  readonly path: string;
  readonly kind: "file" | "directory";
  /** What its store calls it, where the path does not say so: `library/llama3:latest`. */
  readonly name?: string;
  /** Absolute paths of its signature files, the one to show first; not verified. */
  readonly signatures: readonly string[];
}

/** A signature whose model is not here. Nothing of it is verified. */
export interface SignatureWithoutModel {
  /** Absolute. */
  readonly path: string;
  /** The model's name. */
  readonly subject?: string;
}
