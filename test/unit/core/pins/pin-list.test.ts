import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { measurePin } from "../../../../src/core/pins/measure-pin.ts";
import { isPinnableName, pinDigest } from "../../../../src/core/pins/pin-list.ts";
import { COMMITS } from "../../../support/downloads/hub-files.ts";
import { buildDownload } from "../../../support/downloads/kept-downloads.ts";
import { failsWith } from "../../../support/errors.ts";
import { skip } from "../../../support/results.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

/** The commands that README has. */
function documentedPipeline(): string {
  const readme = readFileSync(new URL("../../../../README.md", import.meta.url), "utf8");
  const command = /^find -L \. .*$/m.exec(readme)?.[0];
  assert.ok(command !== undefined);
  return command;
}

/** What the commands print in a folder, with the real find, sort and sha256sum. */
function pipeline(folder: string): string {
  const printed = execFileSync("bash", ["-o", "pipefail", "-c", documentedPipeline()], {
    cwd: folder,
    encoding: "utf8",
  });
  return printed.split(" ")[0] ?? "";
}

describe("the digest of pinned files", () => {
  const folder = useTemporaryFolder();
  const measure = async (path = ".") => (await measurePin({ model: join(folder(), path) })).sha256;

  before(function () {
    if (process.platform !== "linux") skip(this, "needs GNU find, sort and sha256sum");
  });

  it("is the result of find, sort and sha256sum, for any names", async () => {
    writeTree(folder(), {
      "config.json": "{}",
      "sub/a.bin": "a",
      "sub.bin": "b",
      "sub a.bin": "c",
      "\u{1f600}.bin": "d",
      "\uff21.bin": "e",
      "Z.bin": "f",
      "a b/c d": "g",
      "quote'and\"more": "h",
      ".hidden": "",
      ".git/config": "ignored",
      ".cache/huggingface/download/x.metadata": "ignored",
      ".cache/other": "kept",
      "deep/.git/config": "kept",
    });
    assert.equal(await measure(), pipeline(folder()));
  });

  it("is the same for a Hugging Face cache, through its symlinks", async () => {
    buildDownload(folder(), "cache-full");
    const snapshot = `models--acme--tiny/snapshots/${COMMITS.first}`;
    assert.equal(await measure(snapshot), pipeline(join(folder(), snapshot)));
    buildDownload(join(folder(), "local"), "folder-full");
    assert.equal(await measure("local"), await measure(snapshot));
    assert.equal(pipeline(join(folder(), "local")), await measure("local"));
  });

  it("of a single file is that of a list with its name", async () => {
    writeTree(folder(), { "tiny.gguf": "x" });
    const list = execFileSync("bash", ["-c", "sha256sum tiny.gguf | sha256sum"], { cwd: folder(), encoding: "utf8" });
    assert.equal(await measure("tiny.gguf"), list.split(" ")[0]);
  });

  it("does not depend on the order of the files, but on every name and byte", () => {
    const [one, two] = ["1".repeat(64), "2".repeat(64)];
    const digest = pinDigest(new Map(Object.entries({ a: one, b: two })));
    assert.equal(pinDigest(new Map(Object.entries({ b: two, a: one }))), digest);
    assert.notEqual(pinDigest(new Map(Object.entries({ a: two, b: one }))), digest);
    assert.notEqual(pinDigest(new Map(Object.entries({ b: two }))), digest);
  });
});

describe("a model cannot be pinned if it", () => {
  const folder = useTemporaryFolder();
  const measure = () => measurePin({ model: folder() });

  it("has no file", async () => {
    assert.match((await failsWith("MODEL_NOT_PINNABLE", measure)).message, /there is no file in it/);
  });

  it("has a symlink that is not part of a Hugging Face cache", async () => {
    writeTree(folder(), { "a.bin": "a" });
    symlinkSync("a.bin", join(folder(), "link"));
    assert.match((await failsWith("MODEL_NOT_PINNABLE", measure)).message, /"link" is a link/);
  });

  it("has a name that sha256sum escapes", async function () {
    for (const name of ["a\\b", "a\nb", "a\rb", "-a", "-"]) assert.equal(isPinnableName(name), false, name);
    for (const name of ["a", "a b", "a-b", "\u{1f600}", "sub/-a"]) assert.equal(isPinnableName(name), true, name);
    if (process.platform === "win32") skip(this, "has no such names");
    writeFileSync(join(folder(), "a\\b"), "a");
    assert.match((await failsWith("MODEL_NOT_PINNABLE", measure)).message, /backslash/);
  });
});
