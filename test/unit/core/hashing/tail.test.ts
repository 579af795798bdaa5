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

  it("pauses the threads with the least left to do, and none where each has a core", () => {
    const remaining = new Map([
      [0, 5],
      [1, 9],
      [2, 7],
    ]);
    assert.deepEqual([...pausedLanes(remaining, 2)], [0]);
    assert.deepEqual([...pausedLanes(remaining, 3)], []);
    assert.deepEqual([...pausedLanes(new Map(), 2)], []);
  });

  /** Turns of one unit on so many cores, each lane that is not paused one unit further. */
  function turnsOf(sizes: readonly number[], cores: number): number {
    const remaining = new Map(sizes.entries());
    for (let turns = 0; ; turns++) {
      if (remaining.size === 0) return turns;
      const paused = pausedLanes(remaining, cores);
      for (const [lane, left] of [...remaining]) {
        if (paused.has(lane)) continue;
        if (left <= 1) remaining.delete(lane);
        else remaining.set(lane, left - 1);
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
      assert.ok(turns >= best && turns <= best + 1, `${sizes} on ${cores}: ${turns}, best ${best}`);
    }
  });
});
