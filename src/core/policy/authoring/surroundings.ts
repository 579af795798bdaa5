export type FileKind = "public-key" | "certificate" | "trust-config";

/** A signer whose signature is authentic, and what it signed. */
export interface KnownSigner {
  readonly issuer: string;
  readonly subject: string;
  /** Path of a model, as in `Surroundings.models`. */
  readonly model: string;
}

/** What lies around a policy file, for what can be named in it. Paths are relative to the workspace folder, with `/`. */
export interface Surroundings {
  readonly models: readonly string[];
  /** With a login or in CI. */
  readonly signers: readonly KnownSigner[];
  files(kind: FileKind): Promise<readonly string[]>;
}
