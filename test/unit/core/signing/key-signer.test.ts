import assert from "node:assert/strict";
import { keyOwner, signerWithKey } from "../../../../src/core/signing/key-signer.ts";
import { readPrivateKey, signParts } from "../../../../src/core/signing/private-key.ts";
import { fileResources, makeStatement } from "../../../support/bundles.ts";
import { failsWith } from "../../../support/errors.ts";
import { makeKeys } from "../../../support/keys.ts";

describe("a signer with a key", () => {
  const key = readPrivateKey({ label: "k", pem: makeKeys().privatePem }, undefined);
  const other = readPrivateKey({ label: "other", pem: makeKeys().privatePem }, undefined);
  const payload = Buffer.from(JSON.stringify(makeStatement(fileResources({ a: "1" }))));
  const sign = (by: Parameters<typeof signerWithKey>[3]) =>
    signerWithKey(key, "k", keyOwner(key, "k"), by).sign(payload, undefined);

  it("returns a bundle that verifies with its public key", async () => {
    const { signer } = await sign(async (parts) => signParts(key, parts));
    assert.equal(signer.method, "key");
  });

  it("fails if the signature is by another key, over something else, or damaged", async () => {
    await failsWith("SIGNATURE_SELF_CHECK", () => sign(async (parts) => signParts(other, parts)));
    await failsWith("SIGNATURE_SELF_CHECK", () => sign(async (parts) => signParts(key, parts.slice(1))));
    await failsWith("SIGNATURE_SELF_CHECK", () => sign(async () => Buffer.from("damaged")));
  });
});
