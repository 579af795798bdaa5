import assert from "node:assert/strict";
import { appendFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HashPool } from "../../../src/core/hashing/hash-pool.ts";
import type { FileHasher } from "../../../src/core/hashing/with-hash-pool.ts";
import { sign } from "../../../src/core/operations/sign/sign.ts";
import { verify } from "../../../src/core/operations/verify/verify.ts";
import { failsWith } from "../../support/errors.ts";
import { makeKeys } from "../../support/keys.ts";
import { skip } from "../../support/results.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

const keys = makeKeys();
const identity = { method: "key", privateKey: { label: "prod.key", pem: keys.privatePem } } as const;
const trust = { keys: [{ label: "prod.pub", pem: keys.publicPem }] };
/** More than are read on the calling thread. */
const FILES = Object.fromEntries(Array.from({ length: 1300 }, (_, at) => [`part-${at % 13}/${at}.txt`, `text ${at}`]));

describe("a model of many files", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const model = () => join(folder(), "llama");
  const signature = () => join(model(), "model.sig");
  const inner = new HashPool();
  /** Names of the files that the pool was given. */
  let given: string[] = [];
  const pool: FileHasher = {
    digest: (request, options) => {
      given.push(...request.files.map(({ name }) => name));
      return inner.digest(request, options);
    },
    expect: (files) => inner.expect(files),
  };
  beforeEach(() => {
    given = [];
    writeTree(model(), FILES);
  });
  after(() => inner.dispose());
  const verifyIt = () => verify({ model: model(), signature: signature(), trust, pool });

  it("is signed and verified, and each change is reported with its name", async () => {
    const { coverage } = await sign({ model: model(), signature: signature(), identity, pool });
    assert.equal(coverage.files, 1300);
    assert.equal((await verifyIt()).state, "verified");
    appendFileSync(join(model(), "part-3/16.txt"), "!");
    writeFileSync(join(model(), "part-0/0.txt"), "next 0");
    renameSync(join(model(), "part-12/12.txt"), join(model(), "part-12/new.txt"));
    const { state, comparison } = await verifyIt();
    assert.equal(state, "modified");
    assert.deepEqual(
      comparison?.changed.map(({ name }) => name),
      ["part-0/0.txt", "part-3/16.txt"],
    );
    assert.deepEqual(comparison?.missing, [{ name: "part-12/12.txt", ignored: false }]);
    assert.deepEqual(comparison?.added, [{ name: "part-12/new.txt" }]);
  });

  it("is not read if it is unsigned", async () => {
    await sign({ model: model(), signature: signature(), identity, pool });
    given = [];
    writeTree(model(), { "added.bin": "x", "part-5/added.bin": "y" });
    assert.equal((await verifyIt()).state, "modified");
    assert.deepEqual(given.toSorted(), Object.keys(FILES).toSorted());
  });

  it("that cannot be signed is reported, and signed after it was fixed", async function () {
    if (process.platform === "win32") skip(this, "links need rights that not everybody has on Windows");
    symlinkSync("part-1", join(model(), "z"));
    await failsWith("MODEL_SYMLINK", () => sign({ model: model(), signature: signature(), identity, pool }));
    rmSync(join(model(), "z"));
    await sign({ model: model(), signature: signature(), identity, pool });
  });
});
