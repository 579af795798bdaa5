/**
 * Proof of who logged in. The token itself is in no enumerable property, so that printing, logging or serializing one
 * of these does not give it away.
 */
export class IdentityToken {
  /** The e-mail address, verified by the issuer. */
  readonly email: string;
  readonly issuer: string;
  readonly expiresAt: Date;
  readonly #value: string;

  constructor(value: string, claims: { readonly email: string; readonly issuer: string; readonly expiresAt: Date }) {
    this.#value = value;
    this.email = claims.email;
    this.issuer = claims.issuer;
    this.expiresAt = claims.expiresAt;
  }

  /** The JWT (RFC 7519), for Fulcio only. Never log or keep it. */
  get value(): string {
    return this.#value;
  }
}
