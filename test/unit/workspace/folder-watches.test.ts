import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FolderWatches } from "../../../src/workspace/folder-watches.ts";
import { skip } from "../../support/results.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

describe("watches on a model's folders", () => {
  const root = useTemporaryFolder();
  let watches: FolderWatches;
  let waiting: Map<string, () => void>;

  before(function () {
    if (process.platform !== "linux") skip(this, "the editor's own watcher misses nothing but on Linux");
  });

  beforeEach(() => {
    waiting = new Map();
    watches = new FolderWatches((path) => waiting.get(path)?.());
  });

  afterEach(() => watches.dispose());

  function touched(...names: readonly string[]): Promise<void> {
    return new Promise((resolve) => waiting.set(join(root(), ...names), resolve));
  }

  it("report a change at any depth, a new folder, and a deletion", async () => {
    writeTree(root(), { "m/a/b/c/file": "x", "m/top": "y" });
    await watches.watch(join(root(), "m"), "directory");
    assert.equal(watches.covers(join(root(), "m")), true);
    const deep = touched("m", "a", "b", "c", "file");
    writeFileSync(join(root(), "m", "a", "b", "c", "file"), "changed");
    await deep;
    const made = touched("m", "a", "new");
    mkdirSync(join(root(), "m", "a", "new"));
    await made;
    const gone = touched("m", "top");
    rmSync(join(root(), "m", "top"));
    await gone;
  });

  it("report changes of a single file", async () => {
    writeTree(root(), { "one.gguf": "x" });
    const changed = new Promise<string>((resolve) => {
      watches = new FolderWatches(resolve);
    });
    await watches.watch(join(root(), "one.gguf"), "file");
    writeFileSync(join(root(), "one.gguf"), "changed");
    assert.equal(await changed, join(root(), "one.gguf"));
  });

  it("do not claim to cover a model with too many folders, or one that they no longer watch", async () => {
    for (let index = 0; index < 501; index += 1) mkdirSync(join(root(), "many", `${index}`), { recursive: true });
    await watches.watch(join(root(), "many"), "directory");
    assert.equal(watches.covers(join(root(), "many")), false);
    const going = watches.watch(root(), "directory");
    watches.unwatch(root());
    await going;
    assert.equal(watches.covers(root()), false);
  });

  it("report a change of a symlink's target outside, as in a Hugging Face cache, as a change of the link", async () => {
    writeTree(root(), { "blobs/b1": "x", "blobs/b2": "y", "snapshots/s/": "" });
    const model = join(root(), "snapshots", "s");
    symlinkSync("../../blobs/b1", join(model, "model.safetensors"));
    const reported: string[] = [];
    let next: () => void = () => {};
    watches = new FolderWatches((path) => {
      reported.push(path);
      next();
    }, false);
    await watches.watch(model, "directory");
    assert.equal(watches.covers(model), false, "the folders themselves are left to the editor");
    const changed = new Promise<void>((resolve) => {
      next = resolve;
    });
    writeFileSync(join(root(), "blobs", "b2"), "unused");
    writeFileSync(join(root(), "blobs", "b1"), "changed");
    await changed;
    assert.deepEqual([...new Set(reported)], [join(model, "model.safetensors")]);
  });

  it("see a link in blobs that is replaced, where that leads on to a store of all repositories", async () => {
    writeTree(root(), { "store/ab/1": "x", "store/cd/2": "y", "repository/blobs/": "", "repository/snapshots/s/": "" });
    const model = join(root(), "repository/snapshots/s");
    const blob = join(root(), "repository/blobs/b1");
    symlinkSync("../../store/ab/1", blob);
    symlinkSync("../../blobs/b1", join(model, "model.safetensors"));
    await watches.watch(model, "directory");
    const changed = touched("repository/snapshots/s/model.safetensors");
    rmSync(blob);
    symlinkSync("../../store/cd/2", blob);
    await changed;
    const again = touched("repository/snapshots/s/model.safetensors");
    await watches.watch(model, "directory");
    writeFileSync(join(root(), "store/cd/2"), "changed");
    await again;
  });

  it("see a change in a model behind a link on every system", async () => {
    writeTree(root(), { "elsewhere/llama/a/b.bin": "x", "workspace/": "" });
    symlinkSync("../elsewhere", join(root(), "workspace/models"));
    watches = new FolderWatches((path) => waiting.get(path)?.(), false);
    const model = join(root(), "workspace/models/llama");
    await watches.watch(model, "directory");
    assert.equal(watches.covers(model), true);
    const changed = touched("workspace/models/llama/a/b.bin");
    writeFileSync(join(root(), "elsewhere/llama/a/b.bin"), "changed");
    await changed;
  });

  it("ignore a model that does not exist", async () => {
    await watches.watch(join(root(), "missing"), "directory");
    assert.equal(watches.covers(join(root(), "missing")), false);
    watches.unwatch(join(root(), "missing"));
  });
});
