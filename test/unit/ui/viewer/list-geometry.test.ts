import assert from "node:assert/strict";
import fc from "fast-check";
import { ListGeometry } from "../../../../src/ui/viewer/list-geometry.ts";

const ROW = 28;
const VIEW = 14 * ROW;

describe("a list of any length", () => {
  it("with few rows scrolls one pixel for one pixel", () => {
    const geometry = new ListGeometry(1000, ROW, VIEW);
    assert.equal(geometry.height, 28_000);
    assert.equal(geometry.topAt(280), 10);
    assert.equal(geometry.scrollFor(10), 280);
    assert.equal(geometry.offsetOf(12, 280), 12 * ROW);
  });

  it("does not scroll if it fits", () => {
    const geometry = new ListGeometry(3, ROW, 3 * ROW);
    assert.equal(geometry.topAt(0), 0);
    assert.equal(geometry.scrollFor(2), 0);
    assert.equal(geometry.scrollToShow(2, 0), 0);
  });

  it("reaches its first and its last row, and shows any row that it scrolls to", () => {
    const counts = fc.integer({ min: 1, max: 5_000_000 });
    fc.assert(
      fc.property(
        counts,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (rows, at, from) => {
          const geometry = new ListGeometry(rows, ROW, VIEW);
          const room = Math.max(0, geometry.height - VIEW);
          assert.ok(geometry.height <= 10_000_000);
          const index = Math.floor(at * (rows - 1));
          const scroll = geometry.scrollToShow(index, from * room);
          const place = geometry.offsetOf(index, scroll) - scroll;
          assert.ok(scroll >= 0 && scroll <= room + 0.01, `${scroll} of ${room}`);
          assert.ok(place >= -1 && place + ROW <= VIEW + 1, `row ${index} of ${rows} is at ${place}`);
        },
      ),
    );
  });
});
