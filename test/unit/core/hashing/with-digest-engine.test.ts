import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { DigestEngine, DigestMode } from "../../../../src/core/hashing/digest-engine.ts";
import { startArguments } from "../../../../src/core/hashing/start-arguments.ts";
import { withDigestEngine } from "../../../../src/core/hashing/with-digest-engine.ts";
import { failsWith } from "../../../support/errors.ts";
import { listFiles } from "../../../support/listed-files.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const HASHER = fileURLToPath(new URL("../../../../src/hasher.ts", import.meta.url));
const MIB = 1024 * 1024;

describe("withDigestEngine", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();

  /** What a given engine is asked for where files of these sizes are listed. */
  async function asked(sizes: readonly number[], mode: DigestMode, pauseAt = -1): Promise<string[]> {
    const files = sizes.map((size, at) => ({ name: `${at}`, path: `/model/${at}`, size, state: `${size} 1 1 1 1` }));
    const result = { digests: [], bytesRead: 0, bytesFromCache: 0 };
    const calls: string[] = [];
    const engine: DigestEngine = {
      digest: async (request) => {
        calls.push(`digest ${request.mode} ${request.files.length}`);
        return result;
      },
      begin: (request) => {
        let added = request.files.length;
        calls.push(`begin ${added}`);
        return {
          add: () => void added++,
          finish: async (wanted) => {
            calls.push(`finish ${added} ${wanted.length}`);
            return result;
          },
          cancel: () => void calls.push("cancel"),
        };
      },
      dispose: () => assert.fail("it is the caller's"),
    };
    const request = { algorithm: "sha256", mode, root: "/model" } as const;
    await withDigestEngine({ engine }, request, async (digester) => {
      for (const [at, file] of files.entries()) {
        digester.onFile(file);
        if (at === pauseAt) await pause(1);
      }
      assert.equal(await digester.digest(files), result);
    });
    return calls;
  }

  it("reads beside the listing where there is much to read, every file that was told", async () => {
    const many = new Array(1000).fill(1);
    assert.deepEqual(await asked(many, "full", 599), ["begin 600", "finish 1000 1000", "cancel"]);
    assert.deepEqual(await asked([17 * MIB, 17 * MIB, 1], "full", 1), ["begin 2", "finish 3 3", "cancel"]);
    assert.deepEqual(await asked(many, "full", 200), ["digest full 1000"], "listed before anything could begin");
    assert.deepEqual(await asked(new Array(256).fill(1), "full", 200), ["digest full 256"]);
    assert.deepEqual(await asked(many, "cached", 599), ["digest cached 1000"]);
    assert.deepEqual(await asked(many, "verify-cache", 599), ["digest verify-cache 1000"]);
  });

  it("has the same digests from a process that was started beside the listing, and on this thread", async () => {
    const many = Array.from({ length: 600 }, (_, at) => `many/${at}`);
    const contents = { "a.txt": "a", b: "bb", ...Object.fromEntries(many.map((name) => [name, name])) };
    writeTree(folder(), contents);
    for (const names of [["a.txt", "b"], Object.keys(contents)]) {
      const files = listFiles(folder(), names);
      const expected = Object.entries(contents)
        .slice(0, names.length)
        .map(([, text]) => [sha256(text)]);
      for (const told of [true, false]) {
        const result = await withDigestEngine({}, { algorithm: "sha256" }, async (digester) => {
          for (const file of told ? files : []) {
            digester.onFile(file);
            // The code of the process is loaded meanwhile.
            if (file.name.endsWith("00")) await pause(1);
          }
          return digester.digest(files);
        });
        assert.deepEqual(result.digests, expected);
      }
    }
  });

  it("ends what it began where the listing fails", async () => {
    const failure = new Error("cannot be listed");
    for (const waits of [true, false]) {
      writeTree(folder(), { a: "a" });
      const [file] = listFiles(folder(), ["a"]);
      assert.ok(file);
      const failing = withDigestEngine({}, { algorithm: "sha256" }, async ({ onFile }) => {
        for (let at = 0; at < 1000; at++) onFile({ ...file, name: `${at}` });
        if (waits) await pause(500);
        throw failure;
      });
      await assert.rejects(failing, failure);
    }
  });

  it("begins nothing once the listing has failed", async () => {
    let begun = false;
    const engine: DigestEngine = {
      digest: () => assert.fail("nothing is asked for"),
      begin: () => {
        begun = true;
        return assert.fail("the caller is gone");
      },
      dispose: () => assert.fail("it is the caller's"),
    };
    const failure = new Error("cannot be listed");
    const failing = withDigestEngine({ engine }, { algorithm: "sha256" }, async ({ onFile }) => {
      onFile({ name: "a", path: "/a", size: 17 * MIB, state: "1 1 1 1 1" });
      throw failure;
    });
    await assert.rejects(failing, failure);
    await pause(10);
    assert.equal(begun, false);
  });

  it("tells a size of shards that cannot be, whether there is much to read or little", async () => {
    for (const count of [1, 1000]) {
      const files = Array.from({ length: count }, (_, at) => ({
        name: `${at}`,
        path: "/a",
        size: 1,
        state: "1 1 1 1 1",
      }));
      await failsWith("USAGE", () =>
        withDigestEngine({}, { algorithm: "sha256", shardSize: 0.5 }, async (digester) => {
          for (const file of files) digester.onFile(file);
          return digester.digest(files);
        }),
      );
    }
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
