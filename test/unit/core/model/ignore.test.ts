import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, posix, win32 } from "node:path";
import { callerIgnorePaths, checkIgnorePath, followParts, relativeToModel } from "../../../../src/core/model/ignore.ts";
import { isIgnored } from "../../../../src/core/model/is-ignored.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const linksWork = process.platform !== "win32";

describe("isIgnored", () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["cache", "cache", true],
    ["cache/a/b", "cache", true],
    ["sub/cache", "cache", false],
    ["cache2", "cache", false],
    ["cache.bin", "cache", false],
    ["Cache", "cache", false],
    ["a/b", "a/b", true],
    ["a", "a/b", false],
    ["anything/at/all", ".", true],
    ["a", "./a", false],
    ["a", "a/", false],
    ["a/b", "a/", false],
    ["e\u0301", "\u00e9", false],
  ];
  for (const [name, rule, expected] of cases) {
    it(`${JSON.stringify(rule)} ${expected ? "covers" : "does not cover"} ${JSON.stringify(name)}`, () => {
      assert.equal(isIgnored(name, rule), expected);
    });
  }
});

describe("checkIgnorePath", () => {
  for (const path of ["*.bin", "a?", "data[1]", "/abs", "../x", "a/../b", "..", "a/", "./a", ""]) {
    it(`rejects ${JSON.stringify(path)}`, () => {
      assert.throws(() => checkIgnorePath(path, "/no/such/model"), { name: "ProvenanceError", code: "IGNORE_PATH" });
    });
  }
  const onWindows = process.platform === "win32";
  for (const path of ["a", "a/b", ".", ".git", "..a", "a]", ...(onWindows ? [] : ["a\\b", "x:y.txt"])]) {
    it(`accepts ${JSON.stringify(path)}`, () => checkIgnorePath(path, "/no/such/model"));
  }
});

describe("followParts", () => {
  const following =
    (links: Readonly<Record<string, string>>) =>
    (path: string): string =>
      links[path] ?? path;

  it("follows each part, and `..` leaves what a link led to", () => {
    const links = following({ "/a/link": "/b/deep" });
    assert.equal(followParts("/a/link/../x", links, posix), "/b/x");
    assert.equal(followParts("/a/./link//y", links, posix), "/b/deep/y");
    assert.equal(followParts("/", links, posix), "/");
  });

  it("follows a drive of Windows that stands for a folder or a share", () => {
    const links = following({ "X:\\": "C:\\work", "Z:\\": "\\\\server\\share\\" });
    assert.equal(followParts("X:\\", links, win32), "C:\\work");
    assert.equal(followParts("X:\\model.sig", links, win32), "C:\\work\\model.sig");
    assert.equal(followParts("Z:\\m\\a", links, win32), "\\\\server\\share\\m\\a");
    assert.equal(followParts("\\\\?\\C:\\m", links, win32), "\\\\?\\C:\\m");
  });
});

