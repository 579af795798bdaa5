import assert from "node:assert/strict";
import { appendFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createDigestEngine, type EngineOptions } from "../../../../src/core/hashing/child-engine.ts";
import type { DigestEngine, DigestProgress } from "../../../../src/core/hashing/digest-engine.ts";
import { createInProcessEngine } from "../../../../src/core/hashing/in-process-engine.ts";
import { RequestRunner } from "../../../../src/core/hashing/request-runner.ts";
import { Scheduler } from "../../../../src/core/hashing/scheduler.ts";
import type { ModelFile } from "../../../../src/core/model/file-list.ts";
import { failsWith } from "../../../support/errors.ts";
import { readLines, startsIn, withFaults } from "../../../support/hasher-faults-plan.ts";
import { listFiles, pattern } from "../../../support/listed-files.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const MIB = 1024 * 1024;
/** Enough for a few messages. */
const MANY = 1600;
/** Milliseconds until a file's times tell of every later write. */
const SETTLE_MS = 2100;

describe("a request whose list is still being made", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const record = (): string => join(folder(), "record");
  const order = (): string => join(folder(), "order");
  const model = (): string => join(folder(), "model");
  let engines: DigestEngine[] = [];
  afterEach(async () => {
    await Promise.all(engines.map((engine) => engine.dispose()));
    engines = [];
  });

  function create(options: EngineOptions = {}) {
    const engine = createDigestEngine(options);
    engines.push(engine);
    const { begin } = engine;
    assert.ok(begin);
    return Object.assign(engine, { begin });
  }

  /** Many small files, two large ones and an empty one, in code-point order. */
  function files(): ModelFile[] {
    const small = Object.fromEntries(Array.from({ length: MANY }, (_, at) => [`small/${at + 1000}`, pattern(at % 50)]));
    writeTree(model(), { "a.bin": pattern(3 * MIB + 1), ...small, "z.bin": pattern(2 * MIB + 2) });
    return listFiles(model(), ["a.bin", ...Object.keys(small), "z.bin"]);
  }

  /** Another order, the same at every run. */
  function asFound(list: readonly ModelFile[]): ModelFile[] {
    return list.map((_, at) => list[(at * 7 + 3) % list.length] ?? assert.fail());
  }

  async function expected(list: readonly ModelFile[], shardSize?: number) {
    const engine = createInProcessEngine();
    return (await engine.digest({ files: list, algorithm: "sha256", ...(shardSize !== undefined && { shardSize }) }))
      .digests;
  }

  it("has the digests of a complete list, in the order wanted", async () => {
    const list = files();
    assert.equal(list.length % 7, 6, "asFound is an order of all");
    for (const shardSize of [undefined, MIB]) {
      const engine = create();
      const growing = engine.begin({ files: [], algorithm: "sha256", ...(shardSize !== undefined && { shardSize }) });
      for (const file of asFound(list)) growing.add(file);
      const { digests, bytesRead } = await growing.finish(list);
      assert.deepEqual(digests, await expected(list, shardSize));
      assert.equal(
        bytesRead,
        list.reduce((sum, { size }) => sum + size, 0),
      );
    }
  });

  it("of no file at all is answered", async () => {
    const growing = create().begin({ files: [], algorithm: "sha256" });
    assert.deepEqual((await growing.finish([])).digests, []);
  });

  it("is read from its beginning on, and tells nothing of its progress before its end is known", async () => {
    const list = files();
    const told: DigestProgress[] = [];
    const engine = create(withFaults({ order: order() }));
    const growing = engine.begin({ files: [], algorithm: "sha256" }, { onProgress: (progress) => told.push(progress) });
    const [large, ...small] = list;
    assert.ok(large);
    for (const file of [...small, large]) growing.add(file);
    await until(() => readLines(order()).length >= 64);
    await pause(150);
    assert.deepEqual(told, []);
    truncateSync(large.path, 0);
    await failsWith("FILE_CHANGED", () => growing.finish(list));
  });

  it("names the file that changed, by its place among those found", async () => {
    const list = files();
    const changed = list[700];
    assert.ok(changed);
    appendFileSync(changed.path, "more");
    const growing = create().begin({ files: [], algorithm: "sha256" });
    for (const file of asFound(list)) growing.add(file);
    const error = await failsWith("FILE_CHANGED", () => growing.finish(list));
    assert.equal(error.details["file"], changed.name);
  });

  it("is taken up again from its beginning where the process crashes meanwhile", async () => {
    const list = files();
    const mark = join(folder(), "mark");
    const fault = { what: "die", file: "1149", offset: 0, times: 2, mark } as const;
    const engine = create({ pausesMs: [1, 2, 3], ...withFaults({ faults: [fault], record: record() }) });
    const growing = engine.begin({ files: [], algorithm: "sha256" });
    const [first, ...rest] = list;
    assert.ok(first);
    for (const file of rest) growing.add(file);
    await until(() => startsIn(record()).length === 3);
    growing.add(first);
    assert.deepEqual((await growing.finish(list)).digests, await expected(list));
    assert.equal(startsIn(record()).length, 3);
  });

  it("lets go of everything where the caller gives it up, by signal or by word", async () => {
    const list = files();
    const engine = create({ cancelMs: 1_000_000, ...withFaults({ record: record(), order: order() }) });
    const controller = new AbortController();
    const stopped = engine.begin({ files: [], algorithm: "sha256" }, { signal: controller.signal });
    for (const file of list) stopped.add(file);
    await until(() => readLines(order()).length > 0);
    controller.abort();
    await failsWith("CANCELLED", () => stopped.finish(list));

    const dropped = engine.begin({ files: [], algorithm: "sha256" });
    for (const file of list) dropped.add(file);
    dropped.cancel();
    await failsWith("CANCELLED", () => dropped.finish(list));
    const { digests } = await engine.digest({ files: list, algorithm: "sha256" });
    assert.deepEqual(digests, await expected(list));
    assert.equal(startsIn(record()).length, 1, "no second process");
  });

  it("given up twice, by signal and by word, costs no other request its process", async () => {
    const list = files();
    const engine = create({ cancelMs: 300, ...withFaults({ record: record(), order: order() }) });
    const controller = new AbortController();
    const stopped = engine.begin({ files: list, algorithm: "sha256" }, { signal: controller.signal });
    await until(() => readLines(order()).length > 0);
    controller.abort();
    stopped.cancel();
    await failsWith("CANCELLED", () => stopped.finish(list));
    await pause(600);
    await engine.digest({ files: list, algorithm: "sha256" });
    assert.equal(startsIn(record()).length, 1, "no second process");
  });

  it("answers for files that were added twice, or are not wanted any more, and for no others", async () => {
    const list = files();
    const wanted = list.slice(5);
    const engine = create();
    const growing = engine.begin({ files: [], algorithm: "sha256" });
    for (const file of [...list, ...list.slice(3, 9)]) growing.add(file);
    assert.deepEqual((await growing.finish(wanted)).digests, await expected(wanted));
    const other = engine.begin({ files: [], algorithm: "sha256" });
    for (const file of list.slice(1)) other.add(file);
    await assert.rejects(other.finish(list), RangeError);
  });

  it("of more than can be digested at once is refused as soon as that is seen", async () => {
    const [file] = files();
    assert.ok(file);
    const huge = { ...file, size: 9_000_000 };
    const engine = create(withFaults({ record: record() }));
    const growing = engine.begin({ files: [], algorithm: "sha256", shardSize: 1 });
    growing.add(huge);
    assert.throws(() => growing.add({ ...huge, name: "another" }), { code: "USAGE" });
    growing.cancel();
    const request = { files: [huge, huge], algorithm: "sha256", shardSize: 1 } as const;
    assert.throws(() => engine.begin(request), { code: "USAGE" });
    assert.throws(() => engine.begin({ files: [], algorithm: "sha256", shardSize: 0 }), { code: "USAGE" });
    await engine.dispose();
    assert.throws(() => engine.begin({ files: [], algorithm: "sha256" }), { code: "CANCELLED" });
  });

  it("fills the cache so that the next request, which asks in order, needs no process", async () => {
    const list = files();
    await pause(SETTLE_MS);
    const cache = { directory: join(folder(), "cache") };
    const engine = create({ cache });
    const growing = engine.begin({ files: [], algorithm: "sha256", root: model() });
    for (const file of asFound(list)) growing.add(file);
    const { digests } = await growing.finish(list);
    await engine.dispose();
    const next = create({ cache, ...withFaults({ record: record() }) });
    const request = { files: list, algorithm: "sha256", mode: "cached", root: model() } as const;
    const answer = await next.digest(request);
    assert.deepEqual(answer.digests, digests);
    assert.equal(answer.bytesRead, 0);
    assert.deepEqual(startsIn(record()), []);
  });
});

describe("RequestRunner", () => {
  it("refuses a list that is not what was sent", () => {
    const scheduler = new Scheduler(1, () => assert.fail("nothing is read"));
    const runner = new RequestRunner({ scheduler }, { algorithm: "sha256", mode: "verify-cache" });
    runner.add(["/a", "/b"], ["1 1 1 1 1", "2 2 2 2 2"]);
    assert.throws(() => runner.complete({ files: 1, digests: 2 }), RangeError);
    assert.throws(() => runner.complete({ files: 3, digests: 2 }), RangeError);
    assert.throws(() => runner.complete({ files: 2, digests: 1 }), RangeError);
    runner.complete({ files: 2, digests: 2 });
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(5);
}
