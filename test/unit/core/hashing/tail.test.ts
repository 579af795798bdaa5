import assert from "node:assert/strict";
import { isTail, pausedLanes, TAIL_JOB_BYTES } from "../../../../src/core/hashing/tail.ts";

const GB = 1e9;

describe("the tail of a request", () => {
  it("begins when as many jobs are left as threads may start: twice the cores, less one", () => {
    assert.equal(isTail(3, GB, 2), true);
    assert.equal(isTail(4, GB, 2), false);
    assert.equal(isTail(31, GB, 16), true);
    assert.equal(isTail(32, GB, 16), false);
  });

  it("is no matter on one core, or where only small jobs wait", () => {
    assert.equal(isTail(1, GB, 1), false);
    assert.equal(isTail(3, TAIL_JOB_BYTES - 1, 2), false);
  });

  it("pauses nobody while an even share is more than the longest job, or where each has a core", () => {
    assert.deepEqual([...pausedLanes(lanes(5, 9, 7), 2)], []);
    assert.deepEqual([...pausedLanes(lanes(7, 7, 7), 2)], []);
    assert.deepEqual([...pausedLanes(lanes(5, 90, 7), 3)], []);
    assert.deepEqual([...pausedLanes(lanes(), 2)], []);
  });

  it("pauses those with the least left to do where the longest decides", () => {
    assert.deepEqual([...pausedLanes(lanes(5, 13, 7), 2)], [0]);
    assert.deepEqual([...pausedLanes(lanes(1, 2, 99, 3), 2)], [1, 0]);
  });

  function lanes(...remaining: readonly number[]): Map<number, number> {
    return new Map(remaining.entries());
  }

  /** Turns of one unit a core; where more threads run than there are cores, they share them evenly. */
  function turnsOf(sizes: readonly number[], cores: number): number {
    const remaining = lanes(...sizes);
    for (let turns = 0; ; turns++) {
      if (remaining.size === 0) return turns;
      const paused = pausedLanes(remaining, cores);
      const running = [...remaining.keys()].filter((lane) => !paused.has(lane));
      for (const lane of running) {
        const left = (remaining.get(lane) ?? 0) - Math.min(1, cores / running.length);
        if (left <= 1e-9) remaining.delete(lane);
        else remaining.set(lane, left);
      }
    }
  }

  it("ends as early as it can: at the longest job or at an even share, whichever is more", () => {
    for (const [sizes, cores] of [
      [[100, 100, 100], 2],
      [[200, 50, 50], 2],
      [[90, 60, 30], 2],
      [[70, 70, 70, 70, 70], 3],
      [[500, 10, 10, 10, 10], 4],
    ] as const) {
      const share = Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / cores);
      const best = Math.max(...sizes, share);
      const turns = turnsOf(sizes, cores);
      assert.ok(turns >= best && turns <= best + 2, `${sizes} on ${cores}: ${turns}, best ${best}`);
    }
  });
});
