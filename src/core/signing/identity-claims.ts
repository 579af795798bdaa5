import * as v from "valibot";
import { decodeBase64 } from "../bundle/base64.ts";
import { fail, ProvenanceError } from "../errors.ts";
import type { SigstoreSigner } from "../verification/signer.ts";

/** Seconds that the issuer's clock may be ahead of this one. */
const CLOCK_TOLERANCE = 60;

const Payload = v.looseObject({
  iss: v.pipe(v.string(), v.minLength(1)),
  exp: v.number(),
  iat: v.optional(v.number()),
  nbf: v.optional(v.number()),
  sub: v.optional(v.string()),
  /** Displayed, also in a terminal: no control or direction characters. */
  email: v.optional(v.pipe(v.string(), v.regex(/^[^\p{Cc}\p{Cf}]*$/u))),
  /** Some issuers write it as text. */
  email_verified: v.optional(v.union([v.boolean(), v.string()])),
  /** Dex names the actual identity provider here: the URL of GitHub, Google… */
  federated_claims: v.optional(v.looseObject({ connector_id: v.optional(v.string()) })),
});

/** The second part of a token, decoded. */
const PayloadText = v.pipe(v.string(), v.parseJson(), Payload);

/** The claims of an identity token. Fulcio verifies them; this program does not. */
export interface IdentityClaims {
  /** E-mail address or subject: for a person to read. */
  readonly subject: string;
  /** The address that the certificate has to name, if any. */
  readonly email?: string;
  /** Issuers that the certificate may name. */
  readonly issuers: readonly string[];
}

/**
 * Reads an OpenID identity token (JWT, RFC 7519), and rejects what Fulcio would reject. No error contains any of it.
 *
 * @param now milliseconds since 1970
 * @throws ProvenanceError TOKEN_MALFORMED, TOKEN_EXPIRED, TOKEN_NO_IDENTITY, TOKEN_EMAIL_UNVERIFIED
 */
export function readIdentityToken(token: string, now: number): IdentityClaims {
  const [, payload = "", ...rest] = token.trim().split(".");
  const claims = v.safeParse(PayloadText, rest.length === 1 ? decodeBase64(payload)?.toString("utf8") : undefined);
  if (!claims.success) {
    const message =
      "This is not an OpenID identity token, which has three parts in Base64, with the issuer and the expiry in the second.";
    fail("TOKEN_MALFORMED", message);
  }
  const { iss, exp, iat, nbf, sub, email, email_verified, federated_claims } = claims.output;
  const seconds = now / 1000;
  if (exp <= seconds) {
    const message = `The identity token of ${iss} expired at ${new Date(exp * 1000).toISOString()}. Log in again, or get a new token.`;
    throw new ProvenanceError("TOKEN_EXPIRED", message);
  }
  if (Math.max(iat ?? 0, nbf ?? 0) > seconds + CLOCK_TOLERANCE) {
    const message = `The identity token of ${iss} is not valid yet by this computer's clock, ${new Date(now).toISOString()}. Correct the clock.`;
    throw new ProvenanceError("TOKEN_EXPIRED", message);
  }
  const connector = federated_claims?.connector_id;
  const issuers = connector === undefined ? [iss] : [iss, connector];
  if (email !== undefined && email !== "") {
    if (email_verified === true || email_verified === "true") return { subject: email, email, issuers };
    const message = `${iss} has not verified the e-mail address ${email}. Confirm it there, then log in again.`;
    throw new ProvenanceError("TOKEN_EMAIL_UNVERIFIED", message, { details: { issuer: iss, email } });
  }
  if (sub === undefined || sub === "") {
    fail("TOKEN_NO_IDENTITY", `The identity token of ${iss} names no identity.`, { issuer: iss });
  }
  return { subject: sub, issuers };
}

/** Whether a certificate is for the bearer of a token; for identities other than e-mail, only the issuer is known. */
export function isForBearer(
  { identity, identityType, issuer }: Pick<SigstoreSigner, "identity" | "identityType" | "issuer">,
  { email, issuers }: IdentityClaims,
): boolean {
  if (!issuers.includes(issuer)) return false;
  return email === undefined ? identityType !== "email" : identityType === "email" && identity === email;
}
