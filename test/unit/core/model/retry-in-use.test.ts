import assert from "node:assert/strict";
import { retryInUse } from "../../../../src/core/model/retry-in-use.ts";

describe("what Windows refuses for a file in use", () => {
  function failing(times: number, code: string) {
    const attempts = { count: 0, run };
    async function run(): Promise<string> {
      attempts.count++;
      if (attempts.count <= times) throw Object.assign(new Error(code), { code });
      return "done";
    }
    return attempts;
  }

  for (const code of ["EPERM", "EACCES", "EBUSY"]) {
    it(`is repeated there, and nowhere else: ${code}`, async () => {
      const onWindows = failing(3, code);
      assert.equal(await retryInUse(onWindows.run, "win32"), "done");
      assert.equal(onWindows.count, 4);
      const elsewhere = failing(1, code);
      await assert.rejects(retryInUse(elsewhere.run, "linux"), { code });
      assert.equal(elsewhere.count, 1);
    });
  }

  it("is an error after a second", async () => {
    const always = failing(Infinity, "EPERM");
    await assert.rejects(retryInUse(always.run, "win32"), { code: "EPERM" });
    assert.equal(always.count, 8);
  });

  it("is not repeated for another error", async () => {
    const full = failing(1, "ENOSPC");
    await assert.rejects(retryInUse(full.run, "win32"), { code: "ENOSPC" });
    assert.equal(full.count, 1);
  });
});
