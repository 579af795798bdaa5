import assert from "node:assert/strict";
import { mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { ConfigurationTarget, commands, Uri, workspace } from "vscode";
import type { Api } from "../../src/api.ts";
import { HashPool } from "../../src/core/hashing/hash-pool.ts";
import type { Verdict } from "../../src/core/verdict.ts";
import { COMMANDS, SETTINGS } from "../../src/platform/ids.ts";
import { Badges } from "../../src/ui/badges.ts";
import { codeSurfaces } from "../../src/ui/code/code-surfaces.ts";
import { showStatusBar } from "../../src/ui/status-bar.ts";
import { modelItem } from "../../src/ui/tree-items.ts";
import { factsOf } from "../../src/ui/tree-nodes.ts";
import { ModelRegistry } from "../../src/workspace/registry.ts";
import { collectGarbage } from "../support/collect-garbage.ts";
import { changeByte, pemEntry, signWith } from "../support/editor-workspace.ts";
import { extensionApi, until, Watched } from "../support/extension-api.ts";
import { makeKeys } from "../support/keys.ts";

const pool = new HashPool({ workers: 0 });
const keys = makeKeys();

describe("automatic verification", () => {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const outside = join(tmpdir(), `model-provenance-automatic-${process.pid}`);
  let api: Api;
  let model: string;
  let watched: Watched;
  let count = 0;

  before(async () => {
    api = await extensionApi();
    mkdirSync(outside, { recursive: true });
    writeFileSync(join(outside, "release.pub"), keys.publicPem);
    await set(SETTINGS.trustedKeys, [pemEntry(join(outside, "release.pub"))]);
  });

  after(async () => {
    await set(SETTINGS.trustedKeys, undefined);
    await set(SETTINGS.autoVerify, undefined);
    rmSync(outside, { recursive: true, force: true });
  });

  beforeEach(() => {
    count += 1;
    model = join(folder, `automatic-${count}`);
    mkdirSync(model);
    writeFileSync(join(model, "model.safetensors"), "weights");
    writeFileSync(join(model, "vocab.txt"), "a\nb\n");
    watched = new Watched(api, model);
  });

  afterEach(() => {
    watched.dispose();
    rmSync(model, { recursive: true, force: true });
  });

  async function set(name: string, value: unknown): Promise<void> {
    await workspace.getConfiguration().update(name, value, ConfigurationTarget.Global);
  }

  async function found(automatic: string | undefined): Promise<void> {
    await set(SETTINGS.autoVerify, automatic);
    await signWith(model, keys.privatePem, pool);
    await commands.executeCommand(COMMANDS.findModels);
  }

  /** The editor may report the new files late, which ends a check as stale. */
  async function verifiedByHand(): Promise<void> {
    do await commands.executeCommand(COMMANDS.verifyModel, Uri.file(model));
    while (watched.verdict?.state === "stale");
    assert.equal(watched.verdict?.state, "verified");
  }

  it("does nothing when it is off", async () => {
    await found("off");
    assert.equal(watched.verdict?.state, "unchecked");
    assert.equal(watched.verdict?.signer, undefined);
    await verifiedByHand();
    changeByte(join(model, "vocab.txt"));
    await watched.reaches("stale");
  });

  it("checks only signatures, and reads no file, if the setting says so", async () => {
    await found("signatures");
    await until("the signature was checked", () => watched.verdict?.signer !== undefined);
    assert.equal(watched.verdict?.state, "unchecked");
    assert.deepEqual([...new Set(watched.states)], ["unchecked"]);
  });

  it("verifies files by default, and reads again only what changed", async () => {
    // A sample: of files that were written a moment ago, no digest is kept.
    const sample = join(folder, "onnx");
    const seen = new Watched(api, sample);
    try {
      await set(SETTINGS.autoVerify, undefined);
      await signWith(sample, keys.privatePem, pool);
      const first = await seen.reaches("verified");
      assert.equal(first.coverage?.bytesRead, first.coverage?.bytes);
      writeFileSync(join(sample, "more.bin"), "x");
      const { reading, coverage } = await seen.reaches("modified");
      assert.equal(reading, "cached");
      assert.equal(coverage?.bytesFromCache, first.coverage?.bytes);
      await commands.executeCommand(COMMANDS.verifyModel, Uri.file(sample));
      assert.equal(seen.verdict?.reading, "full", "who asks has every byte read");
    } finally {
      rmSync(join(sample, "more.bin"), { force: true });
      rmSync(join(sample, "model.sig"), { force: true });
    }
    await seen.reaches("unsigned");
    seen.dispose();
  });

  it("reads every byte if the setting says so", async () => {
    await found("full");
    await watched.reaches("verified");
    changeByte(join(model, "vocab.txt"));
    const { reading, coverage } = await watched.reaches("modified");
    assert.equal(reading, "full");
    assert.equal(coverage?.bytesFromCache, 0);
  });

  it("skips what the editor excludes, and includes models that a setting names", async () => {
    const config = () => workspace.getConfiguration();
    const plain = join(model, "plain");
    const hidden = join(model, "hidden");
    for (const place of [plain, hidden]) mkdirSync(place);
    writeFileSync(join(plain, "notes.txt"), "x");
    rmSync(join(model, "model.safetensors"));
    writeFileSync(join(hidden, "model.safetensors"), "x");
    const verdictOf = (path: string): Verdict | undefined => api.getVerdict(Uri.file(path));
    try {
      await config().update(SETTINGS.models, [`automatic-${count}/pl*`], ConfigurationTarget.Workspace);
      await until("the folder is a model", () => verdictOf(plain) !== undefined);
      await until("the other folder is one", () => verdictOf(hidden) !== undefined);
      await config().update("files.exclude", { "**/hidden": true }, ConfigurationTarget.Workspace);
      await until("it is excluded", () => verdictOf(hidden) === undefined);
    } finally {
      await config().update(SETTINGS.models, undefined, ConfigurationTarget.Workspace);
      await config().update("files.exclude", undefined, ConfigurationTarget.Workspace);
    }
    await until("it is a model no longer", () => verdictOf(plain) === undefined);
  });

  it("does not block the extension host while a large model is read", async function () {
    this.timeout(60_000);
    await set(SETTINGS.autoVerify, "off");
    truncateSync(join(model, "model.safetensors"), 2_000_000_000);
    await signWith(model, keys.privatePem, pool);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await verifiedByHand();
    delay.disable();
    const [usual, most, longest] = [50, 95, 100].map((share) => delay.percentile(share) / 1e6);
    console.log(
      `    event loop: median ${usual?.toFixed(1)}, 95 % ${most?.toFixed(1)}, longest ${longest?.toFixed(1)} ms`,
    );
    // Other work on the machine delays any process now and then: what the host itself does shows in all but a few.
    assert.ok(most !== undefined && most <= 20, `95 % of the delays are at most ${most} ms`);
  });

  it("uses no memory that grows with the number of verdicts", async () => {
    const registry = new ModelRegistry();
    const code = codeSurfaces({ registry, engine: { run: async () => assert.fail() } });
    const surfaces = [new Badges(registry), showStatusBar({ registry, checker: { progress: undefined } }), code];
    const signature = join(model, "model.sig");
    registry.add({ path: model, kind: "directory", signatures: [signature] }, folder);
    const past: WeakRef<Verdict>[] = [];
    let rows: unknown[] = [];
    const change = async (times: number): Promise<void> => {
      for (let round = 0; round < times; round += 1) {
        const added = [{ name: `new-${round}.bin` }];
        const comparison = { matches: false, changed: [], missing: [], added };
        const before: Verdict = { state: "modified", model, signature, reasons: [], comparison };
        past.push(new WeakRef(before));
        registry.update(model, before);
        // What the tree makes of it is the window's, until it asks again.
        const known = registry.get(model);
        if (known !== undefined) rows = [modelItem(known, [known]), ...factsOf(known)];
        registry.update(model, { ...before, state: "stale" }, { before });
        registry.update(model, { state: "checking", model, signature, reasons: [] }, { before });
        // Messages of the surfaces to the window are pending until the event loop runs.
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const sizes: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      await change(500);
      // A WeakRef that was made in this turn of the event loop holds its verdict until the turn ends.
      for (let pass = 0; pass < 3; pass += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        collectGarbage();
      }
      sizes.push(process.memoryUsage().heapUsed);
    }
    const kept = past.filter((verdict) => verdict.deref() !== undefined).length;
    for (const surface of surfaces) surface.dispose();
    assert.ok(rows.length > 1);
    assert.ok(kept <= 5, `${kept} of ${past.length} verdicts of the past are still held`);
    // A leak grows in every round; the memory of other parts of the host varies.
    const growth = Math.min(...sizes.slice(1).map((size, index) => size - (sizes[index] ?? 0)));
    assert.ok(growth < 1_000_000, `${growth} bytes more after each 1500 changes: ${sizes.join(", ")}`);
  });
});
