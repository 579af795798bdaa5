import assert from "node:assert/strict";
import { closingLine, limitRetries, retryLines } from "../../../scripts/suites/totals.ts";

describe("the totals of a run", () => {
  const tries = (count: number) => Array.from({ length: count }, (_, at) => ({ title: `t${at}`, message: "late" }));
  const run = (count: number) => limitRetries({ passed: 5, failed: [], skipped: [], retried: tries(count) });

  it("count the retries", () => {
    assert.deepEqual(retryLines(run(2)), ["Repeated in windows: 2", "Tried again: t0", "Tried again: t1"]);
    assert.deepEqual(retryLines(run(0)), []);
  });

  it("fail with more than two retries", () => {
    assert.equal(closingLine(run(2)), "5 passed, 0 failed, 0 skipped");
    assert.equal(closingLine(run(3)), "5 passed, 1 failed, 0 skipped");
  });
});
