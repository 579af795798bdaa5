import assert from "node:assert/strict";
import { DiskWait, processUsage } from "../../../../src/core/hashing/disk-wait.ts";

/** A process that, in every window of 100 ms, computes so long and waits so often. */
function observe(
  wait: DiskWait,
  windows: readonly (readonly [cpuMs: number, waits: number])[],
  threads: number,
): boolean[] {
  let usage = { wallMs: 5000, cpuMs: 700, waits: 90 };
  const answers = [wait.observe(usage, threads)];
  for (const [cpuMs, waits] of windows) {
    usage = { wallMs: usage.wallMs + 100, cpuMs: usage.cpuMs + cpuMs, waits: usage.waits + waits };
    answers.push(wait.observe(usage, threads));
  }
  return answers;
}

describe("DiskWait", () => {
  it("sees threads that wait much and compute little, once that lasts", () => {
    const slow = [40, 100] as const;
    assert.deepEqual(observe(new DiskWait(), [slow, slow, slow], 2), [false, false, true, true]);
    assert.deepEqual(observe(new DiskWait(), [slow, [190, 100], slow, slow], 2), [false, false, false, false, true]);
  });

  it("is not misled by threads that compute, that other processes keep from computing, or that have nothing to do", () => {
    const windows = (cpuMs: number, waits: number) => Array.from({ length: 5 }, () => [cpuMs, waits] as const);
    for (const [cpuMs, waits, threads] of [
      [200, 100, 2],
      [100, 100, 1],
      [30, 5, 2],
      [0, 100, 0],
    ] as const) {
      assert.ok(observe(new DiskWait(), windows(cpuMs, waits), threads).every((answer) => !answer));
    }
  });

  it("forgets over a pause", () => {
    const wait = new DiskWait();
    observe(
      wait,
      [
        [40, 100],
        [40, 100],
      ],
      2,
    );
    wait.reset();
    assert.deepEqual(observe(wait, [[40, 100]], 2), [false, false]);
  });

  it("this process has a usage", () => {
    const before = processUsage();
    for (let at = 0; at < 1e6; at++) Math.sqrt(at);
    const after = processUsage();
    assert.ok(after.wallMs > before.wallMs && after.cpuMs >= before.cpuMs && after.waits >= before.waits);
  });
});
