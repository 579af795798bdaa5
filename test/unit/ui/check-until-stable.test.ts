import assert from "node:assert/strict";
import type { Verdict, VerdictState } from "../../../src/core/verdict.ts";
import { checkUntilStable } from "../../../src/ui/check-until-stable.ts";

/** Checks that come out like this, one after the other. */
function checks(...states: readonly VerdictState[]) {
  let count = 0;
  return {
    check: async (model: string): Promise<Verdict> => ({
      model,
      state: states[count++] ?? "unverifiable",
      reasons: [],
    }),
    count: () => count,
  };
}

describe("a check whose result is used right away", () => {
  it("is repeated if files changed while they were read, a limited number of times", async () => {
    const settles = checks("stale", "verified");
    assert.equal((await checkUntilStable(settles, "/m", {})).state, "verified");
    assert.equal(settles.count(), 2);
    const never = checks("stale", "stale", "stale", "stale");
    assert.equal((await checkUntilStable(never, "/m", {})).state, "stale");
    assert.equal(never.count(), 3);
  });
});
