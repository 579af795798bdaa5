import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { sign } from "../../src/core/operations/sign/sign.ts";
import { verify } from "../../src/core/operations/verify/verify.ts";
import { readTrustConfigFile } from "../../src/core/verification/trust-root-files.ts";
import { skip } from "../support/results.ts";
import { type LocalSigstore, startLocalSigstore } from "../support/sigstore/local-sigstore.ts";
import type { RekorVersion } from "../support/sigstore/trust-config.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";
import { ensureReference, type Reference, type ReferenceResult } from "./reference.ts";

const ALICE = "alice@example.com";

describe("the reference implementation and keyless signatures", function () {
  this.timeout(60_000); // each run of it takes a second or two
  const folder = useTemporaryFolder();
  let sigstore: LocalSigstore;
  let reference: Reference;

  before(async function () {
    this.timeout(300_000); // the first run installs it
    const found = ensureReference();
    if ("missing" in found) return skip(this, found.missing);
    reference = found;
  });
  after(() => reference?.library.stop());
  beforeEach(async () => {
    writeTree(folder(), { "model/weights.bin": "weights", "model/tokenizer/vocab.json": "{}" });
    sigstore = await startLocalSigstore();
  });
  afterEach(() => sigstore.stop());

  async function signHere(rekor: RekorVersion): Promise<void> {
    const model = join(folder(), "model");
    const signature = join(model, "model.sig");
    // As in every second signing: the old signature is not part of the model.
    rmSync(signature, { force: true });
    const root = await readTrustConfigFile(sigstore.trustConfigs[rekor].path);
    await sign({ model, signature, identity: { method: "sigstore", root, token: await sigstore.token(ALICE) } });
  }

  function verifyThere(rekor: RekorVersion, identity = ALICE): ReferenceResult {
    const expected = ["--identity", identity, "--identity_provider", sigstore.issuer];
    const config = ["--trust_config", sigstore.trustConfigs[rekor].path];
    const args = ["verify", "sigstore", "model", "--signature", "model/model.sig", ...config, ...expected];
    return reference.cli(args, folder());
  }

  for (const rekor of [1, 2] as const) {
    it(`accepts what we sign with Rekor v${rekor}, from the first entry of a log on`, async () => {
      for (let entry = 0; entry < 3; entry++) {
        await signHere(rekor);
        const { ok, text } = verifyThere(rekor);
        assert.ok(ok, text.slice(0, 2000));
      }
      assert.ok(!verifyThere(rekor, "mallory@example.com").ok, "the reference accepted another identity");
      writeTree(folder(), { "model/weights.bin": "others" });
      assert.match(verifyThere(rekor).text, /Hash mismatch for 'weights.bin'/);
    });
  }

  // With Rekor v2 it does so in test/services: the local timestamp authority takes only the requests of sigstore-js.
  it("signs with Rekor v1 what we accept, and both reject it when it is tampered with", async () => {
    const rekor = 1;
    const [model, signature] = [join(folder(), "model"), join(folder(), "model", "model.sig")];
    const trustConfig = sigstore.trustConfigs[rekor].path;
    const files = {
      model: "model",
      signature: "model/model.sig",
      cwd: folder(),
      hashing: { algorithm: "sha256" },
    } as const;
    const token = await sigstore.token(ALICE);
    const method = { kind: "sigstore", token, trustConfig } as const;
    const signed = await reference.library.call({ action: "sign", ...files, method });
    assert.ok(signed.ok, signed.text.slice(0, 2000));
    const root = await readTrustConfigFile(trustConfig);
    const verified = async (identity = ALICE): Promise<string> => {
      const trust = { sigstore: { root, identities: [{ identity, issuer: sigstore.issuer }] } };
      return (await verify({ model, signature, trust })).state;
    };
    assert.equal(await verified(), "verified");
    assert.equal(await verified("mallory@example.com"), "untrusted");
    writeTree(folder(), { "model/weights.bin": "others" });
    assert.equal(await verified(), "modified");
    assert.ok(!verifyThere(rekor).ok, "the reference accepts it");
  });
});
