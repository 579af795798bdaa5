import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { RawDigests } from "../../../../src/core/hashing/raw-digests.ts";

describe("RawDigests", () => {
  it("gives back what was put in, in any order and in stretches of any length", () => {
    const width = 3;
    const all = randomBytes(100_000 * width);
    const digests = new RawDigests(width);
    const stretches = [0, 1, 16_383, 16_384, 16_385, 50_000, 99_999, 100_000];
    for (let at = stretches.length - 1; at > 0; at--) {
      const [from = 0, to = 0] = [stretches[at - 1], stretches[at]];
      digests.put(from, all.subarray(from * width, to * width));
    }
    digests.put(7, Buffer.alloc(0));
    for (const [from, to] of [
      [0, 100_000],
      [16_383, 16_385],
      [49_000, 49_000],
      [99_999, 100_000],
    ] as const) {
      assert.equal(digests.hex(from, to), all.toString("hex", from * width, to * width));
    }
  });
});
