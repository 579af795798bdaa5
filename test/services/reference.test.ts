import assert from "node:assert/strict";
import type { RekorVersion } from "../support/sigstore/trust-config.ts";
import { writeTree } from "../support/temporary-folder.ts";
import { ALICE, BOB } from "./dex.ts";
import { servicesSession } from "./session.ts";
import { ACCEPTED, type Opinions, OTHER_MODEL, opinions, REJECTED, readBundle } from "./verifiers.ts";

describe("the reference implementation signs at the services of Sigstore", function () {
  this.timeout(120_000);
  const session = servicesSession({ reference: true });
  const { folder } = session;

  const all = (rekor: RekorVersion, identity = ALICE): Promise<Opinions> =>
    opinions(folder(), session.sigstore, rekor, identity, session);

  for (const rekor of [1, 2] as const) {
    it(`with Rekor v${rekor}: we accept what it signs, for that identity only, until a file changes`, async () => {
      const config = ["--trust_config", session.sigstore.trustConfigs[rekor]];
      const token = ["--identity_token", await session.sigstore.issuer.token(ALICE)];
      const args = ["sign", "sigstore", "model", "--signature", "model/model.sig", ...config, ...token];
      const signed = session.reference.cli(args, folder());
      assert.ok(signed.ok, signed.text.slice(-2000));
      assert.equal(readBundle(folder()).verificationMaterial.tlogEntries.length, 1);
      assert.deepEqual(await all(rekor), ACCEPTED);
      assert.deepEqual(await all(rekor, BOB), REJECTED);
      writeTree(folder(), { "model/weights.bin": "others" });
      assert.deepEqual(await all(rekor), OTHER_MODEL);
    });
  }
});
