import assert from "node:assert/strict";
import { join } from "node:path";
import { HashPool } from "../../../src/core/hashing/hash-pool.ts";
import type { Verdict } from "../../../src/core/verdict.ts";
import { Checker } from "../../../src/workspace/checker.ts";
import { ModelRegistry } from "../../../src/workspace/registry.ts";
import { parseStoredVerdict } from "../../../src/workspace/stored-verdict-schema.ts";
import { type Storage, storedForm, VerdictStore } from "../../../src/workspace/verdict-store.ts";
import { changeByte, signWith } from "../../support/editor-workspace.ts";
import { engineHere } from "../../support/engine-here.ts";
import { makeKeys } from "../../support/keys.ts";
import { keylessSignature } from "../../support/policies.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

const keys = makeKeys();
const pool = new HashPool({ workers: 0 });

const restored = (verdict: Verdict): Verdict | undefined =>
  parseStoredVerdict(JSON.parse(storedForm(verdict) ?? "null"));

/** As the editor's: what is written comes back as JSON has it. */
class FakeStorage implements Storage {
  text = "[]";
  get(): unknown {
    return JSON.parse(this.text);
  }
  async update(_key: string, value: unknown): Promise<void> {
    this.text = JSON.stringify(value);
  }
}

describe("VerdictStore", () => {
  const root = useTemporaryFolder();
  let storage: FakeStorage;
  let model: string;
  let signature: string;

  beforeEach(async () => {
    storage = new FakeStorage();
    model = join(root(), "m");
    writeTree(root(), { "m/weights.bin": "w" });
    signature = await signWith(model, keys.privatePem, pool);
  });

  /** A window in which the model is found, and then whatever else; closed at the end. */
  async function inWindow(act: (registry: ModelRegistry, check: () => Promise<Verdict>) => unknown): Promise<void> {
    const registry = new ModelRegistry();
    const memory = new VerdictStore({ registry, storage, failed: (error) => assert.fail(String(error)) });
    await memory.load();
    const checker = new Checker({
      registry,
      trust: async () => ({ keys: [{ label: "release.pub", pem: keys.publicPem }] }),
      engine: engineHere(pool),
      watch: async () => {},
      log: () => {},
    });
    registry.replaceFolder(root(), [{ path: model, kind: "directory", signatures: [signature] }]);
    await act(registry, () => checker.check(model, "files"));
    memory.dispose();
  }

  it("restores the last verdict as stale, until a new one is reached", async () => {
    let reached: Verdict | undefined;
    await inWindow(async (_registry, check) => {
      reached = await check();
    });
    await inWindow(async (registry, check) => {
      const known = registry.get(model);
      assert.equal(known?.verdict.state, "stale");
      assert.equal(known.verdict.staleBecause, "restart");
      const { rootDigest, method, ...kept } = JSON.parse(JSON.stringify(reached));
      assert.ok(rootDigest !== undefined && method !== undefined);
      assert.deepEqual(known.before, kept);
      assert.equal((await check()).state, "verified");
    });
  });

  it("stores what differed, also in a window that checks nothing", async () => {
    changeByte(join(model, "weights.bin"));
    await inWindow((_registry, check) => check());
    await inWindow(() => {});
    await inWindow((registry) => {
      assert.equal(registry.get(model)?.before?.state, "modified");
      assert.deepEqual(
        registry.get(model)?.before?.comparison?.changed.map(({ name }) => name),
        ["weights.bin"],
      );
    });
  });

  it("drops the verdict of another signature, and keeps that of a model that was not found yet", async () => {
    await inWindow((_registry, check) => check());
    await inWindow((registry) => registry.replaceFolder(root(), []));
    const before = storage.text;
    const registry = new ModelRegistry();
    const memory = new VerdictStore({ registry, storage, failed: () => {} });
    await memory.load();
    registry.replaceFolder(root(), []);
    registry.replaceFolder(join(root(), "elsewhere"), [
      { path: join(root(), "elsewhere", "x"), kind: "file", signatures: [] },
    ]);
    memory.dispose();
    assert.equal(storage.text, before);
    signature = join(root(), "other.sig");
    await inWindow((registry) => assert.equal(registry.get(model)?.verdict.state, "unchecked"));
  });

  it("rejects stored values of another shape", async () => {
    await inWindow((_registry, check) => check());
    const good = JSON.parse(storage.text)[0];
    for (const bad of [
      undefined,
      "verified",
      { ...good, state: "unchecked" },
      { ...good, signer: { method: "key" } },
      { ...good, signature: 7 },
      { ...good, checkedAt: "<b>" },
      { ...good, reasons: [{ code: "constructor", message: "" }] },
      { ...good, coverage: { ...good.coverage, files: -1 } },
    ]) {
      assert.equal(parseStoredVerdict(bad), undefined, JSON.stringify(bad));
    }
    for (const text of ['{"0":1}', "7", "[7]", "null"]) {
      storage.text = text;
      await inWindow((registry) => assert.equal(registry.get(model)?.verdict.state, "unchecked"));
    }
  });

  it("stores a verdict while the progress of another check is reported", async () => {
    const registry = new ModelRegistry();
    const memory = new VerdictStore({ registry, storage, failed: () => {}, quietMs: 50 });
    await memory.load();
    const other = join(root(), "other");
    for (const path of [model, other]) registry.add({ path, kind: "directory", signatures: [] }, root());
    const checking = { state: "checking", model: other, reasons: [] } as const;
    registry.update(other, checking);
    registry.update(model, { state: "verified", model, signature, reasons: [] });
    const isStored = (): boolean => storage.text.includes('"verified"');
    for (let bytesDone = 1; bytesDone < 1_000_000 && !isStored(); bytesDone += 1) {
      registry.update(other, checking, { progress: { bytesDone, bytesTotal: 1_000_000 } });
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(isStored());
    memory.dispose();
  });

  it("stays small: stores no long list of differences, and of many models only the latest", async () => {
    const added = Array.from({ length: 10_000 }, (_, index) => ({ name: `file-${index}` }));
    const base = { model, signature, reasons: [], state: "modified" } as const;
    const large: Verdict = { ...base, comparison: { matches: false, changed: [], missing: [], added } };
    assert.deepEqual(restored(large), base);
    const registry = new ModelRegistry();
    const memory = new VerdictStore({ registry, storage, failed: () => {} });
    await memory.load();
    const path = (index: number): string => join(root(), `many-${index}`);
    const indexes = Array.from({ length: 300 }, (_, index) => index);
    registry.replaceFolder(
      root(),
      indexes.map((index) => ({ path: path(index), kind: "file", signatures: [`${path(index)}.sig`] })),
    );
    for (const index of indexes) {
      const checkedAt = new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString();
      const one = { ...base, model: path(index), signature: `${path(index)}.sig`, checkedAt };
      registry.update(path(index), one);
    }
    memory.dispose();
    const kept: Verdict[] = JSON.parse(storage.text);
    assert.equal(kept.length, 200);
    assert.ok(kept.some(({ model }) => model === path(299)));
    assert.ok(!kept.some(({ model }) => model === path(99)));
    assert.ok(storage.text.length < 500_000);
  });

  it("stores every kind of signer, and no verdict without files", () => {
    const { signer } = keylessSignature("alice@example.com", "https://accounts.google.com");
    const verdict: Verdict = { state: "verified", model, signature, signer, reasons: [] };
    assert.deepEqual(restored(verdict), verdict);
    const coverage: Verdict["coverage"] = {
      ...{ files: 1, bytes: 1, bytesRead: 1, bytesFromCache: 0, seconds: 1, ignored: [], unsigned: [], empty: [] },
      ...{ algorithm: "sha256", serialization: "files", symlinksAllowed: false },
      hidden: { names: [".github/ci.yml"], count: 1, complete: true },
    };
    assert.deepEqual(restored({ ...verdict, coverage }), { ...verdict, coverage });
    assert.deepEqual(restored({ ...verdict, state: "invalid" }), { ...verdict, state: "invalid" });
    assert.equal(storedForm({ ...verdict, state: "unchecked" }), undefined);
  });
});
