import assert from "node:assert/strict";
import { Output } from "../../../src/terminal/output.ts";
import { progressText, withProgressLine } from "../../../src/terminal/progress-line.ts";
import { CapturedStream } from "../../support/run-main.ts";

const GB = 1e9;

describe("the progress line", () => {
  it("has bytes, rate and time left", () => {
    const progress = { bytesDone: 12.1 * GB, bytesTotal: 35.6 * GB };
    assert.equal(progressText(progress, 10), "Hashing 12.1 of 35.6 GB, 1.2 GB/s, 19 s left");
  });

  it("has no rate in the first moments", () => {
    assert.equal(progressText({ bytesDone: 5, bytesTotal: 2000 }, 0.1), "Hashing 5 B of 2.0 kB");
    assert.equal(progressText({ bytesDone: 0, bytesTotal: 2000 }, 5), "Hashing 0 B of 2.0 kB");
  });

  it("is overwritten by each update, and erased by any other output and at the end", () => {
    const stream = new CapturedStream(true);
    const output = new Output(stream, {});
    output.progress("one");
    output.progress("two");
    output.print(["a result"]);
    output.progress("three");
    output.progress();
    output.progress();
    const erase = "\r\x1b[K";
    assert.equal(stream.text, `one${erase}two${erase}a result\nthree${erase}`);
  });

  it("never wraps: a wrapped line could not be erased", async () => {
    const stream = new CapturedStream(true);
    Object.assign(stream, { columns: 12 });
    await withProgressLine(new Output(stream, {}), async (update) => update({ bytesDone: 0, bytesTotal: 4000 }));
    assert.equal(stream.text, "Hashing 0 B\r\x1b[K");
  });

  it("is not written if standard error is no terminal", async () => {
    const stream = new CapturedStream(false);
    await withProgressLine(new Output(stream, {}), async (update) => update({ bytesDone: 1, bytesTotal: 2 }));
    assert.equal(stream.text, "");
  });
});
