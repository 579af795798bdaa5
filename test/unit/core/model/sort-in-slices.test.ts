import assert from "node:assert/strict";
import fc from "fast-check";
import { sortGroupsInSlices, sortInSlices } from "../../../../src/core/model/sort-in-slices.ts";
import { TimeSlices } from "../../../../src/core/model/time-slices.ts";

const byKey = (a: { key: number }, b: { key: number }) => a.key - b.key;

describe("sortInSlices", function () {
  this.timeout(60_000);

  it("sorts like sort, keeping the order of equals, at any length", async () => {
    const length = fc.constantFrom(0, 1, 2, 511, 512, 513, 1024, 1025, 3000, 5000);
    await fc.assert(
      fc.asyncProperty(length, fc.integer({ min: 1, max: 6000 }), fc.nat(), async (count, keys, seed) => {
        const items = Array.from({ length: count }, (_, at) => ({ key: ((at + seed) * 7919) % keys, at }));
        const sorted = await sortInSlices(items, byKey, new TimeSlices(undefined));
        assert.deepEqual(sorted, items.toSorted(byKey));
      }),
      { numRuns: 60 },
    );
  });

  it("sorts groups into one list, whether they overlap or not", async () => {
    const groups = fc.array(fc.array(fc.nat(5000), { maxLength: 40 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(groups, fc.nat(2000), async (keys, more) => {
        const large = Array.from({ length: more }, (_, at) => (at * 7919) % 6000);
        const items = [...keys, large].map((group) => group.map((key) => ({ key })));
        const sorted = await sortGroupsInSlices(items, byKey, new TimeSlices(undefined));
        assert.deepEqual(sorted, items.flat().toSorted(byKey));
      }),
      { numRuns: 60 },
    );
  });

  it("lets the event loop turn, and can be cancelled meanwhile", async () => {
    const items = Array.from({ length: 200_000 }, (_, at) => ({ key: (at * 7919) % 200_000 }));
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    await assert.rejects(sortInSlices(items, byKey, new TimeSlices(controller.signal)), { code: "CANCELLED" });
  });
});
