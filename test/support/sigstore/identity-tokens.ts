import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { type JWK, type JWTPayload, jwtVerify, SignJWT } from "jose";
import { GITHUB_ACTIONS_ISSUER } from "../../../src/core/verification/ci-identity.ts";
import { Refusal } from "./mock-handler.ts";

const ALGORITHM = "ES256";
const KEY_ID = "local";

/** Seconds; the public instance's are as short. */
export const TOKEN_LIFETIME = 600;

export interface TokenOptions {
  /** Default `sigstore`. */
  readonly audience?: string;
  /** Seconds from now; negative for one that has expired. */
  readonly expiresIn?: number;
  /** Added to, or in place of, what a login gives: a workflow's claims, `email_verified: false`. */
  readonly claims?: JWTPayload;
}

/** The issuer's signing key, and what is done with it. */
export interface IdentityTokens {
  readonly issuer: string;
  /** With the private part: for the provider itself. */
  readonly jwk: JWK;
  /** An ID token as a login gives it: an address with `@` becomes `email`, anything else `sub` only. */
  mint(subject: string, options?: TokenOptions): Promise<string>;
  /** Signs these claims as they are. */
  sign(claims: JWTPayload): Promise<string>;
  /** As Fulcio does: signature, issuer, audience, times, and that an e-mail address was verified. @throws Refusal */
  check(token: string): Promise<JWTPayload>;
}

export function makeIdentityTokens(issuer: string): IdentityTokens {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const sign = (claims: JWTPayload) =>
    new SignJWT(claims).setProtectedHeader({ alg: ALGORITHM, kid: KEY_ID, typ: "JWT" }).sign(privateKey);
  return {
    issuer,
    jwk: { ...privateKey.export({ format: "jwk" }), use: "sig", alg: ALGORITHM, kid: KEY_ID } as JWK,
    sign,
    mint: (subject, options = {}) => sign(claimsFor(issuer, subject, options)),
    check: (token) => check(token, issuer, publicKey),
  };
}

function claimsFor(issuer: string, subject: string, options: TokenOptions): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  const lifetime = options.expiresIn ?? TOKEN_LIFETIME;
  return {
    iss: issuer,
    sub: subject,
    aud: options.audience ?? "sigstore",
    iat: lifetime < 0 ? now + lifetime - TOKEN_LIFETIME : now,
    exp: now + lifetime,
    ...accountClaims(subject),
    ...options.claims,
  };
}

/** What is known of an account by its name alone. */
export function accountClaims(subject: string): { email?: string; email_verified?: boolean } {
  return subject.includes("@") && !subject.includes("://") ? { email: subject, email_verified: true } : {};
}

async function check(token: string, issuer: string, publicKey: KeyObject): Promise<JWTPayload> {
  try {
    // As Fulcio, it knows GitHub too; here, tokens in GitHub's name are signed with the one local key.
    const issuers = [issuer, GITHUB_ACTIONS_ISSUER];
    const { payload } = await jwtVerify(token, publicKey, {
      issuer: issuers,
      audience: "sigstore",
      algorithms: [ALGORITHM],
    });
    if (payload["email"] !== undefined && payload["email_verified"] !== true) throw new Error("email not verified");
    return payload;
  } catch {
    // Fulcio's own words; it does not say which check failed either.
    throw new Refusal(401, "There was an error processing the identity token");
  }
}
