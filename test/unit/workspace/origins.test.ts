import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findOrigin } from "../../../src/core/origin/find-origin.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { Origins } from "../../../src/workspace/origins.ts";
import { ModelRegistry } from "../../../src/workspace/registry.ts";
import { buildDownload } from "../../support/downloads/kept-downloads.ts";
import { buildOllamaStore } from "../../support/downloads/ollama-store.ts";
import { useTemporaryFolder } from "../../support/temporary-folder.ts";

/** Awaited after a reading, before its result is reported. */
let reported: () => Promise<void> | undefined = () => undefined;

/** As the engine does it, in this process. */
const engine: Pick<Engine, "run"> = {
  run: (async (_call: string, options: { model: string; checkDigests: boolean }) => {
    const report = await findOrigin(options);
    await reported();
    return report;
  }) as Engine["run"],
};

describe("the origins of the models in a window", () => {
  const folder = useTemporaryFolder();
  const errors: unknown[] = [];
  let registry: ModelRegistry;
  let readsAll = false;
  let origins: Origins;

  beforeEach(() => {
    buildDownload(folder(), "folder-full");
    registry = new ModelRegistry();
    readsAll = false;
    errors.length = 0;
    origins = new Origins({
      registry,
      engine,
      readsAll: () => readsAll,
      failed: (error) => void errors.push(error),
      quietMs: 1,
    });
    registry.add({ path: folder(), kind: "directory", signatures: [] }, undefined);
  });

  afterEach(() => origins.dispose());

  const changed = () =>
    new Promise<void>((resolve) => {
      const subscription = origins.onDidChange(() => {
        subscription.dispose();
        resolve();
      });
    });
  const files = () => origins.get(folder())?.origin?.files;

  it("are read on demand, by names and sizes, and change no verdict", async () => {
    assert.equal(files(), undefined);
    const read = changed();
    origins.request(folder());
    await read;
    assert.equal(files()?.unchecked?.length, 5);
    assert.equal(registry.get(folder())?.verdict.state, "unsigned");
  });

  it("have digests once they were requested, and a later read compares them again", async () => {
    await origins.check(folder(), {});
    assert.equal(files()?.match.length, 5);
    writeFileSync(join(folder(), "tokenizer.json"), '{"version": "9.9"}\n');
    await origins.read(folder());
    assert.deepEqual(files()?.changed, ["tokenizer.json"]);
  });

  it("are read with digests for every unsigned model where all files are verified automatically", async () => {
    readsAll = true;
    const read = changed();
    registry.update(folder(), { state: "unsigned", model: folder(), reasons: [] });
    await read;
    assert.equal(files()?.match.length, 5);
  });

  it("have no digests before a check that reads all files has ended, and are read again then", async () => {
    readsAll = true;
    registry.update(folder(), { state: "checking", model: folder(), reasons: [] });
    const cheap = changed();
    origins.request(folder());
    await cheap;
    assert.equal(files()?.unchecked?.length, 5);
    const compared = changed();
    registry.update(folder(), { state: "pinned", model: folder(), reasons: [] });
    await compared;
    assert.equal(files()?.match.length, 5);
  });

  it("are dropped at once where a file changes, and read again", async () => {
    await origins.check(folder(), {});
    assert.equal(files()?.match.length, 5);
    writeFileSync(join(folder(), "tokenizer.json"), '{"version": "9.9"}\n');
    const dropped = changed();
    origins.fileChanged(join(folder(), "tokenizer.json"));
    await dropped;
    assert.equal(files(), undefined);
    await changed();
    assert.deepEqual(files()?.changed, ["tokenizer.json"]);
  });

  it("are read again where a file changes while they are read", async () => {
    const read = origins.read(folder());
    rmSync(join(folder(), "README.md"));
    origins.fileChanged(join(folder(), "README.md"));
    // It fails where the file was listed before it was removed.
    await read.catch(() => undefined);
    await changed();
    assert.deepEqual(files()?.missing, ["README.md"]);
  });

  it("are those of the last reading that began, also where an earlier one ends later", async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    reported = () => {
      reported = () => undefined;
      return released;
    };
    const early = origins.read(folder());
    await origins.check(folder(), {});
    release();
    assert.equal((await early).origin?.files.unchecked?.length, 5);
    assert.equal(files()?.match.length, 5);
  });

  it("are those of models that share a blob, too, and of no model that was not read", async () => {
    const manifest = join(folder(), "manifests/registry.ollama.ai/library/tiny/1b");
    registry.add({ path: manifest, kind: "file", signatures: [] }, undefined);
    origins.fileChanged(join(folder(), "blobs/sha256-0"));
    assert.deepEqual(errors, []);
    await origins.read(manifest).catch(() => undefined);
    const read: string[] = [];
    origins.onDidChange((path) => void read.push(path));
    origins.fileChanged(join(folder(), "elsewhere/sha256-0"));
    assert.deepEqual(read, []);
    buildOllamaStore(folder(), {
      "manifests/registry.ollama.ai/library/tiny/1b": { model: Buffer.from("m"), template: Buffer.from("t") },
    });
    await origins.read(manifest);
    read.length = 0;
    origins.fileChanged(join(folder(), "blobs/sha256-0"));
    assert.deepEqual(read, [manifest]);
  });

  it("are read again when the model changes, and removed with it", async () => {
    await origins.read(folder());
    rmSync(join(folder(), "README.md"));
    const read = changed();
    registry.update(folder(), { state: "unsigned", model: folder(), reasons: [] });
    await read;
    assert.deepEqual(files()?.missing, ["README.md"]);
    registry.remove(folder());
    assert.equal(files(), undefined);
    assert.deepEqual(errors, []);
  });

  it("have the reason why a model cannot be read, until its files change", async () => {
    buildDownload(join(folder(), "other"), "folder-full");
    const model = join(folder(), "other");
    rmSync(model, { recursive: true });
    registry.add({ path: model, kind: "directory", signatures: [] }, undefined);
    const failed = changed();
    origins.request(model);
    await failed;
    assert.match(String(origins.failure(model)), /There is no model at/);
    origins.request(model);
    assert.equal(errors.length, 1);
    buildDownload(model, "folder-full");
    const dropped = changed();
    origins.fileChanged(join(model, "config.json"));
    await dropped;
    assert.equal(origins.failure(model), undefined);
    await changed();
    assert.equal(origins.get(model)?.origin?.files.unchecked?.length, 5);
  });

  it("report a model that cannot be read, and continue", async () => {
    const failed = new Promise<void>((resolve) => {
      errors.push = (...all: unknown[]) => {
        resolve();
        return Array.prototype.push.apply(errors, all);
      };
    });
    origins.request(join(folder(), "gone"));
    await failed;
    const read = changed();
    origins.request(folder());
    await read;
    assert.equal(files()?.unchecked?.length, 5);
  });
});
