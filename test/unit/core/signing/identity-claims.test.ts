import assert from "node:assert/strict";
import type { ErrorCode } from "../../../../src/core/errors.ts";
import { isForBearer, readIdentityToken } from "../../../../src/core/signing/identity-claims.ts";
import { failsWith } from "../../../support/errors.ts";

const NOW = Date.UTC(2026, 10, 23);
const SECONDS = NOW / 1000;
const ISSUER = "https://issuer.example";
const LOGIN = { iss: ISSUER, exp: SECONDS + 60, iat: SECONDS, email: "alice@example.com", email_verified: true };

function jwt(payload: unknown): string {
  return `${Buffer.from("{}").toString("base64url")}.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.c2ln`;
}

describe("the identity of a token", () => {
  it("is an e-mail address if it is verified", () => {
    const expected = { subject: LOGIN.email, email: LOGIN.email, issuers: [ISSUER] };
    assert.deepEqual(readIdentityToken(jwt(LOGIN), NOW), expected);
    assert.deepEqual(readIdentityToken(`${jwt({ ...LOGIN, email_verified: "true" })}\n`, NOW), expected);
  });

  it("is a subject if there is no address", () => {
    const ci = { iss: ISSUER, exp: SECONDS + 1, sub: "repo:acme/models" };
    assert.deepEqual(readIdentityToken(jwt(ci), NOW), { subject: "repo:acme/models", issuers: [ISSUER] });
  });

  it("may name the identity provider behind the issuer", () => {
    const claims = readIdentityToken(
      jwt({ ...LOGIN, federated_claims: { connector_id: "https://github.com/login/oauth" } }),
      NOW,
    );
    assert.deepEqual(claims.issuers, [ISSUER, "https://github.com/login/oauth"]);
  });

  const refused: readonly (readonly [string, string, ErrorCode])[] = [
    ["nothing", "", "TOKEN_MALFORMED"],
    ["two parts", "a.b", "TOKEN_MALFORMED"],
    ["four parts", `${jwt(LOGIN)}.x`, "TOKEN_MALFORMED"],
    ["no JSON", "a.b.c", "TOKEN_MALFORMED"],
    ["no object", jwt([]), "TOKEN_MALFORMED"],
    ["no expiry", jwt({ ...LOGIN, exp: undefined }), "TOKEN_MALFORMED"],
    ["no issuer", jwt({ ...LOGIN, iss: undefined }), "TOKEN_MALFORMED"],
    ["an expiry now", jwt({ ...LOGIN, exp: SECONDS }), "TOKEN_EXPIRED"],
    ["a beginning to come", jwt({ ...LOGIN, nbf: SECONDS + 61 }), "TOKEN_EXPIRED"],
    ["a future", jwt({ ...LOGIN, iat: SECONDS + 3600, exp: SECONDS + 7200 }), "TOKEN_EXPIRED"],
    ["an unverified address", jwt({ ...LOGIN, email_verified: false }), "TOKEN_EMAIL_UNVERIFIED"],
    ["an address of which nothing is said", jwt({ ...LOGIN, email_verified: undefined }), "TOKEN_EMAIL_UNVERIFIED"],
    ["the text false", jwt({ ...LOGIN, email_verified: "false" }), "TOKEN_EMAIL_UNVERIFIED"],
    ["no identity", jwt({ ...LOGIN, email: undefined }), "TOKEN_NO_IDENTITY"],
    ["an empty name", jwt({ ...LOGIN, email: "", sub: "" }), "TOKEN_NO_IDENTITY"],
  ];
  for (const [what, token, code] of refused) {
    it(`is rejected with ${what}, and not quoted`, async () => {
      const error = await failsWith(code, () => readIdentityToken(token, NOW));
      assert.equal(error.kind, "usage");
      for (const part of token.split(".")) assert.ok(part.length < 4 || !JSON.stringify(error).includes(part));
      assert.equal(error.cause, undefined);
    });
  }

  it("allows the issuer's clock to be a minute ahead", () => {
    assert.equal(readIdentityToken(jwt({ ...LOGIN, iat: SECONDS + 59 }), NOW).subject, LOGIN.email);
  });

  it("determines which certificate is accepted", () => {
    const login = {
      subject: "alice@example.com",
      email: "alice@example.com",
      issuers: [ISSUER, "https://hub.example"],
    };
    const certificate = { identity: "alice@example.com", identityType: "email", issuer: ISSUER } as const;
    assert.ok(isForBearer(certificate, login));
    assert.ok(isForBearer({ ...certificate, issuer: "https://hub.example" }, login));
    assert.ok(!isForBearer({ ...certificate, issuer: "https://other.example" }, login));
    assert.ok(!isForBearer({ ...certificate, identity: "Alice@example.com" }, login));
    assert.ok(!isForBearer({ ...certificate, identityType: "other" }, login));
    const job = { subject: "repo:acme/models", issuers: [ISSUER] };
    assert.ok(isForBearer({ identity: "https://ci.example/x", identityType: "uri", issuer: ISSUER }, job));
    assert.ok(
      !isForBearer({ identity: "https://ci.example/x", identityType: "uri", issuer: "https://x.example" }, job),
    );
    assert.ok(!isForBearer(certificate, job));
  });
});
