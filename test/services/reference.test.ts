import assert from "node:assert/strict";
import { ensureReference, type Reference } from "../interop/reference.ts";
import { skip } from "../support/results.ts";
import type { RekorVersion } from "../support/sigstore/trust-config.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";
import { BuiltProgram } from "./built-program.ts";
import { ALICE, BOB } from "./dex.ts";
import { FIRST_START, type RealSigstore, startServices } from "./services.ts";
import { ACCEPTED, type Opinions, OTHER_MODEL, opinions, REJECTED, readBundle } from "./verifiers.ts";

describe("the reference implementation signs at the services of Sigstore", function () {
  this.timeout(120_000);
  const folder = useTemporaryFolder();
  let sigstore: RealSigstore;
  let reference: Reference;
  let program: BuiltProgram;

  before(async function () {
    this.timeout(FIRST_START);
    const found = ensureReference();
    if ("missing" in found) return skip(this, found.missing);
    reference = found;
    sigstore = await startServices(this);
  });
  after(async () => {
    reference?.library.stop();
    await sigstore?.stop();
  });
  beforeEach(() => {
    program = new BuiltProgram(folder());
    writeTree(folder(), { "model/weights.bin": "weights", "model/tokenizer/vocab.json": "{}" });
  });

  const all = (rekor: RekorVersion, identity = ALICE): Promise<Opinions> =>
    opinions(folder(), sigstore, rekor, identity, { program, reference });

  for (const rekor of [1, 2] as const) {
    it(`with Rekor v${rekor}: we accept what it signs, for that identity only, until a file changes`, async () => {
      const config = ["--trust_config", sigstore.trustConfigs[rekor]];
      const token = ["--identity_token", await sigstore.issuer.token(ALICE)];
      const args = ["sign", "sigstore", "model", "--signature", "model/model.sig", ...config, ...token];
      const signed = reference.cli(args, folder());
      assert.ok(signed.ok, signed.text.slice(-2000));
      assert.equal(readBundle(folder()).verificationMaterial.tlogEntries.length, 1);
      assert.deepEqual(await all(rekor), ACCEPTED);
      assert.deepEqual(await all(rekor, BOB), REJECTED);
      writeTree(folder(), { "model/weights.bin": "others" });
      assert.deepEqual(await all(rekor), OTHER_MODEL);
    });
  }
});
