export interface FoundModel {
  /** Absolute. */
  readonly path: string;
  readonly kind: "file" | "directory";
  /** What its store calls it, where the path does not say so: `library/llama3:latest`. */
  readonly name?: string;
  /** Absolute path of its signature file, if it has one; not verified. */
  readonly signature?: string;
  /** Further signature files, in the order of preference; absent where there is none. */
  readonly otherSignatures?: readonly string[];
}

/** A signature whose model is not here. Nothing of it is verified. */
export interface SignatureWithoutModel {
  /** Absolute. */
  readonly path: string;
  /** The model's name. */
  readonly subject?: string;
}

/** @param signatures its signature files, the one to show first */
export function foundModel(path: string, kind: FoundModel["kind"], signatures: readonly string[]): FoundModel {
  const [signature, ...otherSignatures] = signatures;
  if (signature === undefined) return { path, kind };
  return { path, kind, signature, ...(otherSignatures.length > 0 && { otherSignatures }) };
}

export function signaturesOf({ signature, otherSignatures = [] }: FoundModel): readonly string[] {
  return signature === undefined ? [] : [signature, ...otherSignatures];
}
