import assert from "node:assert/strict";
import { DiskWait, processorMs } from "../../../../src/core/hashing/disk-wait.ts";

/** A process whose jobs took so long in each window, and used so much of it. */
function observe(wait: DiskWait, windows: readonly (readonly [usedMs: number, jobsMs: number])[]): boolean[] {
  let used = 700;
  let jobs = 5000;
  const answers = [wait.observe(used, jobs)];
  for (const [usedMs, jobsMs] of windows) {
    used += usedMs;
    jobs += jobsMs;
    answers.push(wait.observe(used, jobs));
  }
  return answers;
}

describe("DiskWait", () => {
  const slow = [40, 200] as const;

  it("sees jobs that compute little of their time, once that lasts", () => {
    assert.deepEqual(observe(new DiskWait(), [slow, slow, slow]), [false, false, true, true]);
    assert.deepEqual(observe(new DiskWait(), [slow, [190, 200], slow, slow]), [false, false, false, false, true]);
  });

  it("keeps what it knows while no job tells of its end, and counts the time until then", () => {
    assert.deepEqual(observe(new DiskWait(), [slow, slow, [0, 0], [0, 0]]), [false, false, true, true, true]);
    assert.deepEqual(observe(new DiskWait(), [slow, slow, [90, 0], [90, 200]]), [false, false, true, true, false]);
    assert.deepEqual(
      observe(new DiskWait(), [
        [10, 0],
        [10, 200],
        [10, 0],
        [10, 200],
      ]),
      [false, false, false, false, true],
    );
  });

  it("is not misled by jobs that compute or are kept from it, nor by next to none", () => {
    for (const window of [
      [200, 200],
      [130, 200],
      [90, 100],
      [0, 10],
      [0, 0],
    ] as const) {
      assert.ok(observe(new DiskWait(), [window, window, window, window]).every((answer) => !answer));
    }
  });

  it("forgets over a pause, and where the system does not tell", () => {
    const wait = new DiskWait();
    observe(wait, [slow, slow]);
    wait.reset();
    assert.deepEqual(observe(wait, [slow]), [false, false]);
    assert.equal(wait.observe(undefined, 10_000), false);
    assert.equal(wait.observe(1, 20_000), false);
  });

  it("what this process used grows with what it computes, where the system tells", function () {
    const before = processorMs();
    if (before === undefined) return this.skip();
    for (let at = 0; at < 2e7; at++) Math.sqrt(at);
    const after = processorMs();
    assert.ok(after !== undefined && after > before);
  });
});
