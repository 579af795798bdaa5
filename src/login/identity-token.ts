import type { TokenEndpointResponse, TokenEndpointResponseHelpers } from "openid-client";
import * as v from "valibot";
import { ProvenanceError } from "../core/errors.ts";
import { clockFailure, issuerFault } from "./login-failure.ts";

/** Seconds by which the issuer's clock may be ahead. */
const CLOCK_TOLERANCE = 60;

const Claims = v.object({
  exp: v.number(),
  iat: v.number(),
  /** Displayed, also in a terminal: no control or direction characters. */
  email: v.optional(v.pipe(v.string(), v.regex(/^[^\p{Cc}\p{Cf}]*$/u))),
  /** Some issuers write it as text. */
  email_verified: v.optional(v.union([v.boolean(), v.picklist(["true", "false"])])),
});

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
 * @throws ProvenanceError LOGIN_ISSUER_FAULT, LOGIN_CLOCK, LOGIN_NO_EMAIL, LOGIN_EMAIL_UNVERIFIED
 */
export function checkedToken(
  answer: TokenEndpointResponse & TokenEndpointResponseHelpers,
  issuer: string,
): IdentityToken {
  const claims = v.safeParse(Claims, answer.claims());
  if (answer.id_token === undefined || !claims.success)
    throw issuerFault(issuer, "its response has no usable identity token");
  const { email, email_verified: verified, exp, iat } = claims.output;
  if (iat > Date.now() / 1000 + CLOCK_TOLERANCE) throw clockFailure(issuer);
  if (email === undefined || email === "") {
    const message = `${issuer} returned no e-mail address, which a signature needs. Log in with an account that has one, or use an identity token.`;
    throw new ProvenanceError("LOGIN_NO_EMAIL", message, { details: { issuer } });
  }
  if (verified !== true && verified !== "true") {
    const message = `${issuer} has not verified the e-mail address ${email}. Confirm it there, then log in again.`;
    throw new ProvenanceError("LOGIN_EMAIL_UNVERIFIED", message, { details: { issuer, email } });
  }
  return new IdentityToken(answer.id_token, { email, issuer, expiresAt: new Date(exp * 1000) });
}
