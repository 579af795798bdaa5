/** The verified signer: nothing here is an unverified claim of the bundle. */
export type Signer = KeySigner | CertificateSigner | SigstoreSigner;

export interface KeySigner {
  readonly method: "key";
  /** Hex SHA-256 of the PEM text (SPKI, final newline included) of the public key: the reference's key hint. */
  readonly fingerprint: string;
  readonly curve: Curve;
  /** The caller's name for this key, usually a file name. */
  readonly label?: string;
}

export interface CertificateSigner {
  readonly method: "certificate";
  /** Distinguished name of the leaf, RFC 4514 text. */
  readonly subject: string;
  readonly issuer: string;
  /** Subject alternative names of the leaf, as `email:…`, `uri:…`, `dns:…`. */
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

export type IdentityType = "email" | "uri" | "other";

export interface SigstoreSigner {
  readonly method: "sigstore";
  /** The one subject alternative name of the certificate: an e-mail address, the URI of a CI workflow, a user name. */
  readonly identity: string;
  readonly identityType: IdentityType;
  /** URL of the OpenID provider that authenticated the signer. */
  readonly issuer: string;
  /** RFC 3339: the earliest of the verified times. */
  readonly signedAt: string;
  readonly certificate: {
    /** Hex. */
    readonly serialNumber: string;
    /** RFC 3339. */
    readonly notBefore: string;
    readonly notAfter: string;
    /** Distinguished name of the issuing authority, RFC 4514 text. */
    readonly authority: string;
    /** Hex SHA-256 of the DER. */
    readonly fingerprint: string;
    /** URLs of the certificate transparency logs that it is in. */
    readonly logs: readonly string[];
  };
  readonly log: {
    /** URL. */
    readonly url: string;
    /** Decimal, verified by the log's promise or by the proof of inclusion. */
    readonly index: string;
    /** RFC 3339; absent where the log promises none (Rekor v2). */
    readonly time?: string;
    /** Kind and version of the entry: `dsse/0.0.1`. */
    readonly entry: string;
  };
  readonly timestamps: readonly {
    /** Distinguished name, RFC 4514 text. */
    readonly authority: string;
    /** RFC 3339. */
    readonly time: string;
  }[];
  /** Fulcio's extensions by name: `sourceRepositoryUri`, `buildTrigger`… (Fulcio, OID directory). */
  readonly extensions: Readonly<Record<string, string>>;
  /** The trust root that this was verified against. */
  readonly trustRoot: TrustRootFacts;
}

export interface TrustRootFacts {
  /** Name for people: an instance of Sigstore, or a file. */
  readonly label: string;
  /** `built-in`: shipped with this program. `updated`: from the instance's TUF repository. `file`: the caller's. */
  readonly origin: "built-in" | "updated" | "file";
  /** RFC 3339: when it was last known to be current; absent for a file. */
  readonly asOf?: string;
  /** RFC 3339: since when its metadata has been expired; absent where it is not, or where there is none. */
  readonly expiredSince?: string;
}

export type Curve = "P-256" | "P-384" | "P-521";
export type SigningMethod = Signer["method"];
