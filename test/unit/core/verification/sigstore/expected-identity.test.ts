import assert from "node:assert/strict";
import {
  identityRejection,
  identityTypeOf,
  isExpected,
} from "../../../../../src/core/verification/sigstore/expected-identity.ts";

const ISSUER = "https://accounts.example";
const ALICE = { identity: "alice@example.com", identityType: "email", issuer: ISSUER } as const;

describe("the identity expected of a keyless signer", () => {
  const types: readonly (readonly [string, string])[] = [
    ["alice@example.com", "email"],
    ["https://github.com/acme/models/.github/workflows/release.yml@refs/tags/v1", "uri"],
    ["spiffe://example.com/build", "uri"],
    ["urn:example:1", "uri"],
    ["mailto:alice@example.com", "uri"],
    ["alice!example.com", "other"],
    ["a b@example.com", "other"],
    ["alice@bob@example.com", "other"],
    ["", "other"],
  ];
  for (const [identity, type] of types) {
    it(`has for "${identity}" the type ${type}`, () => assert.equal(identityTypeOf(identity), type));
  }

  it("is compared with the type of the subject", () => {
    assert.ok(isExpected(ALICE, ALICE));
    assert.ok(!isExpected({ ...ALICE, identityType: "other" }, { identity: ALICE.identity, issuer: ISSUER }));
    assert.ok(!isExpected({ ...ALICE, identityType: "uri" }, { identity: ALICE.identity, issuer: ISSUER }));
    const user = { identity: "alice!example.com", identityType: "other", issuer: ISSUER } as const;
    assert.ok(isExpected(user, { identity: user.identity, issuer: ISSUER }));
    assert.ok(!isExpected(user, { identity: user.identity, issuer: ISSUER, type: "email" }));
  });

  const differing: readonly (readonly [string, string, string])[] = [
    ["a space", "alice@example.com ", ISSUER],
    ["another Unicode form", "ali\u0301ce@example.com".normalize("NFC"), ISSUER],
    ["a dot for any character", "alice@example.com".replace(".", "x"), ISSUER],
    ["anchors", "^alice@example\\.com$", ISSUER],
    ["the issuer's host only", "alice@example.com", "accounts.example"],
    ["the issuer's case", "alice@example.com", "HTTPS://accounts.example"],
  ];
  for (const [what, identity, issuer] of differing) {
    it(`does not match with ${what}`, () => assert.ok(!isExpected(ALICE, { identity, issuer, type: "email" })));
  }

  it("has a message with identity and issuer, as they are and as they are expected", () => {
    const say = (...expected: { identity: string; issuer: string }[]) =>
      identityRejection(ALICE, expected, "model.sig")?.message ?? "";
    assert.match(say(), /signed by alice@example\.com.*Name the identity/);
    assert.match(
      say({ identity: ALICE.identity, issuer: "https://other.example" }),
      /and not by alice@example\.com \(https:\/\/other\.example\)/,
    );
    assert.match(say({ identity: "bob@example.com", issuer: ISSUER }), /and not by bob@example\.com/);
    assert.match(say({ identity: "b@c.d", issuer: ISSUER }, { identity: "e@f.g", issuer: ISSUER }), /any of the 2/);
    assert.equal(say(ALICE), "");
    const CASE = /differ only in upper and lower case/;
    assert.match(say({ identity: "Alice@Example.com", issuer: ISSUER }), CASE);
    assert.doesNotMatch(say({ identity: "Alice@Example.com", issuer: "https://other.example" }), CASE);
    assert.doesNotMatch(say({ identity: "bob@example.com", issuer: ISSUER }), CASE);
  });

  it("is in the message only if it was expected of this model, not if it is one of the trusted signers", () => {
    const bob = { identity: "bob@example.org", issuer: ISSUER };
    for (const trusted of [[], [bob], [bob, { ...bob, identity: "carol@example.org" }]]) {
      const rejection = identityRejection(ALICE, trusted, "model.sig", true);
      assert.equal(
        rejection?.message,
        "model.sig was signed by alice@example.com (https://accounts.example), whom you have not accepted.",
      );
    }
    assert.equal(identityRejection(ALICE, [bob, ALICE], "model.sig", true), undefined);
  });
});
