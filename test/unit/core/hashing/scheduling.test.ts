import assert from "node:assert/strict";
import { truncateSync } from "node:fs";
import { join } from "node:path";
import { createDigestEngine } from "../../../../src/core/hashing/child-engine.ts";
import { DigestRun } from "../../../../src/core/hashing/digest-run.ts";
import type { Job, JobOutcome, Lane } from "../../../../src/core/hashing/job.ts";
import { Scheduler } from "../../../../src/core/hashing/scheduler.ts";
import { statLine } from "../../../../src/core/model/stat-line.ts";
import { readLines, withFaults } from "../../../support/hasher-faults-plan.ts";
import { listFiles, pattern } from "../../../support/listed-files.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const MIB = 1024 * 1024;

/** Threads whose jobs end when the test says so. */
class Hall {
  readonly atWork: { readonly job: Job; readonly end: (outcome?: JobOutcome) => void }[] = [];
  lanes = 0;

  readonly create = (): Lane => {
    this.lanes++;
    return {
      run: (job) =>
        new Promise((resolve) => {
          const entry = {
            job,
            end: (outcome: JobOutcome = { state: "done" }) => {
              this.atWork.splice(this.atWork.indexOf(entry), 1);
              resolve(outcome);
            },
          };
          this.atWork.push(entry);
        }),
      close: async () => {},
    };
  };

  get files(): string[] {
    return this.atWork.map(({ job }) => job.chunk.paths);
  }
}

function begin(scheduler: Scheduler, readers?: number): DigestRun {
  return new DigestRun({ algorithm: "sha256" }, { lanes: scheduler.lanes, readers });
}

function add(run: DigestRun, sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    run.add(name, statLine({ size: BigInt(size), mtimeNs: 1n, ctimeNs: 1n, dev: 1n, ino: 1n }), size, true);
  }
}

function run(scheduler: Scheduler, sizes: Readonly<Record<string, number>>, readers?: number): DigestRun {
  const begun = begin(scheduler, readers);
  add(begun, sizes);
  begun.complete();
  return begun;
}

