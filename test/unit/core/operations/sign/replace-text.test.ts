import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { replaceText } from "../../../../../src/core/replace-file.ts";
import { failsWith } from "../../../../support/errors.ts";
import { useTemporaryFolder } from "../../../../support/temporary-folder.ts";

describe("a text file that is replaced", () => {
  const folder = useTemporaryFolder();
  const path = () => join(folder(), "model-policy.yaml");

  it("is created, and replaced if it is unchanged", async () => {
    await replaceText({ path: path(), after: "one" });
    await replaceText({ path: path(), before: "one", after: "two" });
    assert.equal(readFileSync(path(), "utf8"), "two");
    assert.deepEqual(readdirSync(folder()), ["model-policy.yaml"]);
  });

  it("stays behind its link, with its permissions", async () => {
    const target = join(folder(), "policy");
    writeFileSync(target, "one", { mode: 0o640 });
    symlinkSync("policy", path());
    await replaceText({ path: path(), before: "one", after: "two" });
    assert.equal(readlinkSync(path()), "policy");
    assert.equal(readFileSync(target, "utf8"), "two");
    if (process.platform !== "win32") assert.equal(statSync(target).mode & 0o777, 0o640);
  });

  it("is kept if it changed or appeared meanwhile", async () => {
    writeFileSync(path(), "theirs");
    for (const before of ["ours", undefined]) {
      await failsWith("POLICY_INVALID", () => replaceText({ path: path(), before, after: "x" }));
      assert.equal(readFileSync(path(), "utf8"), "theirs");
      assert.deepEqual(readdirSync(folder()), ["model-policy.yaml"]);
    }
  });

  it("is not created in a missing folder", async () => {
    const missing = join(folder(), "none", "a.yaml");
    await failsWith("POLICY_INVALID", () => replaceText({ path: missing, after: "x" }));
    assert.equal(existsSync(missing), false);
  });
});
