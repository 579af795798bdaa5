import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { lookUpHubModel } from "../../../../src/core/origin/hub-lookup.ts";
import { hubCacheFolder } from "../../../../src/platform/hub-cache-folder.ts";
import { COMMITS } from "../../../support/downloads/hub-files.ts";
import { buildDownload } from "../../../support/downloads/kept-downloads.ts";
import { useTemporaryFolder } from "../../../support/temporary-folder.ts";

describe("the cached snapshot of a model that code names", () => {
  const folder = useTemporaryFolder();
  const lookUp = (revision?: string, repository = "acme/tiny") =>
    lookUpHubModel({ cache: folder(), repository, revision });

  beforeEach(() => buildDownload(folder(), "cache-two-revisions"));

  it("is that of main, of a branch, or of a commit", async () => {
    const main = await lookUp();
    assert.equal(main?.commit, COMMITS.first);
    assert.equal(main?.signed, false);
    assert.equal(main?.origin.origin?.files.unchecked?.length, 5);
    assert.equal((await lookUp(COMMITS.second))?.commit, COMMITS.second);
  });

  it("does not exist if it was not downloaded, or the name is none of the Hub", async () => {
    assert.equal(await lookUp("dev"), undefined);
    assert.equal(await lookUp("0".repeat(40)), undefined);
    assert.equal(await lookUp(undefined, "acme/other"), undefined);
    for (const name of ["..", "../x", "a/b/c", "a\0b/c"]) assert.equal(await lookUp(undefined, name), undefined, name);
    for (const name of ["../../x", "..", "/etc"]) assert.equal(await lookUp(name), undefined, name);
    writeFileSync(join(folder(), "models--acme--tiny/refs/main"), "not a commit");
    assert.equal(await lookUp(), undefined);
  });

  it("is searched where the client stores it", () => {
    const at = (env: Record<string, string>) => hubCacheFolder(env, join("/", "home"));
    assert.equal(at({}), join("/", "home", ".cache", "huggingface", "hub"));
    assert.equal(at({ XDG_CACHE_HOME: join("/", "x") }), join("/", "x", "huggingface", "hub"));
    assert.equal(at({ HF_HOME: join("/", "hf"), XDG_CACHE_HOME: "/x" }), join("/", "hf", "hub"));
    assert.equal(at({ HF_HUB_CACHE: "~/hub", HF_HOME: "/hf" }), `${join("/", "home")}/hub`);
  });
});
