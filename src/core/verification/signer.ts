/** Who made a signature, as established by verification: nothing here is taken on the bundle's word. */
export type Signer = KeySigner | CertificateSigner | SigstoreSigner;

export interface KeySigner {
  readonly method: "key";
  /** Hex SHA-256 of the PEM text (SPKI, final newline included) of the public key: the reference's key hint. */
  readonly fingerprint: string;
  readonly curve: Curve;
  /** What the caller calls this key: a file name, usually. */
  readonly label?: string;
}

export interface CertificateSigner {
  readonly method: "certificate";
  /** Distinguished name of the leaf, RFC 4514 text. */
  readonly subject: string;
  readonly issuer: string;
  /** Subject alternative names of the leaf, as `email:…`, `uri:…`, `dns:…`, `ip:…`. */
  readonly alternativeNames: readonly string[];
  /** Hex. */
  readonly serialNumber: string;
  /** RFC 3339. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** Distinguished name of the trust anchor that the path led to. */
  readonly root: string;
  /** Hex SHA-256 of the DER of each certificate of the path, leaf first. */
  readonly fingerprints: readonly string[];
}

export interface SigstoreSigner {
  readonly method: "sigstore";
  readonly identity: string;
  readonly identityType: "email" | "uri" | "other";
  readonly issuer: string;
}

export type Curve = "P-256" | "P-384" | "P-521";
export type SigningMethod = Signer["method"];
