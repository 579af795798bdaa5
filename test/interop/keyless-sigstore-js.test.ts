import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Bundle, type VerifyOptions, verify } from "sigstore";
import { sign } from "../../src/core/operations/sign/sign.ts";
import { readTrustConfigFile } from "../../src/core/verification/trust-root-files.ts";
import { type LocalSigstore, startLocalSigstore } from "../support/sigstore/local-sigstore.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";

describe("sigstore-js, with a TUF repository of its own to trust", () => {
  const folder = useTemporaryFolder();
  let sigstore: LocalSigstore;

  beforeEach(async () => {
    writeTree(folder(), { "model/weights.bin": "weights", "model/tokenizer/vocab.json": "{}" });
    sigstore = await startLocalSigstore();
  });
  afterEach(() => sigstore.stop());

  async function signed(rekor: 1 | 2, token: string): Promise<Bundle> {
    const model = join(folder(), "model");
    const signature = join(model, "model.sig");
    const root = await readTrustConfigFile(sigstore.trustConfigs[rekor].path);
    await sign({ model, signature, identity: { method: "sigstore", root, token } });
    return JSON.parse(readFileSync(signature, "utf8"));
  }

  /** `certificateIdentityEmail` is an unanchored regular expression, so the signer that it finds is compared as well. */
  async function verifyThere(bundle: Bundle, expected: Partial<VerifyOptions>): Promise<string | undefined> {
    const { identity } = await verify(bundle, {
      tufMirrorURL: sigstore.urls.tuf,
      tufRootPath: sigstore.tufRootPath,
      tufCachePath: join(folder(), "tuf"),
      certificateIssuer: sigstore.issuer,
      ...expected,
    });
    return identity?.subjectAlternativeName;
  }

  for (const rekor of [1, 2] as const) {
    it(`accepts what we sign with Rekor v${rekor}, and rejects it for another signer or with another statement`, async () => {
      const bundle = await signed(rekor, await sigstore.token("alice@example.com"));
      const signer = await verifyThere(bundle, { certificateIdentityEmail: "^alice@example[.]com$" });
      assert.equal(signer, "alice@example.com");
      await assert.rejects(verifyThere(bundle, { certificateIdentityEmail: "^mallory@example[.]com$" }), /identity/);
      const { dsseEnvelope } = bundle;
      assert.ok(dsseEnvelope);
      const payload = Buffer.from(dsseEnvelope.payload, "base64").toString().replace("vocab.json", "vocab.jsom");
      const tampered = { ...dsseEnvelope, payload: Buffer.from(payload).toString("base64") };
      await assert.rejects(verifyThere({ ...bundle, dsseEnvelope: tampered }, {}), { name: "VerificationError" });
    });
  }
});
