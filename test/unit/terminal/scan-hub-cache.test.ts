import assert from "node:assert/strict";
import { copyFileSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { COMMITS } from "../../support/downloads/hub-files.ts";
import { buildDownload } from "../../support/downloads/kept-downloads.ts";
import { KEY, useGatedFolder } from "../../support/gated-folder.ts";
import { writeTree } from "../../support/temporary-folder.ts";
import { writeHubCache } from "../../support/tool-files.ts";

const ETAG = "a".repeat(40);
const OTHERS = ["hub/*/blobs/*", "hub/*/refs/*"];

describe("scan --policy of a Hugging Face cache", function () {
  this.timeout(60_000);
  const { folder, at, run, policy, scan, sign, report, verdicts, failures } = useGatedFolder();
  before(function () {
    if (process.platform === "win32") this.skip();
  });

  /** Signed elsewhere, as plain files. */
  const snapshot = async (): Promise<string> => {
    writeTree(folder(), { "elsewhere/config.json": "{}" });
    await sign("elsewhere");
    const path = writeHubCache(at("hub"), { "config.json": { etag: ETAG, content: "{}" } });
    copyFileSync(at("elsewhere/model.sig"), join(path, "model.sig"));
    for (const name of ["elsewhere", "models"]) rmSync(at(name), { recursive: true });
    return path;
  };
  const name = (path: string) => relative(folder(), path);

  it("verifies a snapshot through its links", async () => {
    const path = await snapshot();
    policy({ globs: ["hub/*/snapshots/*"], authorities: [KEY] });
    const json = await report(0);
    assert.deepEqual(verdicts(json), [`${name(path)} verified`]);
    assert.match((await scan()).stdout, /✓ Verified {2}hub\/models--acme--llama\/snapshots\//);
  });

  it("treats a symlink as its file: an unsigned one is a failure", async () => {
    const path = await snapshot();
    rmSync(join(path, "model.sig"));
    policy({ globs: ["hub/**"], authorities: [KEY], unsignedFiles: OTHERS });
    const json = await report(1);
    assert.deepEqual(failures(json), [`SEARCH_UNCOVERED ${name(join(path, "config.json"))}`]);
  });

  it("fails for a symlink out of the cache", async () => {
    const path = await snapshot();
    rmSync(join(path, "model.sig"));
    symlinkSync("/etc/hostname", join(path, "other.json"));
    policy({ globs: ["hub/**"], authorities: [KEY], unsignedFiles: OTHERS });
    const found = failures(await report(1)).toSorted();
    assert.deepEqual(found, [
      `SEARCH_LINK ${name(join(path, "other.json"))}`,
      `SEARCH_UNCOVERED ${name(join(path, "config.json"))}`,
    ]);
  });

  it("verifies a snapshot through the store that repositories share, and fails if that is not marked as one", async () => {
    buildDownload(at("hub"), "cache-shared");
    const path = at(`hub/models--acme--tiny/snapshots/${COMMITS.first}`);
    const files = ["README.md", "config.json", "model.safetensors", "onnx/model.onnx", "tokenizer.json"];
    for (const file of files) writeTree(at("elsewhere"), { [file]: readFileSync(join(path, file)) });
    await sign("elsewhere");
    copyFileSync(at("elsewhere/model.sig"), join(path, "model.sig"));
    for (const other of ["elsewhere", "models"]) rmSync(at(other), { recursive: true });
    policy({ globs: ["hub/*/snapshots/*"], authorities: [KEY] });
    assert.deepEqual(verdicts(await report(0)), [`${name(path)} verified`]);
    // The links in blobs are no others: a scan of the whole cache passes.
    const whole = await run("scan", at("hub"), "--public-key", at("keys/prod.pub"));
    assert.equal(whole.status, 0, whole.stdout);
    rmSync(at("hub/blobs/.huggingface-shared-blobs"));
    assert.deepEqual(verdicts(await report(1)), [`${name(path)} modified`]);
    assert.match(
      (await run("scan", at("hub"), "--public-key", at("keys/prod.pub"))).stdout,
      /✗ .*blobs\/.* are symbolic links/,
    );
  });

  it("fails for a symlink of the cache if a policy denies them", async () => {
    const path = await snapshot();
    const denied = { authorities: [KEY], verification: "{ hubCacheLinks: deny }" };
    policy({ globs: ["hub/*/snapshots/*"], ...denied });
    assert.deepEqual(verdicts(await report(1)), [`${name(path)} modified`]);
    rmSync(join(path, "model.sig"));
    policy({ globs: ["hub/**"], unsignedFiles: OTHERS, ...denied });
    assert.deepEqual(failures(await report(1)), [`SEARCH_LINK ${name(join(path, "config.json"))}`]);
  });
});
