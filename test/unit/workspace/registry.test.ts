import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import type { FoundModel } from "../../../src/core/model/found-model.ts";
import type { Verdict } from "../../../src/core/verdict.ts";
import { ModelRegistry, type RegistryChange } from "../../../src/workspace/registry.ts";
import { onPlatform } from "../../support/on-platform.ts";

const FOLDER = resolve("/", "w");
const path = (...names: readonly string[]): string => join(FOLDER, ...names);

function folder(name: string, signature?: string): FoundModel {
  return { path: path(name), kind: "directory", signatures: signature === undefined ? [] : [path(name, signature)] };
}

function verified(model: string): Verdict {
  return { state: "verified", model, signature: join(model, "model.sig"), reasons: [] };
}

describe("the registry of models", () => {
  let registry: ModelRegistry;
  let changes: RegistryChange[];

  beforeEach(() => {
    registry = new ModelRegistry();
    changes = [];
    registry.onDidChange((change) => changes.push(change));
  });

  it("is ordered by path, whatever the order of arrival and the verdicts", () => {
    registry.replaceFolder(FOLDER, [folder("b"), folder("a", "model.sig"), folder("c")]);
    const order = () => registry.models.map((model) => model.path);
    assert.deepEqual(order(), [path("a"), path("b"), path("c")]);
    registry.update(path("a"), verified(path("a")));
    assert.deepEqual(order(), [path("a"), path("b"), path("c")]);
    registry.add({ path: path("aa"), kind: "file", signatures: [] }, undefined);
    assert.deepEqual(order(), [path("a"), path("aa"), path("b"), path("c")]);
  });

  it("knows a model by either spelling of a Windows drive", async () => {
    await onPlatform("win32", async () => {
      registry.replaceFolder("c:/w", [{ path: "c:/w/m", kind: "directory", signatures: ["c:/w/m/model.sig"] }]);
      const [model] = registry.models;
      assert.equal(model?.path, "c:/w/m");
      for (const drive of ["c", "C"]) {
        assert.equal(registry.get(`${drive}:/w/m`), model);
        assert.equal(registry.signedBy(`${drive}:/w/m/model.sig`), model);
        assert.deepEqual(registry.holding(`${drive}:/w/m/weights.bin`), [model]);
        assert.deepEqual(registry.below(`${drive}:/w`), [model]);
      }
      registry.remove("C:/w/m");
      assert.deepEqual(registry.models, []);
    });
  });

  it("starts with signed or unsigned, as found on disk", () => {
    registry.replaceFolder(FOLDER, [folder("a", "model.sig"), folder("b")]);
    assert.equal(registry.get(path("a"))?.verdict.state, "unchecked");
    assert.equal(registry.get(path("b"))?.verdict.state, "unsigned");
    assert.deepEqual(changes, [{ paths: [path("a"), path("b")], list: true, progress: false }]);
  });

  it("keeps the name that a store has for a model, and knows which models share a blob", () => {
    const manifest = path("store", "manifests", "registry.ollama.ai", "library", "tiny", "1b");
    registry.replaceFolder(FOLDER, [
      folder("a"),
      { path: manifest, kind: "file", name: "library/tiny:1b", signatures: [] },
    ]);
    registry.update(
      manifest,
      { state: "checking", model: manifest, reasons: [] },
      { progress: { bytesDone: 1, bytesTotal: 2 } },
    );
    registry.update(manifest, { state: "unsigned", model: manifest, reasons: [] });
    const known = registry.get(manifest);
    assert.equal(known?.name, "library/tiny:1b");
    assert.equal(known?.progress, undefined);
    assert.deepEqual(registry.sharing(path("store", "blobs", "sha256-0")), [known]);
    assert.deepEqual(registry.sharing(path("a", "blobs", "sha256-0")), []);
    assert.deepEqual(registry.sharing(path("store", "other", "sha256-0")), []);
  });

  it("keeps what is known when a search finds the same again, without an event", () => {
    registry.replaceFolder(FOLDER, [folder("a", "model.sig")]);
    registry.update(path("a"), verified(path("a")));
    changes.length = 0;
    registry.replaceFolder(FOLDER, [folder("a", "model.sig")]);
    assert.equal(registry.get(path("a"))?.verdict.state, "verified");
    assert.deepEqual(changes, []);
  });

  it("starts again when the signature is another file, or deleted", () => {
    registry.replaceFolder(FOLDER, [folder("a", "model.sig")]);
    registry.update(path("a"), verified(path("a")));
    registry.replaceFolder(FOLDER, [folder("a", "other.sig")]);
    assert.equal(registry.get(path("a"))?.verdict.state, "unchecked");
    assert.equal(registry.signedBy(path("a", "model.sig")), undefined);
    registry.replaceFolder(FOLDER, [folder("a")]);
    assert.equal(registry.get(path("a"))?.verdict.state, "unsigned");
  });

  it("removes what a search no longer finds in its folder, and only that", () => {
    registry.replaceFolder(FOLDER, [folder("a"), folder("b")]);
    registry.add({ path: resolve("/", "elsewhere"), kind: "file", signatures: [] }, undefined);
    changes.length = 0;
    registry.replaceFolder(FOLDER, [folder("b")]);
    assert.deepEqual(
      registry.models.map((model) => model.path),
      [resolve("/", "elsewhere"), path("b")].sort(),
    );
    assert.deepEqual(changes, [{ paths: [path("a")], list: true, progress: false }]);
  });

  it("keeps a model that was added by hand when a search finds it, with what is known of it", () => {
    registry.add(folder("a", "model.sig"), undefined);
    registry.update(path("a"), verified(path("a")));
    registry.replaceFolder(FOLDER, [folder("a", "model.sig")]);
    assert.equal(registry.get(path("a"))?.folder, FOLDER);
    assert.equal(registry.get(path("a"))?.verdict.state, "verified");
    registry.replaceFolder(FOLDER, []);
    assert.equal(registry.get(path("a")), undefined);
  });

  it("keeps a model that was added by hand where a search does not find it, until it is deleted", () => {
    registry.add(folder("hidden/a", "model.sig"), FOLDER);
    registry.replaceFolder(FOLDER, [], undefined, () => true);
    assert.equal(registry.get(path("hidden/a"))?.folder, FOLDER);
    registry.replaceFolder(FOLDER, [], undefined, () => false);
    assert.equal(registry.get(path("hidden/a")), undefined);
  });

  it("follows the search for a model that was added by hand and found since", () => {
    registry.add(folder("a", "model.sig"), FOLDER);
    registry.replaceFolder(FOLDER, [folder("a", "model.sig")]);
    registry.replaceFolder(FOLDER, [], undefined, () => true);
    assert.equal(registry.get(path("a")), undefined);
  });

  it("returns the models around a file, the innermost first, and the one that a file signs", () => {
    const beside = { path: path("x.gguf"), kind: "file", signatures: [path("x.gguf.sig")] } as const;
    registry.replaceFolder(FOLDER, [folder("a", "model.sig"), beside]);
    registry.replaceFolder(path("a"), [{ path: path("a", "inner"), kind: "directory", signatures: [] }]);
    const around = (file: string) => registry.holding(file).map((model) => model.path);
    assert.deepEqual(around(path("a", "inner", "deep", "file")), [path("a", "inner"), path("a")]);
    assert.deepEqual(around(path("a")), [path("a")]);
    assert.deepEqual(around(path("ab", "file")), []);
    assert.deepEqual(around(path("x.gguf.sig")), [path("x.gguf")]);
    assert.deepEqual(
      registry.below(path("a")).map((model) => model.path),
      [path("a", "inner")],
    );
  });

  it("says of a change whether it is the progress of a check alone", () => {
    registry.replaceFolder(FOLDER, [folder("a")]);
    const checking = { state: "checking", model: path("a"), reasons: [] } as const;
    registry.update(path("a"), checking);
    registry.update(path("a"), checking, { progress: { bytesDone: 1, bytesTotal: 2 } });
    registry.update(path("a"), verified(path("a")));
    assert.deepEqual(
      changes.map(({ progress }) => progress),
      [false, false, true, false],
    );
  });

  it("ignores updates of a deleted model", () => {
    registry.update(path("gone"), verified(path("gone")));
    registry.remove(path("gone"));
    assert.deepEqual(changes, []);
  });

  it("lists a model in nested workspace folders once, and keeps it when the inner folder is removed", () => {
    const registry = new ModelRegistry();
    const inner = path("inner");
    const model = folder("inner/a", "model.sig");
    registry.replaceFolder(FOLDER, [model, folder("b")]);
    registry.replaceFolder(inner, [model]);
    const verdict = {
      state: "verified",
      model: model.path,
      reasons: [],
      signature: model.signatures[0] ?? "",
    } as const;
    registry.update(model.path, verdict);
    registry.replaceFolder(FOLDER, [model, folder("b")]);
    assert.deepEqual(
      registry.models.map((known) => known.folder),
      [FOLDER, inner],
    );
    registry.replaceFolder(inner, []);
    assert.deepEqual(
      registry.models.map((known) => known.folder),
      [FOLDER, FOLDER],
    );
    assert.equal(registry.get(model.path)?.verdict.state, "verified");
    registry.replaceFolder(FOLDER, []);
    assert.deepEqual(registry.models, []);
  });

  it("has every signature of a model, and keeps its verdict until one is added or removed", () => {
    const registry = new ModelRegistry();
    const found = { ...folder("a"), signatures: [path("a", "model.sig"), path("a", "team.sig")] };
    registry.replaceFolder(FOLDER, [found]);
    assert.equal(registry.signedBy(path("a", "team.sig"))?.path, path("a"));
    const summary = { state: "verified", accepted: true, decisive: true } as const;
    const signatures = [path("a", "model.sig"), path("a", "team.sig")].map((signature) => ({ ...summary, signature }));
    registry.update(path("a"), {
      state: "verified",
      model: path("a"),
      reasons: [],
      signature: path("a", "team.sig"),
      signatures,
    });
    registry.replaceFolder(FOLDER, [found]);
    assert.equal(registry.get(path("a"))?.verdict.state, "verified");
    registry.replaceFolder(FOLDER, [folder("a", "model.sig")]);
    assert.equal(registry.get(path("a"))?.verdict.state, "unchecked");
  });

  it("has signatures without a model, with an event when they change", () => {
    const registry = new ModelRegistry();
    let lists = 0;
    registry.onDidChange(({ list }) => void (list && lists++));
    const extent = { skippedFolders: { count: 0, first: [] } };
    const strays = { count: 1, first: [{ path: path("model.sig"), subject: "llama" }] };
    registry.replaceFolder(FOLDER, [], { ...extent, strays });
    registry.replaceFolder(FOLDER, [], { ...extent, strays });
    assert.deepEqual(registry.extents.get(FOLDER)?.strays, strays);
    registry.replaceFolder(FOLDER, []);
    assert.equal(registry.extents.size, 0);
    assert.equal(lists, 2);
  });
});
