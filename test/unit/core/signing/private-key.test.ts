import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { isEncryptedKey, readPrivateKey } from "../../../../src/core/signing/private-key.ts";
import { makeChain } from "../../../support/certificates.ts";
import { failsWith } from "../../../support/errors.ts";
import { makeKeys, privatePem } from "../../../support/keys.ts";

const read = (pem: string, passphrase?: string) => readPrivateKey({ label: "prod.key", pem }, passphrase);

describe("reading a private key", () => {
  for (const kind of ["P-256", "P-384", "P-521"] as const) {
    for (const form of ["pkcs8", "sec1"] as const) {
      const keys = makeKeys(kind);
      it(`reads ${kind} in ${form}`, () => {
        const key = read(privatePem(keys, form));
        assert.equal(key.curve, kind);
        assert.ok(key.publicKey.equals(keys.publicKey));
      });

      it(`reads ${kind} in ${form}, encrypted`, async () => {
        const pem = privatePem(keys, form, "correct horse");
        assert.ok(isEncryptedKey(pem));
        assert.ok(read(pem, "correct horse").publicKey.equals(keys.publicKey));
        const required = await failsWith("KEY_PASSPHRASE_REQUIRED", () => read(pem));
        assert.match(required.message, /prod\.key is encrypted/);
        const wrong = await failsWith("KEY_PASSPHRASE_WRONG", () => read(pem, "wrong horse"));
        assert.match(wrong.message, /passphrase for prod\.key is wrong/);
        assert.ok(!JSON.stringify([wrong.message, wrong.details]).includes("horse"));
        assert.equal(wrong.cause, undefined);
        await failsWith("KEY_PASSPHRASE_WRONG", () => read(pem, ""));
      });
    }
  }

  it("reports any wrong passphrase as such, for any decrypted bytes", async () => {
    const pem = privatePem(makeKeys(), "sec1", "correct horse");
    for (let attempt = 0; attempt < 1000; attempt++) {
      await failsWith("KEY_PASSPHRASE_WRONG", () => read(pem, `wrong ${attempt}`));
    }
  });

  it("needs no passphrase for a key that is not encrypted", () => {
    assert.ok(!isEncryptedKey(makeKeys().privatePem));
    read(makeKeys().privatePem, "superfluous");
  });

  const secp256k1 = generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey;
  const refused = {
    "an RSA key": [makeKeys("RSA").privatePem, "KEY_UNSUPPORTED", /is an RSA key/],
    "an Ed25519 key": [makeKeys("Ed25519").privatePem, "KEY_UNSUPPORTED", /is an Ed25519 key/],
    "another curve": [secp256k1.export({ type: "pkcs8", format: "pem" }).toString(), "KEY_UNSUPPORTED", /secp256k1/],
    "a public key": [makeKeys().publicPem, "KEY_UNREADABLE", /it contains a PUBLIC KEY/],
    "a certificate": [makeChain().leaf.pem, "KEY_UNREADABLE", /it contains a CERTIFICATE/],
    "two keys": [`${makeKeys().privatePem}${makeKeys().privatePem}`, "KEY_UNREADABLE", /contains 2 private keys/],
    text: ["hello", "KEY_UNREADABLE", /no PEM header/],
  } as const;
  for (const [name, [pem, code, message]] of Object.entries(refused)) {
    it(`rejects ${name}`, async () => {
      assert.match((await failsWith(code, () => read(pem))).message, message);
    });
  }
});
