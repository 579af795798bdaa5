import assert from "node:assert/strict";
import { rmSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { Discovery, type SearchHints } from "../../../src/workspace/discovery.ts";
import { ModelRegistry } from "../../../src/workspace/registry.ts";
import { runHere } from "../../support/engine-here.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

describe("the search of a workspace folder", () => {
  const root = useTemporaryFolder();
  let registry: ModelRegistry;
  let log: string[];
  let hints: SearchHints;

  beforeEach(() => {
    registry = new ModelRegistry();
    log = [];
    hints = {};
  });

  const discovery = (limit?: number): Discovery =>
    new Discovery({
      registry,
      engine: { run: runHere },
      log: (text) => log.push(text),
      hints: async () => hints,
      ...(limit === undefined ? {} : { limit }),
    });
  const found = () => registry.models.map(({ path, kind }) => `${relative(root(), path)} ${kind}`);

  it("reports in the registry and in the log that a limit was reached, until it is not", async () => {
    writeTree(root(), { "near/net.onnx": "x", "far/away/deep/net.onnx": "x" });
    let lists = 0;
    registry.onDidChange(({ list }) => {
      if (list) lists += 1;
    });
    await discovery(4).search(root());
    assert.deepEqual(found(), [`near directory`]);
    assert.deepEqual(registry.extents.get(root())?.bound, 4);
    assert.match(log.join("\n"), /Only the first 4 files and folders/);
    rmSync(join(root(), "far"), { recursive: true });
    await discovery(4).search(root());
    assert.deepEqual([...registry.extents], []);
    assert.equal(lists, 2, "a bound that is gone changes the list, although the models are the same");
  });

  it("lists a model behind a link once: under the link, or in the folder of the workspace that it is in", async function () {
    if (process.platform === "win32") this.skip();
    writeTree(root(), { "one/a/net.onnx": "x", "two/b/net.onnx": "x", "data/c/net.onnx": "x" });
    for (const target of ["two", "data"]) symlinkSync(`../${target}`, join(root(), "one", target));
    const searches = discovery();
    await Promise.all(["one", "two"].map((name) => searches.search(join(root(), name))));
    const both = ["one/a directory", "one/data/c directory", "two/b directory"];
    assert.deepEqual(found().toSorted(), both);
    searches.forget(join(root(), "two"));
    await searches.search(join(root(), "one"));
    assert.deepEqual(found().toSorted(), ["one/a directory", "one/data/c directory", "one/two/b directory"]);
  });

  it("lists and logs the folders that it skipped, until they are gone", async () => {
    writeTree(root(), {
      "a/net.onnx": "x",
      ".git/config": "",
      "node_modules/x.js": "",
      "env/pyvenv.cfg": "",
      "env/lib/python3.12/site-packages/x.py": "",
    });
    let lists = 0;
    registry.onDidChange(({ list }) => {
      if (list) lists += 1;
    });
    const search = discovery();
    await search.search(root());
    assert.deepEqual(registry.extents.get(root())?.skippedFolders.first, [
      { path: join(root(), "node_modules"), reason: "name" },
      { path: join(root(), "env"), reason: "environment" },
    ]);
    assert.match(log.join("\n"), /Not searched: .*node_modules \(name\), .*env \(environment\)/);
    rmSync(join(root(), "env"), { recursive: true });
    rmSync(join(root(), "node_modules"), { recursive: true });
    await search.search(root());
    assert.deepEqual([...registry.extents], []);
    assert.equal(lists, 2, "that nothing is passed over any longer changes the list, although the models are the same");
  });

  it("searches an environment if a policy's pattern is below it", async () => {
    writeTree(root(), { "env/pyvenv.cfg": "", "env/lib/python3.12/site-packages/net.onnx": "x" });
    hints = { searched: ["env/**"] };
    await discovery().search(root());
    assert.deepEqual(found(), [`${join("env/lib/python3.12/site-packages")} directory`]);
    assert.deepEqual([...registry.extents], []);
  });

  it("finds everything that policies name: single files, files in models, and beyond the limit", async () => {
    writeTree(root(), { "a/model.sig": "{}", "a/deep/x.dat": "x", "b/c/d/e/weights.dat": "x", "b/c/d/e/f": "x" });
    hints = { named: ["a/deep/x.dat", "b/c/d/e/weights.dat", "missing.bin"] };
    const search = discovery(5);
    await search.search(root());
    assert.deepEqual(found(), ["a directory", join("a", "deep", "x.dat file"), join("b/c/d/e", "weights.dat file")]);
    assert.ok(search.isNamed(root(), join(root(), "missing.bin")), "its coming makes a model");
    assert.ok(!search.isNamed(root(), join(root(), "other.bin")));
  });

  it("knows nothing of a folder that leaves the workspace during its search", async () => {
    hints = { named: ["x.bin"] };
    const search = discovery();
    const running = search.search(root());
    search.forget(root());
    await running;
    assert.ok(!search.isNamed(root(), join(root(), "x.bin")));
  });

  it("ends when it is cancelled, and keeps what was known", async () => {
    writeTree(root(), { "a/net.onnx": "x" });
    const search = discovery();
    await search.search(root());
    writeTree(root(), { "b/net.onnx": "x" });
    const running = search.search(root());
    search.cancel();
    await running;
    assert.deepEqual(found(), ["a directory"]);
    await search.search(root());
    assert.deepEqual(found(), ["a directory", "b directory"]);
  });
});
