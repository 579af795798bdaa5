import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { measure } from "../../../../src/core/model/measure.ts";
import { failsWith } from "../../../support/errors.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

describe("measure", () => {
  const bytes = async (path: string) => (await measure(path))?.bytes;
  const folder = useTemporaryFolder();

  it("adds up all files", async () => {
    writeTree(folder(), { "a/x": "12345", "a/b/c/y": "123", "a/.git/big": "1".repeat(1000) });
    assert.equal(await bytes(join(folder(), "a")), 1008);
    assert.equal(await bytes(join(folder(), "a", "x")), 5);
  });

  it("counts the targets of symlinks, as in a Hugging Face cache, and nothing for broken ones", async function () {
    if (process.platform === "win32") this.skip();
    writeTree(folder(), { "blobs/1": "1234567", "s/": "" });
    symlinkSync("../blobs/1", join(folder(), "s", "weights"));
    symlinkSync("../blobs/2", join(folder(), "s", "broken"));
    symlinkSync("..", join(folder(), "s", "round"));
    assert.equal(await bytes(join(folder(), "s")), 7);
  });

  it("is undefined if nothing can be read, and can be cancelled", async () => {
    assert.equal(await measure(join(folder(), "missing")), undefined);
    await failsWith("CANCELLED", () => measure(folder(), AbortSignal.abort()));
  });

  it("counts a limited number of entries, and reports that there are more", async () => {
    writeTree(folder(), Object.fromEntries(Array.from({ length: 20_001 }, (_, index) => [`many/${index}`, "1"])));
    assert.deepEqual(await measure(join(folder(), "many")), { bytes: 20_000, atLeast: true });
  });
});
