/** How a bundle claims to be signed (OMS 4.1): it selects the verifier, and nothing more. */
export type VerificationMaterial =
  | {
      readonly method: "key";
      /** Hex fingerprint of the key, as the reference computes it. */
      readonly hint?: string;
      /** The key in older bundles: PEM or DER. Never trusted. */
      readonly embeddedKey?: Buffer;
    }
  | {
      readonly method: "certificate";
      /** DER, leaf first. */
      readonly chain: readonly Buffer[];
    }
  | { readonly method: "sigstore" };

export interface Envelope {
  readonly payloadType: string;
  /** As received: these bytes are signed. */
  readonly payload: Buffer;
  /** DER of an ECDSA signature (RFC 3279), for keys and certificates. */
  readonly signature: Buffer;
}

/** A parsed Sigstore bundle; nothing in it is verified. */
export interface Bundle {
  readonly mediaType: string;
  readonly material: VerificationMaterial;
  readonly envelope: Envelope;
  /** All of it as parsed, for Sigstore's own libraries. */
  readonly json: unknown;
}