/** Lets everything that can go on do so. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe("Scheduler", () => {
  it("one thread a core, the largest file first", async () => {
    const hall = new Hall();
    const scheduler = new Scheduler(2, hall.create);
    const sizes = { small: 2 * MIB, big: 8 * MIB, middle: 4 * MIB, bigger: 9 * MIB };
    const done = scheduler.submit(run(scheduler, sizes));
    assert.deepEqual(hall.files, ["bigger", "big"]);
    hall.atWork[1]?.end();
    await settle();
    assert.deepEqual(hall.files, ["bigger", "middle"]);
    hall.atWork[0]?.end();
    await settle();
    assert.deepEqual(hall.files, ["middle", "small"]);
    for (const { end } of [...hall.atWork]) end();
    assert.deepEqual(await done, { state: "done" });
    assert.equal(hall.lanes, 2);
  });

  it("begins with small files while the list is still coming, and with the largest once it is complete", async () => {
    const hall = new Hall();
    const scheduler = new Scheduler(1, hall.create);
    const one = begin(scheduler);
    const done = scheduler.submit(one);
    add(one, { large: 5 * MIB });
    add(one, Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`small-${at}`, 10])));
    scheduler.dispatch();
    assert.equal(hall.atWork[0]?.job.files.length, 64);
    add(one, { larger: 9 * MIB, "last-a": 10, "last-b": 10 });
    one.complete();
    scheduler.dispatch();
    for (const expected of ["larger", "large"]) {
      hall.atWork[0]?.end();
      await settle();
      assert.deepEqual(hall.files, [expected]);
    }
    hall.atWork[0]?.end();
    await settle();
    assert.equal(hall.atWork[0]?.job.files.length, 38);
    hall.atWork[0]?.end();
    assert.deepEqual(await done, { state: "done" });
  });

  it("in the tail every large file starts, and where the largest decides, all but one a core pause", async () => {
    const hall = new Hall();
    const scheduler = new Scheduler(2, hall.create);
    const one = run(scheduler, { a: 300 * MIB, b: 90 * MIB, c: 80 * MIB });
    const done = scheduler.submit(one);
    assert.deepEqual(hall.files, ["a", "b", "c"]);
    const gates = (): boolean[] =>
      hall.atWork.map(
        ({ job }) => Atomics.load(new Int32Array(job.control, scheduler.lanes * 8), 2 + job.lane * 2) === 1,
      );
    assert.deepEqual(gates(), [false, false, true]);
    hall.atWork[0]?.end();
    await settle();
    assert.deepEqual(gates(), [false, false]);
    for (const { end } of [...hall.atWork]) end();
    assert.deepEqual(await done, { state: "done" });
  });

  it("a second request gets a thread at once, though every core is busy", async () => {
    const hall = new Hall();
    const scheduler = new Scheduler(2, hall.create);
    const first = scheduler.submit(run(scheduler, { a: 9 * MIB, b: 8 * MIB, c: 7 * MIB }));
    const second = scheduler.submit(run(scheduler, { quick: 10, slow: 5 * MIB }));
    assert.deepEqual(hall.files, ["a", "b", "slow"]);
    hall.atWork[0]?.end();
    await settle();
    assert.deepEqual(hall.files, ["b", "slow"]);
    hall.atWork[0]?.end();
    await settle();
    assert.deepEqual(hall.files, ["slow", "c"]);
    hall.atWork[1]?.end();
    await settle();
    assert.deepEqual(await first, { state: "done" });
    assert.deepEqual(hall.files, ["slow", "quick"]);
    for (const { end } of [...hall.atWork]) end();
    assert.deepEqual(await second, { state: "done" });
  });

  it("the number of threads is bounded, however many requests there are", async () => {
    const hall = new Hall();
    const scheduler = new Scheduler(2, hall.create);
    const all = Array.from({ length: 40 }, () => scheduler.submit(run(scheduler, { a: 9 * MIB, b: 8 * MIB })));
    assert.ok(hall.lanes <= scheduler.lanes && hall.lanes <= 5, `${hall.lanes} of ${scheduler.lanes}`);
    while (hall.atWork.length > 0) {
      hall.atWork[0]?.end();
      await settle();
    }
    for (const outcome of await Promise.all(all)) assert.deepEqual(outcome, { state: "done" });
    assert.ok(hall.lanes <= scheduler.lanes);
  });

  it("where the disk sets the pace, reads ahead of large files, and takes more threads for small ones", async () => {
    const hall = new Hall();
    const scheduler = new Scheduler(2, hall.create);
    const large = run(scheduler, { a: 9 * MIB, b: 9 * MIB, c: 9 * MIB, d: 9 * MIB });
    const first = scheduler.submit(large);
    assert.deepEqual([hall.atWork.length, large.control.overlap], [2, false]);
    scheduler.diskBound = true;
    assert.deepEqual([hall.atWork.length, large.control.overlap], [2, true]);
    while (hall.atWork.length > 0) {
      hall.atWork[0]?.end();
      await settle();
    }
    assert.deepEqual(await first, { state: "done" });

    const names = Array.from({ length: 2000 }, (_, at) => [`file-${at}`, 1000] as const);
    const small = run(scheduler, Object.fromEntries(names));
    const second = scheduler.submit(small);
    assert.equal(hall.atWork.length, 5);
    scheduler.diskBound = false;
    hall.atWork[0]?.end();
    await settle();
    assert.equal(hall.atWork.length, 4);
    while (hall.atWork.length > 0) {
      hall.atWork[0]?.end();
      await settle();
    }
    assert.deepEqual(await second, { state: "done" });
  });

  it("with one reader, one file after the other in the order of the list", async () => {
    const hall = new Hall();
    const scheduler = new Scheduler(4, hall.create);
    const done = scheduler.submit(run(scheduler, { a: 2 * MIB, c: 9 * MIB, b: 5 * MIB }, 1));
    for (const name of ["a", "c", "b"]) {
      assert.deepEqual(hall.files, [name]);
      hall.atWork[0]?.end();
      await settle();
    }
    assert.deepEqual(await done, { state: "done" });
  });

  it("after a fault nothing new starts, and the answer waits for what is under way", async () => {
    const hall = new Hall();
    const scheduler = new Scheduler(2, hall.create);
    const one = run(scheduler, { a: 9 * MIB, b: 8 * MIB, c: 7 * MIB, d: 6 * MIB });
    const done = scheduler.submit(one);
    const fault = { kind: "changed", file: 0, change: "size" } as const;
    hall.atWork[0]?.end({ state: "failed", fault });
    await settle();
    assert.deepEqual(hall.files, ["b"]);
    assert.equal(one.control.stopped, true);
    hall.atWork[0]?.end({ state: "stopped" });
    assert.deepEqual(await done, { state: "failed", fault });
  });

  it("after a cancel too", async () => {
    const hall = new Hall();
    const scheduler = new Scheduler(1, hall.create);
    const one = run(scheduler, { a: 9 * MIB, b: 8 * MIB });
    const done = scheduler.submit(one);
    scheduler.cancel(one);
    hall.atWork[0]?.end({ state: "done" });
    assert.deepEqual(await done, { state: "cancelled" });
    assert.deepEqual(hall.files, []);
  });
});

describe("the order of work in the hashing process", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();

  /** Files of the model that were opened; a thread opens its own modules too. */
  function opened(): string[] {
    const names = readLines(join(folder(), "order")).map((line) => line.split(" ")[0] ?? "");
    return names.filter((name) => name.length === 1);
  }

  it("largest first, and in order of the list where one thread reads", async () => {
    writeTree(folder(), { a: pattern(2 * MIB), b: pattern(4 * MIB), c: pattern(3 * MIB) });
    const files = listFiles(folder(), ["a", "b", "c"]);
    for (const [readers, expected] of [
      ["many", ["b", "c", "a"]],
      ["one", ["a", "b", "c"]],
    ] as const) {
      writeTree(folder(), { order: "" });
      const engine = createDigestEngine({ workers: 1, readers, ...withFaults({ order: join(folder(), "order") }) });
      await engine.digest({ files, algorithm: "sha256" });
      await engine.dispose();
      assert.deepEqual(opened(), expected);
    }
  });

  it("threads that take turns digest no byte twice and lose none", async () => {
    writeTree(folder(), { a: "", b: "", c: "", d: "" });
    for (const name of ["a", "b", "c", "d"]) truncateSync(join(folder(), name), 200 * MIB);
    const files = listFiles(folder(), ["a", "b", "c", "d"]);
    const engine = createDigestEngine({ workers: 3 });
    const { digests } = await engine.digest({ files, algorithm: "sha256" });
    const [alone] = (await engine.digest({ files: files.slice(0, 1), algorithm: "sha256" })).digests;
    await engine.dispose();
    assert.deepEqual(digests, [alone, alone, alone, alone]);
  });
});
