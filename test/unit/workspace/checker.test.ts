import assert from "node:assert/strict";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ProvenanceError } from "../../../src/core/errors.ts";
import { HashPool } from "../../../src/core/hashing/hash-pool.ts";
import type { FileHasher } from "../../../src/core/hashing/with-hash-pool.ts";
import type { Trust } from "../../../src/core/trust.ts";
import type { Verdict, VerdictState } from "../../../src/core/verdict.ts";
import { Checker } from "../../../src/workspace/checker.ts";
import { ModelRegistry } from "../../../src/workspace/registry.ts";
import { changeByte, signWith } from "../../support/editor-workspace.ts";
import { engineHere } from "../../support/engine-here.ts";
import { makeKeys } from "../../support/keys.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

const keys = makeKeys();
const reading = new HashPool({ workers: 0 });

/** A pool that lets the test act between the listing and the reading of a model. */
function pausing(before: (model: string) => void): FileHasher {
  return {
    digest: async (request, options) => {
      before(request.files[0]?.path ?? "");
      return reading.digest(request, options);
    },
  };
}

describe("the checker", () => {
  const root = useTemporaryFolder();
  let registry: ModelRegistry;
  let states: string[];
  let order: string[];
  let trust: Trust;
  let before: (model: string) => void;
  let checker: Checker;
  let paused: boolean;

  beforeEach(() => {
    registry = new ModelRegistry();
    paused = false;
    states = [];
    order = [];
    before = () => {};
    trust = { keys: [{ label: "release.pub", pem: keys.publicPem }] };
    registry.onDidChange(({ paths }) => {
      for (const path of paths) states.push(`${registry.get(path)?.verdict.state}`);
    });
    checker = new Checker({
      registry,
      trust: async () => trust,
      engine: engineHere(pausing((model) => before(model))),
      watch: async (model) => void order.push(model),
      paused: () => paused,
      log: () => {},
    });
  });

  async function signed(name: string, content = name): Promise<string> {
    const model = join(root(), name);
    writeTree(root(), { [`${name}/weights.bin`]: content });
    const signature = await signWith(model, keys.privatePem, reading);
    registry.add({ path: model, kind: "directory", signatures: [signature] }, undefined);
    states.length = 0;
    return model;
  }

  const state = (model: string): VerdictState | undefined => registry.get(model)?.verdict.state;

  it("reads the files, and reports progress", async () => {
    const model = await signed("a");
    const verdict = await checker.check(model, "files", { asked: true });
    assert.equal(verdict.state, "verified");
    assert.deepEqual(states, ["checking", "verified"]);
    assert.deepEqual(order, [model], "changes are watched for before the files are read");
  });

  it("counts the models of one run, until the last verdict is reported", async () => {
    const models = [await signed("a"), await signed("b"), await signed("c")];
    const counts = new Set<string>();
    registry.onDidChange(() => {
      const { progress } = checker;
      counts.add(progress === undefined ? "none" : `${progress.done} of ${progress.total}`);
    });
    await Promise.all(models.map((model) => checker.check(model, "files", { asked: true })));
    assert.deepEqual([...counts], ["0 of 3", "1 of 3", "2 of 3", "none"]);
    await checker.check(join(root(), "a"), "files", { asked: true });
    assert.deepEqual([...counts].slice(4), ["0 of 1"]);
  });

  it("includes a change that happens before it reads", async () => {
    const model = await signed("a");
    const early = new Checker({
      registry,
      trust: async () => trust,
      engine: engineHere(reading),
      watch: async (path) => void early.filesChanged(path),
      log: () => {},
    });
    assert.equal((await early.check(model, "files", { asked: true })).state, "verified");
    early.dispose();
  });

  it("checks the signature alone without making anything outdated", async () => {
    const model = await signed("a");
    assert.equal((await checker.check(model, "signature")).state, "unchecked");
    assert.deepEqual(states, ["unchecked"]);
    await checker.check(model, "files");
    assert.equal((await checker.check(model, "signature")).state, "verified");
    assert.equal(state(model), "verified");
  });

  it("finds a signature that was added after the model, and reports when there is none", async () => {
    const model = join(root(), "late");
    writeTree(root(), { "late/weights.bin": "w" });
    registry.add({ path: model, kind: "directory", signatures: [] }, undefined);
    assert.equal((await checker.check(model, "files")).state, "unsigned");
    await signWith(model, keys.privatePem, reading);
    assert.equal((await checker.check(model, "files")).state, "verified");
    assert.equal(registry.signedBy(join(model, "model.sig"))?.path, model);
  });

  it("watches for the signature that a policy names before it reports that there is none", async () => {
    const model = join(root(), "demanded");
    writeTree(root(), { "demanded/weights.bin": "w" });
    registry.add({ path: model, kind: "directory", signatures: [] }, undefined);
    const unsigned = async (): Promise<Verdict> => {
      order.push("looked");
      return { state: "unsigned", model, reasons: [] };
    };
    const demanding = new Checker({
      registry,
      trust: async () => trust,
      engine: { ...engineHere(reading), check: unsigned },
      policies: async () => ({
        user: [],
        workspace: [],
        generation: 0,
        workspaceTrusted: true,
        folder: root(),
        path: "demanded",
      }),
      watch: async (path) => void order.push(path),
      paused: () => paused,
      log: () => {},
    });
    assert.equal((await demanding.check(model, "signature")).state, "unsigned");
    assert.deepEqual(order, [model, "looked"]);
    demanding.dispose();
  });

  it("reports a model as unverifiable if the engine crashes, whether requested or automatic", async () => {
    const model = await signed("deadly");
    const died = async (): Promise<Verdict> => {
      throw new ProvenanceError("INTERNAL", "The engine ended 2 times.", { details: { engine: "SIGKILL" } });
    };
    const failing = new Checker({
      registry,
      trust: async () => trust,
      engine: { ...engineHere(reading), check: died },
      watch: async () => {},
      log: () => {},
    });
    for (const asked of [true, false]) {
      const verdict = await failing.check(model, "files", { asked });
      assert.deepEqual([verdict.state, verdict.reasons[0]?.message], ["unverifiable", "The engine ended 2 times."]);
    }
    failing.dispose();
  });

  it("runs requested checks first, then the smallest, one at a time", async () => {
    const [large, small, asked] = [
      await signed("large", "l".repeat(999)),
      await signed("small"),
      await signed("asked"),
    ];
    for (const model of [large, small, asked]) await checker.check(model, "files");
    order.length = 0;
    const checks = [
      checker.check(asked, "files"),
      checker.check(large, "files"),
      checker.check(small, "files"),
      checker.check(asked, "files", { asked: true }),
    ];
    await Promise.allSettled(checks);
    assert.deepEqual(order.slice(-3), [asked, small, large]);
  });

  it("reads nothing twice for two requests of the same check", async () => {
    const model = await signed("a");
    const asked = checker.check(model, "files", { asked: true });
    const automatic = [checker.check(model, "files"), checker.check(model, "signature")];
    await Promise.all(automatic.map((check) => assert.rejects(check, { code: "CANCELLED" })));
    assert.equal((await asked).state, "verified");
    assert.deepEqual(states, ["checking", "verified"]);
    assert.equal((await checker.check(model, "files")).state, "verified");
  });

  it("starts no automatic check of files while it is paused", async () => {
    const [one, two] = [await signed("one"), await signed("two")];
    paused = true;
    const waiting = checker.check(one, "files");
    assert.equal((await checker.check(two, "signature")).state, "unchecked");
    assert.equal((await checker.check(two, "files", { asked: true })).state, "verified");
    assert.deepEqual(order, [two]);
    paused = false;
    checker.pauseChanged();
    assert.equal((await waiting).state, "verified");
  });

  it("interrupts an automatic check when it is paused, and repeats it afterwards", async () => {
    const model = await signed("a");
    let turns = 0;
    before = () => {
      turns += 1;
      if (turns > 1) return;
      paused = true;
      checker.pauseChanged();
    };
    const held = new Promise<void>((resolve) => {
      registry.onDidChange(() => {
        if (turns === 1 && state(model) === "unchecked") resolve();
      });
    });
    const reading = checker.check(model, "files");
    await held;
    assert.deepEqual(states, ["checking", "unchecked"]);
    paused = false;
    checker.pauseChanged();
    assert.equal((await reading).state, "verified");
    assert.equal(turns, 2);
  });

  it("continues requested checks while it is paused", async () => {
    const model = await signed("a");
    before = () => {
      paused = true;
      checker.pauseChanged();
    };
    assert.equal((await checker.check(model, "files", { asked: true })).state, "verified");
    assert.deepEqual(states, ["checking", "verified"]);
  });

  it("runs the smallest first among models that were never read", async () => {
    const models = [
      await signed("large", "l".repeat(9999)),
      await signed("small"),
      await signed("mid", "m".repeat(999)),
    ];
    await Promise.all(models.map((model) => checker.check(model, "files")));
    const [large = "", small = "", middle = ""] = models;
    assert.deepEqual(order, [small, middle, large]);
  });

  it("restores the previous verdict when it is cancelled", async () => {
    const model = await signed("a");
    const abort = new AbortController();
    before = () => abort.abort();
    await assert.rejects(checker.check(model, "files", { asked: true, signal: abort.signal }), { code: "CANCELLED" });
    assert.deepEqual(states, ["checking", "unchecked"]);
  });

  it("continues an automatic check of the model when the requested one is cancelled, whether it ran or waited", async () => {
    const [model, other] = [await signed("a"), await signed("b")];
    const abort = new AbortController();
    let asked: Promise<Verdict> | undefined;
    before = () => {
      if (asked === undefined) asked = checker.check(model, "files", { asked: true, signal: abort.signal });
      else abort.abort();
    };
    const ran = checker.check(model, "files");
    assert.equal((await ran).state, "verified");
    assert.ok(asked !== undefined);
    await assert.rejects(asked, { code: "CANCELLED" });
    const first = checker.check(other, "files", { asked: true });
    const waited = checker.check(model, "files");
    const again = checker.check(model, "files", { asked: true, signal: AbortSignal.timeout(0) });
    await assert.rejects(again, { code: "CANCELLED" });
    await first;
    assert.equal((await waited).state, "verified");
  });

  it("does not restore a verdict when files or trust changed during the check that was cancelled", async () => {
    for (const cause of ["files", "trust"] as const) {
      const model = await signed(cause);
      await checker.check(model, "files");
      const abort = new AbortController();
      let turns = 0;
      before = () => {
        turns += 1;
        if (cause === "files") checker.filesChanged(model);
        // A changed trust repeats the check, which is cancelled then.
        else if (turns === 1) checker.trustChanged(model, "trust");
        if (cause === "files" || turns === 2) abort.abort();
      };
      await assert.rejects(checker.check(model, "files", { asked: true, signal: abort.signal }), { code: "CANCELLED" });
      const { verdict, before: last } = registry.get(model) ?? {};
      assert.deepEqual([verdict?.state, verdict?.staleBecause, last?.state], ["stale", cause, "verified"]);
    }
  });

  it("does not restore a verdict that became outdated before the check read files", async () => {
    const model = await signed("a");
    await checker.check(model, "files");
    const abort = new AbortController();
    const early = new Checker({
      registry,
      trust: async () => trust,
      engine: engineHere(pausing(() => abort.abort())),
      watch: async (path) => void early.filesChanged(path),
      log: () => {},
    });
    await assert.rejects(early.check(model, "files", { asked: true, signal: abort.signal }), { code: "CANCELLED" });
    assert.equal(state(model), "stale");
    early.dispose();
  });

  it("does not start for an aborted signal, and stops waiting when the signal aborts", async () => {
    const [model, other] = [await signed("a"), await signed("b")];
    await assert.rejects(checker.check(model, "files", { signal: AbortSignal.abort() }), { code: "CANCELLED" });
    const abort = new AbortController();
    const first = checker.check(other, "files", { asked: true });
    const waiting = checker.check(model, "files", { asked: true, signal: abort.signal });
    abort.abort();
    await assert.rejects(waiting, { code: "CANCELLED" });
    assert.equal((await first).state, "verified");
    assert.equal(state(model), "unchecked");
  });

  it("ends as stale, never as verified, when files change while it reads", async () => {
    const model = await signed("a");
    before = () => checker.filesChanged(model);
    assert.equal((await checker.check(model, "files", { asked: true })).state, "stale");
    assert.equal(state(model), "stale");
    assert.equal(registry.get(model)?.before?.state, "verified");
  });

  it("does not restore a verdict that became outdated while the signature was checked", async () => {
    const model = await signed("a");
    await checker.check(model, "files");
    const known = registry.get(model)?.verdict;
    assert.ok(known);
    const look = checker.check(model, "signature");
    registry.update(model, { ...known, state: "stale" }, { before: known });
    checker.filesChanged(model);
    await assert.rejects(look, { code: "CANCELLED" });
    assert.equal(state(model), "stale");
  });

  it("reports what changed", async () => {
    const model = await signed("a");
    changeByte(join(model, "weights.bin"));
    const { state: found, comparison } = await checker.check(model, "files");
    assert.equal(found, "modified");
    assert.deepEqual(
      comparison?.changed.map(({ name }) => name),
      ["weights.bin"],
    );
  });

  it("removes a deleted model", async () => {
    const model = await signed("a");
    renameSync(model, join(root(), "elsewhere"));
    await assert.rejects(checker.check(model, "files", { asked: true }), { code: "MODEL_NOT_FOUND" });
    assert.equal(registry.get(model), undefined);
  });

  it("makes the error of an automatic check the verdict, and throws the error of a requested one", async () => {
    const model = await signed("a");
    trust = { keys: [{ label: "broken.pub", pem: "no key" }] };
    await assert.rejects(checker.check(model, "files", { asked: true }), { code: "KEY_UNREADABLE" });
    assert.equal(state(model), "unchecked");
    assert.equal((await checker.check(model, "files")).state, "unverifiable");
    assert.equal(registry.get(model)?.verdict.reasons[0]?.code, "KEY_UNREADABLE");
  });

  it("recognizes the signature file that it read, until it is written", async () => {
    const model = await signed("a");
    const signature = join(model, "model.sig");
    assert.equal(await checker.signatureUnchanged(signature), false);
    await checker.check(model, "files");
    assert.equal(await checker.signatureUnchanged(signature), true);
    writeFileSync(signature, "{}");
    assert.equal(await checker.signatureUnchanged(signature), false);
  });

  it("ends everything when it is disposed", async () => {
    const [model, other] = [await signed("a"), await signed("b")];
    const checks = [checker.check(model, "files"), checker.check(other, "files")];
    checker.dispose();
    const outcomes = await Promise.allSettled(checks);
    assert.ok(outcomes.every((outcome) => outcome.status === "rejected" && outcome.reason.code === "CANCELLED"));
  });
});
