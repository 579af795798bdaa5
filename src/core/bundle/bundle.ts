/** How a bundle says it was signed (OMS 4.1). Claims: they choose the check, and decide nothing. */
export type VerificationMaterial =
  | {
      readonly method: "key";
      /** Hex fingerprint of the key, by the reference's reckoning. */
      readonly hint?: string;
      /** The key that older bundles carry: PEM or DER. Never to be trusted. */
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
  /** As received: what the signature is over. */
  readonly payload: Buffer;
  /** DER of an ECDSA signature (RFC 3279), for keys and certificates. */
  readonly signature: Buffer;
}

/** A parsed Sigstore bundle; nothing in it is verified. */
export interface Bundle {
  readonly mediaType: string;
  readonly material: VerificationMaterial;
  readonly envelope: Envelope;
  /** The whole of it as parsed, for Sigstore's own libraries. */
  readonly json: unknown;
}
