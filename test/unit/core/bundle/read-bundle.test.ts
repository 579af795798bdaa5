import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readBundle } from "../../../../src/core/bundle/read-bundle.ts";
import { failsWith } from "../../../support/errors.ts";
import { useTemporaryFolder } from "../../../support/temporary-folder.ts";

describe("reading a signature file", () => {
  const folder = useTemporaryFolder();
  const path = () => join(folder(), "model.sig");

  it("reports a missing file", async () => {
    assert.match(
      (await failsWith("SIGNATURE_NOT_FOUND", () => readBundle(path()))).message,
      /There is no signature file/,
    );
    writeFileSync(path(), "");
    await failsWith("SIGNATURE_NOT_FOUND", () => readBundle(join(path(), "below")));
  });

  it("rejects a folder", async () => {
    assert.match((await failsWith("SIGNATURE_UNREADABLE", () => readBundle(folder()))).message, /is a folder/);
  });

  it("does not block on a pipe", async function () {
    if (process.platform === "win32") this.skip();
    execFileSync("mkfifo", [path()]);
    assert.match((await failsWith("SIGNATURE_UNREADABLE", () => readBundle(path()))).message, /special file/);
  });

  it("does not read a file over the limit", async () => {
    writeFileSync(path(), "");
    truncateSync(path(), 10_000_000_000);
    await failsWith("BUNDLE_TOO_LARGE", () => readBundle(path()));
  });

  it("reports a file that cannot be read", async function () {
    if (process.platform === "win32" || process.getuid?.() === 0) this.skip();
    writeFileSync(path(), "{}");
    chmodSync(path(), 0);
    await failsWith("SIGNATURE_UNREADABLE", () => readBundle(path()));
  });

  it("reports a read error", async () => {
    const error = await failsWith("SIGNATURE_UNREADABLE", () => readBundle(`${folder()}/${"x".repeat(300)}`));
    assert.match(error.message, /ENAMETOOLONG|cannot be read/);
  });
});
