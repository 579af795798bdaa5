import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findOrigin } from "../../../src/core/origin/find-origin.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { Origins } from "../../../src/workspace/origins.ts";
import { ModelRegistry } from "../../../src/workspace/registry.ts";
import { buildDownload } from "../../support/downloads/kept-downloads.ts";
import { useTemporaryFolder } from "../../support/temporary-folder.ts";

/** As the engine does it, in this process. */
const engine: Pick<Engine, "run"> = {
  run: ((_call: string, options: { model: string; checkDigests: boolean }) => findOrigin(options)) as Engine["run"],
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
    const failed = (error: unknown) => void errors.push(error);
    origins = new Origins({ registry, engine, readsAll: () => readsAll, failed, quietMs: 10 });
    registry.add({ path: folder(), kind: "directory" }, undefined);
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

  it("are read again after a file of the model changed, and only where they are known", async () => {
    await origins.check(folder(), {});
    writeFileSync(join(folder(), "tokenizer.json"), '{"version": "9.9"}\n');
    const read = changed();
    origins.fileChanged(join(folder(), "tokenizer.json"));
    origins.fileChanged(join(folder(), "tokenizer.json"));
    await read;
    assert.deepEqual(files()?.changed, ["tokenizer.json"]);
    registry.remove(folder());
    registry.add({ path: folder(), kind: "directory" }, undefined);
    origins.fileChanged(join(folder(), "tokenizer.json"));
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal(files(), undefined);
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
