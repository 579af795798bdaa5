import assert from "node:assert/strict";
import { createPublicKey as createKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import {
  failedSelfCheck,
  type LibraryCrypto,
  verifyNamingDigest,
} from "../../../../../src/core/verification/sigstore/libraries.ts";

const DATA = Buffer.from("data");

function ec(namedCurve: string): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve });
}

describe("signatures without a named digest", () => {
  const fitting: readonly (readonly [string, { publicKey: KeyObject; privateKey: KeyObject }, string | undefined])[] = [
    ["P-256 with SHA-256", ec("P-256"), "sha256"],
    ["P-384 with SHA-384", ec("P-384"), "sha384"],
    ["P-384 with SHA-256, as OpenSSL has it", ec("P-384"), "sha256"],
    ["P-521 with SHA-512", ec("P-521"), "sha512"],
    ["RSA with SHA-256", generateKeyPairSync("rsa", { modulusLength: 2048 }), "sha256"],
    ["RSA with SHA-512", generateKeyPairSync("rsa", { modulusLength: 2048 }), "sha512"],
    ["Ed25519", generateKeyPairSync("ed25519"), undefined],
  ];
  for (const [what, { publicKey, privateKey }, digest] of fitting) {
    it(`verify: ${what}`, () => {
      const signature = sign(digest, DATA, privateKey);
      assert.ok(verifyNamingDigest(DATA, publicKey, signature));
      assert.ok(!verifyNamingDigest(Buffer.from("date"), publicKey, signature));
      assert.ok(!verifyNamingDigest(DATA, publicKey, signature.subarray(1)));
    });
  }

  it("do not verify with a weak digest", () => {
    for (const { publicKey, privateKey } of [ec("P-256"), generateKeyPairSync("rsa", { modulusLength: 2048 })]) {
      assert.ok(!verifyNamingDigest(DATA, publicKey, sign("sha1", DATA, privateKey)));
    }
  });

  it("are verified with the digest that is named, and no other", () => {
    const { publicKey, privateKey } = ec("P-256");
    const signature = sign("sha256", DATA, privateKey);
    assert.ok(verifyNamingDigest(DATA, publicKey, signature, "sha256"));
    assert.ok(!verifyNamingDigest(DATA, publicKey, signature, "sha384"));
    assert.ok(!verifyNamingDigest(DATA, publicKey, signature, "no such digest"));
  });
});

describe("the self-check of the platform's cryptography", () => {
  const createPublicKey = (der: Buffer) => createKey({ key: der, format: "der", type: "spki" });
  const crypto: LibraryCrypto = { createPublicKey, verify: verifyNamingDigest };

  it("passes here", () => assert.equal(failedSelfCheck(crypto), undefined));

  const broken: readonly (readonly [string, Partial<LibraryCrypto>, string])[] = [
    ["refuses everything", { verify: () => false }, "P-256"],
    ["accepts everything", { verify: () => true }, "P-256"],
    ["throws", { verify: () => assert.fail("no digest") }, "P-256"],
    [
      "knows no Ed25519",
      {
        verify: (data, key, signature) =>
          key.asymmetricKeyType !== "ed25519" && verifyNamingDigest(data, key, signature),
      },
      "Ed25519",
    ],
    [
      "reads no RSA keys",
      { createPublicKey: (der) => (der.length > 200 ? assert.fail("unknown") : createPublicKey(der)) },
      "RSA",
    ],
  ];
  for (const [what, part, kind] of broken) {
    it(`fails if the platform ${what}`, () => assert.equal(failedSelfCheck({ ...crypto, ...part }), kind));
  }
});
