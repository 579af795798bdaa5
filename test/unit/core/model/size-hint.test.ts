import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { sizeHint } from "../../../../src/core/model/size-hint.ts";
import { failsWith } from "../../../support/errors.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

describe("the size of a model, about", () => {
  const folder = useTemporaryFolder();

  it("is that of all its files, without what no model has", async () => {
    writeTree(folder(), { "a/x": "12345", "a/b/c/y": "123", "a/.git/big": "1".repeat(1000) });
    assert.equal(await sizeHint(join(folder(), "a")), 8);
    assert.equal(await sizeHint(join(folder(), "a", "x")), 5);
  });

  it("counts what links lead to, as in a Hugging Face cache, and nothing where they lead nowhere", async function () {
    if (process.platform === "win32") this.skip();
    writeTree(folder(), { "blobs/1": "1234567", "s/": "" });
    symlinkSync("../blobs/1", join(folder(), "s", "weights"));
    symlinkSync("../blobs/2", join(folder(), "s", "broken"));
    symlinkSync("..", join(folder(), "s", "round"));
    assert.equal(await sizeHint(join(folder(), "s")), 7);
  });

  it("is nothing for what is not there, and can be cancelled", async () => {
    assert.equal(await sizeHint(join(folder(), "missing")), 0);
    await failsWith("CANCELLED", () => sizeHint(folder(), AbortSignal.abort()));
  });
});
