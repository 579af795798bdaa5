import assert from "node:assert/strict";
import { DiskWait, processUsage } from "../../../../src/core/hashing/disk-wait.ts";

/** A process that, in windows of 100 ms each, computes for so long. */
function observe(wait: DiskWait, windows: readonly number[], threads: number): boolean[] {
  let usage = { wallMs: 5000, cpuMs: 700 };
  const answers = [wait.observe(usage, threads)];
  for (const cpuMs of windows) {
    usage = { wallMs: usage.wallMs + 100, cpuMs: usage.cpuMs + cpuMs };
    answers.push(wait.observe(usage, threads));
  }
  return answers;
}

describe("DiskWait", () => {
  it("sees threads that compute little, once that lasts", () => {
    assert.deepEqual(observe(new DiskWait(), [40, 40, 40], 2), [false, false, true, true]);
    assert.deepEqual(observe(new DiskWait(), [40, 190, 40, 40], 2), [false, false, false, false, true]);
  });

  it("is not misled by threads that compute, by one alone, or by none", () => {
    for (const [cpuMs, threads] of [
      [200, 2],
      [130, 2],
      [90, 1],
      [0, 0],
    ] as const) {
      assert.ok(observe(new DiskWait(), [cpuMs, cpuMs, cpuMs, cpuMs], threads).every((answer) => !answer));
    }
  });

  it("forgets over a pause, and where the system does not tell", () => {
    const wait = new DiskWait();
    observe(wait, [40, 40], 2);
    wait.reset();
    assert.deepEqual(observe(wait, [40], 2), [false, false]);
    assert.equal(wait.observe(undefined, 2), false);
    assert.equal(wait.observe({ wallMs: 1, cpuMs: 1 }, 2), false);
  });

  it("this process has a usage where the system tells, and it grows with what is computed", function () {
    const before = processUsage();
    if (before === undefined) return this.skip();
    for (let at = 0; at < 2e7; at++) Math.sqrt(at);
    const after = processUsage();
    assert.ok(after !== undefined && after.wallMs > before.wallMs && after.cpuMs > before.cpuMs);
  });
});
