import type { TokenEndpointResponse, TokenEndpointResponseHelpers } from "openid-client";
import { ProvenanceError } from "../core/errors.ts";
import { readIdentityToken } from "../core/signing/identity-claims.ts";
import { issuerFault } from "./login-failure.ts";

/** An identity token. Its value is in no enumerable property, so that printing, logging or serializing does not reveal it. */
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

/**
 * Returns the identity token of a response whose issuer, audience, nonce and expiry the library has verified.
 *
 * @throws ProvenanceError LOGIN_ISSUER_FAULT, LOGIN_NO_EMAIL, and those of {@link readIdentityToken}
 */
export function checkedToken(
  answer: TokenEndpointResponse & TokenEndpointResponseHelpers,
  issuer: string,
): IdentityToken {
  const expiry = answer.claims()?.exp;
  if (answer.id_token === undefined || expiry === undefined)
    throw issuerFault(issuer, "its response has no usable identity token");
  const { email } = readIdentityToken(answer.id_token, Date.now());
  if (email === undefined) {
    const message = `${issuer} returned no e-mail address, which a signature needs. Log in with an account that has one, or use an identity token.`;
    throw new ProvenanceError("LOGIN_NO_EMAIL", message, { details: { issuer } });
  }
  return new IdentityToken(answer.id_token, { email, issuer, expiresAt: new Date(expiry * 1000) });
}
