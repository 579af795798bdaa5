export type FileKind = "public-key" | "certificate" | "trust-config";

/** A signer whose signature is authentic, and what it signed. */
export interface KnownSigner {
  readonly issuer: string;
  readonly subject: string;
  /** Path of a model, as in `CompletionSources.models`. */
  readonly model: string;
}

/** What a policy can name in its workspace folder. Paths are relative to that folder, with `/`. */
export interface CompletionSources {
  readonly models: readonly string[];
  /** Signers with a login or in CI. */
  readonly signers: readonly KnownSigner[];
  files(kind: FileKind): Promise<readonly string[]>;
}
