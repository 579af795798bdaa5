import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/fetch.mjs";
import { skip } from "../support/results.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";

const ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.7";

describe("the workflows and the action", function () {
  this.timeout(10 * 60_000);
  const folder = useTemporaryFolder();

  function lint(cwd: string) {
    return spawnSync("go", ["run", ACTIONLINT], { cwd, encoding: "utf8" });
  }

  before(function () {
    const { status, stderr } = spawnSync("go", ["run", ACTIONLINT, "-version"], { encoding: "utf8" });
    if (status !== 0) skip(this, `needs Go and its modules for actionlint: ${stderr || "there is no go"}`);
  });

  it("pass actionlint", () => {
    const { status, stdout } = lint(ROOT);
    assert.equal(status, 0, stdout);
  });

  it("do not pass with an input that the action does not have", () => {
    writeTree(folder(), { ".git/": "", ".github/workflows/": "", "deploy/github/": "" });
    copyFileSync(join(ROOT, "action.yml"), join(folder(), "action.yml"));
    const workflow = readFileSync(join(ROOT, ".github", "workflows", "models.yml"), "utf8");
    writeFileSync(join(folder(), ".github", "workflows", "models.yml"), workflow.replace("policy:", "polici:"));
    const { status, stdout } = lint(folder());
    assert.equal(status, 1);
    assert.match(stdout, /input "polici" is not defined in action/);
  });
});
