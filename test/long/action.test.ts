import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { parse } from "yaml";
import { npm, pathWith, ROOT } from "../../scripts/fetch.mjs";
import { modelProvenance } from "../../scripts/start/terminal.ts";
import { makeKeys } from "../support/keys.ts";
import { skip } from "../support/results.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";

const Action = v.object({
  inputs: v.record(v.string(), v.object({ default: v.string() })),
  runs: v.object({
    steps: v.array(
      v.object({
        if: v.optional(v.string()),
        shell: v.optional(v.string()),
        env: v.optional(v.record(v.string(), v.string())),
        run: v.optional(v.string()),
      }),
    ),
  }),
});

describe("the GitHub Action", function () {
  this.timeout(120_000);
  const folder = useTemporaryFolder();
  const { inputs, runs } = v.parse(Action, parse(readFileSync(join(ROOT, "action.yml"), "utf8")));
  let package_ = "";

  before(function () {
    if (process.platform === "win32") skip(this, "needs a bash that is not WSL's");
  });

  beforeEach(() => {
    npm(["pack", "--ignore-scripts", "--pack-destination", folder()], ROOT);
    package_ = join(folder(), readdirSync(folder()).find((name) => name.endsWith(".tgz")) ?? "");
    const { privatePem, publicPem } = makeKeys();
    writeTree(folder(), { "key.pem": privatePem, "job/models/tiny/weights.bin": "x", "job/models/key.pub": publicPem });
    for (const args of [
      ["sign", "key", "tiny", "--private-key", "../../key.pem"],
      ["policy", "init", ".", "--public-key", "key.pub", "--yes"],
    ]) {
      const { status, text } = modelProvenance(join(folder(), "job", "models"), args);
      assert.equal(status, 0, text);
    }
  });

  /** Runs the step of a command as a runner does, with the package that was packed just now. */
  function step(command: string, given: Readonly<Record<string, string>>) {
    const values = new Map([
      ...Object.entries(inputs).map(([name, input]) => [`inputs.${name}`, given[name] ?? input.default] as const),
      ["inputs.package", package_],
      ["github.action_path", ROOT],
    ]);
    const found = runs.steps.find((one) => one.if === `inputs.command == '${command}'`);
    assert.ok(found?.run !== undefined && found.shell === "bash");
    const env = Object.entries(found.env ?? {}).map(([name, text]) => [
      name,
      text.replaceAll(/\$\{\{ (\S+) \}\}/g, (_, key: string) => values.get(key) ?? assert.fail(key)),
    ]);
    // Without the identity of a job that runs the tests: nothing is to be signed with it.
    const own = Object.entries(process.env).filter(([name]) => !/^ACTIONS_|^SIGSTORE_|_TOKEN/.test(name));
    return spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", found.run], {
      cwd: join(folder(), "job"),
      encoding: "utf8",
      env: { ...Object.fromEntries(own), PATH: pathWith(process.execPath), ...Object.fromEntries(env) },
    });
  }

  it("scans the models of a policy, and annotates each at its file", () => {
    const given = { path: "models", policy: "models/model-policy.yaml", sarif: "found.sarif" };
    const first = step("scan", given);
    assert.equal(first.status, 0, first.stdout + first.stderr);
    assert.equal(JSON.parse(readFileSync(join(folder(), "job", "found.sarif"), "utf8")).version, "2.1.0");

    appendFileSync(join(folder(), "job/models/tiny/weights.bin"), "changed");
    const second = step("scan", given);
    assert.equal(second.status, 1);
    assert.match(second.stdout, /^::error file=models\/tiny\/model\.sig::/m);
  });

  it("fails with what is wrong where there is no policy", () => {
    const { status, stdout } = step("scan", { path: "models", policy: "missing.yaml" });
    assert.equal(status, 2);
    assert.match(stdout, /^::error::model-provenance wrote no SARIF log/m);
  });

  it("signs as the job, and fails where the job has no identity", () => {
    const { status, stderr } = step("sign", { command: "sign", path: "models/tiny" });
    assert.equal(status, 2);
    assert.match(stderr, /--use-ambient-credentials|no identity/i);
  });
});
