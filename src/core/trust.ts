import type { IdentityType } from "./verification/signer.ts";
import type { TrustRoot } from "./verification/trust-root.ts";

/** PEM text and its name for people, usually a file name. */
export interface PemSource {
  readonly label: string;
  readonly pem: string;
}

/** What the caller trusts; never anything that travels with a model. */
export interface Trust {
  /** Public keys: EC P-256, P-384 or P-521, as SubjectPublicKeyInfo (RFC 5480). */
  readonly keys?: readonly PemSource[];
  readonly certificates?: CertificateTrust;
  /** A function is called for Sigstore signatures only; its error makes the signature unverifiable. */
  readonly sigstore?: SigstoreTrust | (() => Promise<SigstoreTrust>);
}

export interface CertificateTrust {
  /** Trust anchors; a PEM text may hold several certificates. */
  readonly roots: readonly PemSource[];
  /**
   * Compared exactly with the leaf's names of one type: `email:`, `uri:`, `dns:` or `subject:` (the whole subject, RFC
   * 4514) and the name. Without one of these, the type is what the text looks like.
   */
  readonly identity?: string | undefined;
  /** When the certificates have to be valid; now, if absent. */
  readonly at?: Date;
}

export interface SigstoreTrust {
  /** Keys and certificates of one Sigstore instance. */
  readonly root: TrustRoot;
  /** A running refresh, used if the root does not know the authority, log or timestamp authority of a signature. */
  readonly newer?: Promise<TrustRoot | undefined>;
  /** Accepted signers. Without any, the signer is reported but not accepted. */
  readonly identities: readonly ExpectedIdentity[];
  /** Whether these are all whom the user trusts: then none of them was expected of this model, and messages name none. */
  readonly ofPerson?: boolean;
}

/** Identity and issuer are compared exactly, character by character. */
export interface ExpectedIdentity {
  readonly identity: string;
  /** URL of the OpenID provider. */
  readonly issuer: string;
  /** Type of the identity in the certificate; absent: by its form. */
  readonly type?: IdentityType;
}
