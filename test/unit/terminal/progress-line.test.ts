import assert from "node:assert/strict";
import { Output } from "../../../src/terminal/output.ts";
import { ProgressLine, progressText } from "../../../src/terminal/progress-line.ts";
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

  it("is overwritten by each update, and erased at the end", () => {
    const stream = new CapturedStream(true);
    const times = [0, 2000];
    const line = new ProgressLine(new Output(stream, {}), () => times.shift() ?? 0);
    line.update({ bytesDone: 0, bytesTotal: 4000 });
    line.update({ bytesDone: 2000, bytesTotal: 4000 });
    line.clear();
    line.clear();
    const erase = "\r\x1b[K";
    const first = `${erase}Hashing 0 B of 4.0 kB`;
    assert.equal(stream.text, `${first}${erase}Hashing 2.0 of 4.0 kB, 1.0 kB/s, 2 s left${erase}`);
  });

  it("never wraps: a wrapped line could not be erased", () => {
    const stream = new CapturedStream(true);
    Object.assign(stream, { columns: 12 });
    new ProgressLine(new Output(stream, {})).update({ bytesDone: 0, bytesTotal: 4000 });
    assert.equal(stream.text, "\r\x1b[KHashing 0 B");
  });

  it("is not written if standard error is no terminal", () => {
    const stream = new CapturedStream(false);
    const line = new ProgressLine(new Output(stream, {}));
    line.update({ bytesDone: 1, bytesTotal: 2 });
    line.clear();
    assert.equal(stream.text, "");
  });
});
