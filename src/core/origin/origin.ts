/** The tools whose records are read. */
export type OriginSource = "huggingface" | "git-lfs" | "ollama";

/** The files of a model by what its download record says of them: canonical names, in code-point order. */
export interface OriginFiles {
  /** The bytes have the recorded digest. */
  readonly match: readonly string[];
  /** The bytes differ from the record. */
  readonly changed: readonly string[];
  /** Recorded, and not here; or only a Git LFS pointer is here. */
  readonly missing: readonly string[];
  /** Here, and not in a record that lists the whole revision. */
  readonly extra: readonly string[];
  /** Here, and the record has no digest of it. */
  readonly unrecorded: readonly string[];
  /** Name and size are as recorded, and the digest was not computed; absent where all digests were. */
  readonly unchecked?: readonly string[];
}

/**
 * Where a model was downloaded from. Nothing of it is authenticated: anyone who can write the model can write the record, so
 * it stands beside a verdict and never changes one.
 */
export interface Origin {
  readonly source: OriginSource;
  /** `ORG/NAME` at huggingface.co and in Ollama's registry; with the host, `github.com/ORG/NAME`, elsewhere. */
  readonly repository?: string;
  /** The commit, hex; of Ollama the tag. */
  readonly revision?: string;
  /** Package URL, where the purl specification has a type for the source. */
  readonly purl?: string;
  /** `record`: a tool recorded the download. `claim`: the model's own file says so, and nothing else. */
  readonly basis: "record" | "claim";
  readonly files: OriginFiles;
}

/** What a file of the model says about the model. Anyone can write it. */
export interface OriginClaim {
  /** Canonical name of the file. */
  readonly file: string;
  /** As the file calls it: `general.base_model.0.repo_url`. */
  readonly field: string;
  readonly kind: "name" | "author" | "license" | "source" | "base-model" | "dataset";
  readonly value: string;
  /** The revision that the file names together with the value. */
  readonly revision?: string;
}

/** A file of the model whose content was never fetched. */
export interface PointerFile {
  readonly name: string;
  /** Bytes of the content that the pointer stands for. */
  readonly size: number;
}

export interface OriginReport {
  /** Absent where no tool left a record that is understood. */
  readonly origin?: Origin;
  /** Files that are Git LFS pointers in place of their content. */
  readonly pointers: readonly PointerFile[];
  readonly claims: readonly OriginClaim[];
}

/** Whether a file differs from the record, or is not in a record that lists all files. */
export function contradictsRecord({ origin }: OriginReport): boolean {
  return origin !== undefined && origin.files.changed.length + origin.files.extra.length > 0;
}