describe("relativeToModel", () => {
  const folder = useTemporaryFolder();

  it("returns a name for what is inside, whether it exists or not", () => {
    writeTree(folder(), { "model/a.bin": "a" });
    const model = join(folder(), "model");
    assert.equal(relativeToModel(model, join(model, "a.bin")), "a.bin");
    assert.equal(relativeToModel(model, join(model, "new", "model.sig")), "new/model.sig");
    assert.equal(relativeToModel(model, model), ".");
  });

  it("returns nothing for what is outside, whatever its name", () => {
    writeTree(folder(), { "model/a.bin": "a", "model2/b": "b", "..c": "c" });
    const model = join(folder(), "model");
    assert.equal(relativeToModel(model, join(folder(), "model2", "b")), undefined);
    assert.equal(relativeToModel(model, folder()), undefined);
    assert.equal(relativeToModel(model, `${model}/../..c`), undefined);
    assert.equal(relativeToModel(folder(), join(folder(), "..c")), "..c");
  });

  it("has only a single file itself", () => {
    writeTree(folder(), { "m.gguf": "x" });
    const model = join(folder(), "m.gguf");
    assert.equal(relativeToModel(model, model), ".");
    assert.equal(relativeToModel(model, `${model}.sig`), undefined);
  });

  it("resolves symlinks to folders on both sides, and a symlink to a file by its own path", function () {
    if (!linksWork) this.skip();
    writeTree(folder(), { "real/model/a": "a", "blobs/1234": "{}" });
    symlinkSync(join(folder(), "real"), join(folder(), "alias"));
    symlinkSync("../../blobs/1234", join(folder(), "real/model/model.sig"));
    assert.equal(relativeToModel(join(folder(), "alias/model"), join(folder(), "real/model/model.sig")), "model.sig");
    assert.equal(relativeToModel(join(folder(), "real/model"), join(folder(), "alias/model/a")), "a");
  });

  it("resolves `..` after a symlink as the system does", function () {
    if (!linksWork) this.skip();
    writeTree(folder(), { "model/a": "a", "elsewhere/deep/b": "b" });
    symlinkSync("../elsewhere/deep", join(folder(), "model/link"));
    assert.equal(relativeToModel(join(folder(), "model"), `${folder()}/model/link/../a`), undefined);
    assert.equal(relativeToModel(join(folder(), "elsewhere"), `${folder()}/model/link/../a`), "a");
    assert.equal(relativeToModel(join(folder(), "elsewhere"), `${folder()}/model/link/..`), ".");
  });
});

describe("callerIgnorePaths", () => {
  const folder = useTemporaryFolder();

  it("resolves paths against the current directory, not against the model", () => {
    writeTree(folder(), { "model/cache/x": "x", "cache/y": "y" });
    const paths = ["model/cache", "cache", join(folder(), "model", "other"), "./model//cache/."];
    assert.deepEqual(callerIgnorePaths("model", paths, folder()), ["cache", "other"]);
    assert.deepEqual(callerIgnorePaths(".", ["cache", "../cache"], join(folder(), "model")), ["cache"]);
  });

  it("drops what is outside, and keeps the model itself as `.`", () => {
    mkdirSync(join(folder(), "model"));
    assert.deepEqual(callerIgnorePaths("model", ["..", "/", "model2", "model/.."], folder()), []);
    assert.deepEqual(callerIgnorePaths("model", ["model"], folder()), ["."]);
  });

  it("does not treat a sibling with a longer name as part of the model", () => {
    writeTree(folder(), { "model/a": "a", "model-v2/a": "a" });
    assert.deepEqual(callerIgnorePaths("model", ["model-v2/a"], folder()), []);
  });

  it("resolves symlinks as the reference does; one that leads out of the model keeps its own name", function () {
    if (!linksWork) this.skip();
    writeTree(folder(), { "model/data/x": "x", "blobs/1": "1" });
    const model = join(folder(), "model");
    symlinkSync("data", join(model, "inside"));
    symlinkSync("../blobs/1", join(model, "outside"));
    symlinkSync("nowhere", join(model, "broken"));
    symlinkSync(model, join(folder(), "alias"));
    assert.deepEqual(callerIgnorePaths(model, ["alias/inside"], folder()), ["data"]);
    assert.deepEqual(callerIgnorePaths(model, ["alias/outside"], folder()), ["outside"]);
    assert.deepEqual(callerIgnorePaths(model, ["alias/broken"], folder()), ["broken"]);
    assert.deepEqual(callerIgnorePaths("alias", ["model/data/x"], folder()), ["data/x"]);
  });

  it("keeps names as they are: spaces, colons, patterns, other scripts", function () {
    if (process.platform === "win32") this.skip();
    const names = ["a b", "x:y", "*", "模型", "\u{1f600}", "back\\slash", "line\nbreak"];
    mkdirSync(join(folder(), "model"));
    for (const name of names) writeFileSync(join(folder(), "model", name), "");
    assert.deepEqual(
      callerIgnorePaths(
        "model",
        names.map((name) => `model/${name}`),
        folder(),
      ),
      names,
    );
  });
});
