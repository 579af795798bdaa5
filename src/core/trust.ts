/** PEM text, and what the person calls it: the file's name, usually. */
export interface PemSource {
  readonly label: string;
  readonly pem: string;
}

/** What the caller trusts. Nothing that travels with a model is ever added to it. */
export interface Trust {
  /** Public keys: EC P-256, P-384 or P-521, as SubjectPublicKeyInfo (RFC 5480). */
  readonly keys?: readonly PemSource[];
  readonly certificates?: CertificateTrust;
}

export interface CertificateTrust {
  /** Trust anchors; a PEM text may hold several certificates. */
  readonly roots: readonly PemSource[];
  /** Compared exactly: the leaf's subject as RFC 4514 text, or the value of one of its alternative names. */
  readonly identity?: string;
  /** When the certificates have to be valid; now, if absent. */
  readonly at?: Date;
}
