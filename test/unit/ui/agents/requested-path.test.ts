import assert from "node:assert/strict";
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join, posix, win32 } from "node:path";
import type { Coverage, Verdict } from "../../../../src/core/verdict.ts";
import { findRequestedPath, inFolder, isCovered, modelAround } from "../../../../src/ui/agents/requested-path.ts";
import { runHere } from "../../../support/engine-here.ts";
import { useTemporaryFolder } from "../../../support/temporary-folder.ts";

describe("the path that an agent asks about", () => {
  const temporary = useTemporaryFolder();
  let folder: string;
  let other: string;

  beforeEach(() => {
    const root = realpathSync(temporary());
    [folder, other] = [join(root, "work"), join(root, "work-other")];
    mkdirSync(join(folder, "models", "x"), { recursive: true });
    mkdirSync(other);
    writeFileSync(join(other, "secret"), "");
  });

  it("is resolved in every workspace folder, and may be absolute", async () => {
    const found = { path: join(folder, "models", "x"), folder, shown: "models/x" };
    assert.deepEqual(await findRequestedPath("models/x", [other, folder]), found);
    assert.deepEqual(await findRequestedPath(found.path, [other, folder]), found);
    assert.equal((await findRequestedPath(".", [folder])).shown, ".");
  });

  it("is rejected if its name or a symlink leads out of the workspace, before the disk is read", async () => {
    symlinkSync(other, join(folder, "models", "link"));
    symlinkSync("/", join(folder, "root"));
    const out = ["..", "../work-other", join(other, "secret"), join(other, "nothing"), "/", "models/../../work-other"];
    for (const path of [...out, "models/link", "models/link/secret", "root/etc"]) {
      await assert.rejects(findRequestedPath(path, [folder]), /outside of the workspace/, path);
    }
    await assert.rejects(findRequestedPath("models/y", [folder]), /no such file/);
    await assert.rejects(findRequestedPath("models/y", []), /outside of the workspace/);
  });

  it("begins as the workspace folder does, however the agent spells the drive", () => {
    const windows = (path: string) => inFolder("c:\\work", path, win32);
    const found = { path: "c:\\work\\models\\x", folder: "c:\\work", shown: "models/x" };
    for (const path of ["models/x", "models\\x", "C:\\work\\models\\x", "c:/work/models/x"])
      assert.deepEqual(windows(path), found, path);
    for (const path of ["D:\\work\\models\\x", "..\\other", "C:\\work-2", "\\\\server\\share\\x"])
      assert.equal(windows(path), undefined, path);
    assert.deepEqual(inFolder("/work", "/work/a/../b", posix), { path: "/work/b", folder: "/work", shown: "b" });
    assert.equal(inFolder("/work", "/Work/b", posix), undefined);
  });

  it("leads to the innermost model that is known or signed", async () => {
    const deep = join(folder, "models", "x", "deep", "w.bin");
    mkdirSync(join(folder, "models", "x", "deep"));
    writeFileSync(deep, "");
    const requested = { path: deep, folder, shown: "models/x/deep/w.bin" };
    assert.deepEqual(await modelAround(requested, () => false, { run: runHere }), { path: deep });
    assert.deepEqual(await modelAround(requested, (path) => path === join(folder, "models"), { run: runHere }), {
      path: join(folder, "models"),
    });
  });
});

describe("a file of a model", () => {
  const coverage: Coverage = {
    ...{ files: 1, bytes: 1, bytesRead: 1, bytesFromCache: 0, seconds: 0, algorithm: "sha256", symlinksAllowed: false },
    serialization: "files",
    empty: ["empty"],
    unsigned: ["new"],
    ignored: [{ name: "docs", source: "signer" }],
  };
  const verdict: Verdict = { state: "verified", model: "/m", signature: "/m/model.sig", reasons: [], coverage };

  it("is covered unless it was excluded", () => {
    assert.ok(isCovered(verdict, "/m"));
    assert.ok(isCovered(verdict, "/m/w.bin"));
    for (const name of ["docs", "docs/a", "new", "empty", "model.sig"])
      assert.ok(!isCovered(verdict, `/m/${name}`), name);
  });
});
