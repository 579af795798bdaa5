import assert from "node:assert/strict";
import { compareRandomChains, noOpenssl } from "../support/openssl-verify.ts";
import { skip } from "../support/results.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";

const CHAINS = 1000;

describe("certificate paths and OpenSSL", function () {
  this.timeout(10 * 60_000);
  const folder = useTemporaryFolder();

  it(`agree on ${CHAINS} random chains with name constraints`, async function () {
    const missing = noOpenssl();
    if (missing !== undefined) skip(this, missing);
    const valid = await compareRandomChains(CHAINS, 1_000_000, folder());
    // A comparison of nothing but rejections would prove little.
    assert.ok(valid > CHAINS / 10 && valid < (CHAINS * 9) / 10, `${valid} of ${CHAINS} were valid`);
  });
});
