import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { DigestEngine, DigestMode } from "../../../../src/core/hashing/digest-engine.ts";
import { startArguments } from "../../../../src/core/hashing/start-arguments.ts";
import { withDigestEngine } from "../../../../src/core/hashing/with-digest-engine.ts";
import { listFiles } from "../../../support/listed-files.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const HASHER = fileURLToPath(new URL("../../../../src/hasher.ts", import.meta.url));
const MIB = 1024 * 1024;

describe("withDigestEngine", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();

  /** How often a given engine is told to start while files of these sizes are listed. */
  async function starts(sizes: readonly number[], mode: DigestMode): Promise<number> {
    let warmed = 0;
    const engine: DigestEngine = {
      digest: () => assert.fail("nothing is digested here"),
      warm: () => void warmed++,
      dispose: () => assert.fail("it is the caller's"),
    };
    await withDigestEngine({ engine }, mode, async ({ onFile, engineFor }) => {
      for (const size of sizes) onFile(size);
      assert.equal(await engineFor(sizes.map((size) => ({ size }))), engine);
    });
    return warmed;
  }

  it("starts the process once, beside the listing, where there is much to read", async () => {
    assert.equal(await starts(new Array(1000).fill(1), "full"), 1);
    assert.equal(await starts([1, 17 * MIB, 17 * MIB], "full"), 1);
    assert.equal(await starts(new Array(256).fill(1), "full"), 0);
    assert.equal(await starts(new Array(1000).fill(1), "cached"), 0);
  });

  it("gives an engine that was started beside the listing, or one on this thread, with the same digests", async () => {
    writeTree(folder(), { "a.txt": "a", b: "bb" });
    const files = listFiles(folder(), ["a.txt", "b"]);
    for (const listed of [files.length, 1000]) {
      const result = await withDigestEngine({}, "full", async ({ onFile, engineFor }) => {
        for (let at = 0; at < listed; at++) onFile(1);
        const engine = await engineFor(files);
        assert.equal("warm" in engine, listed === 1000);
        return engine.digest({ files, algorithm: "sha256" });
      });
      assert.deepEqual(result.digests, [[sha256("a")], [sha256("bb")]]);
    }
  });

  it("ends the process that it started where the listing fails", async () => {
    const failure = new Error("cannot be listed");
    const failing = withDigestEngine({}, "full", async ({ onFile }) => {
      for (let at = 0; at < 1000; at++) onFile(1);
      throw failure;
    });
    await assert.rejects(failing, failure);
  });
});

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

describe("the hashing process", function () {
  this.timeout(60_000);

  it("ends where its client goes away while it starts", async () => {
    const child = fork(HASHER, startArguments({ threads: 2, priority: "normal" }), { stdio: "ignore" });
    child.disconnect();
    const [status] = await once(child, "exit");
    assert.equal(status, 0);
  });
});
