import type { IdentityType } from "./verification/signer.ts";
import type { TrustRoot } from "./verification/trust-root.ts";

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
  /** A function is asked only where a signature is by Sigstore; what it throws is why the signature cannot be checked. */
  readonly sigstore?: SigstoreTrust | (() => Promise<SigstoreTrust>);
}

export interface CertificateTrust {
  /** Trust anchors; a PEM text may hold several certificates. */
  readonly roots: readonly PemSource[];
  /**
   * Compared exactly with the leaf's names of one type: `email:`, `uri:`, `dns:` or `subject:` (the whole subject, RFC
   * 4514) and the name. Without one of these, the type is what the text looks like.
   */
  readonly identity?: string;
  /** When the certificates have to be valid; now, if absent. */
  readonly at?: Date;
}

export interface SigstoreTrust {
  /** Keys and certificates of one Sigstore instance. */
  readonly root: TrustRoot;
  /** A refresh under way: asked where the root does not know who certified, logged or timestamped a signature. */
  readonly newer?: Promise<TrustRoot | undefined>;
  /** Accepted signers. Without any, the signer is reported but not accepted. */
  readonly identities: readonly ExpectedIdentity[];
}

/** Identity and issuer are compared exactly, character by character. */
export interface ExpectedIdentity {
  readonly identity: string;
  /** URL of the OpenID provider. */
  readonly issuer: string;
  /** What the identity has to be in the certificate; absent: what it looks like. */
  readonly type?: IdentityType;
}
