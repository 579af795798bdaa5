import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ROOT } from "../../scripts/fetch.mjs";
import { makeKeys } from "../support/keys.ts";
import { ensurePackages, type Python } from "../support/python-packages.ts";
import { skip } from "../support/results.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";

/** Installed from a clone, as for everybody who names the repository in `.pre-commit-config.yaml`. */
describe("the hook for pre-commit", function () {
  this.timeout(15 * 60_000);
  const folder = useTemporaryFolder();
  let python: Python | undefined;

  before(function () {
    const found = ensurePackages(join(ROOT, "test", "long", "pre-commit-requirements.txt"), "pre-commit");
    if ("missing" in found) return skip(this, found.missing);
    python = found;
  });

  function git(cwd: string, ...args: readonly string[]): string {
    const identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
    const { status, stdout, stderr } = spawnSync("git", [...identity, ...args], { cwd, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return stdout.trim();
  }

  it("passes signed models, and fails once one of their files changes", () => {
    const repository = join(folder(), "models");
    const hooks = join(folder(), "hooks");
    git(folder(), "clone", "--quiet", ROOT, hooks);
    const { privatePem, publicPem } = makeKeys();
    writeTree(repository, { "models/llama/weights.bin": "x", "key.pub": publicPem });
    writeTree(folder(), { "key.pem": privatePem });
    const cli = join(ROOT, "dist", "cli.js");
    for (const args of [
      ["sign", "key", "models/llama", "--private-key", "../key.pem"],
      ["policy", "init", ".", "--public-key", "key.pub", "--yes"],
    ]) {
      const { status, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd: repository, encoding: "utf8" });
      assert.equal(status, 0, stderr);
    }
    const rev = git(hooks, "rev-parse", "HEAD");
    const hook = `{ repo: ${JSON.stringify(hooks)}, rev: ${rev}, hooks: [{ id: model-provenance }] }`;
    writeTree(repository, { ".pre-commit-config.yaml": `repos:\n  - ${hook}\n` });
    git(repository, "init", "--quiet");
    git(repository, "add", "--all");

    const first = run(repository);
    assert.equal(first.status, 0, first.stdout + first.stderr);
    appendFileSync(join(repository, "models/llama/weights.bin"), "y");
    git(repository, "add", "--all");
    const second = run(repository);
    assert.equal(second.status, 1);
    assert.match(second.stdout, /weights\.bin/);
  });

  /** pre-commit takes the first `nodejs` or `node` of PATH for its hooks. */
  function run(cwd: string) {
    assert.ok(python !== undefined);
    const bin = join(folder(), "bin");
    writeTree(bin, { made: "" });
    for (const name of ["node", "nodejs"]) {
      try {
        symlinkSync(process.execPath, join(bin, name));
      } catch {
        // The second run finds it.
      }
    }
    const env = {
      ...python.env,
      PATH: [bin, process.env["PATH"]].join(delimiter),
      PRE_COMMIT_HOME: join(folder(), "home"),
    };
    return spawnSync(python.command, ["-m", "pre_commit", "run", "--all-files"], { cwd, env, encoding: "utf8" });
  }
});
