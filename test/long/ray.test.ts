import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/fetch.mjs";
import { installProgram, runProgram } from "../support/built-program.ts";
import { makeKeys } from "../support/keys.ts";
import { ensurePackages, type Python } from "../support/python-packages.ts";
import { skip } from "../support/results.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";

describe("deploy/ray.py", function () {
  this.timeout(10 * 60_000);
  const folder = useTemporaryFolder();
  const at = (name: string): string => join(folder(), name);
  let python: Python | undefined;

  before(function () {
    if (process.platform === "win32") skip(this, "needs sh");
    const found = ensurePackages(join(ROOT, "test", "long", "ray-requirements.txt"), "Ray");
    if ("missing" in found) return skip(this, found.missing);
    python = found;
  });

  function runRay(program: Readonly<Record<string, string>>) {
    assert.ok(python !== undefined);
    const { command, env } = python;
    const output = `--output=${at("all.json")}`;
    const args = [join(ROOT, "deploy", "ray.py"), at("llama"), at("parts"), "--parts=4", "--cpus=1", output];
    // Nothing of it is sent anywhere.
    const quiet = { RAY_USAGE_STATS_ENABLED: "0", RAY_TMPDIR: folder() };
    return spawnSync(command, args, { env: { ...env, ...program, ...quiet }, encoding: "utf8" });
  }

  it("digests a model in tasks of a Ray cluster, and only what changed the next time; the signature verifies in full", () => {
    const keys = makeKeys();
    writeTree(folder(), { "key.pem": keys.privatePem, "key.pub": keys.publicPem });
    const files = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`w/${index}.bin`, "w".repeat(index)]));
    writeTree(at("llama"), files);
    const program = installProgram(folder());

    const first = runRay(program);
    assert.equal(first.status, 0, first.stderr);
    const digest = runProgram(program, ["digest", at("llama")]).stdout;
    assert.ok(first.stdout.endsWith(digest), first.stdout);
    assert.deepEqual(readdirSync(at("parts")).sort(), ["0.json", "1.json", "2.json", "3.json"]);
    const before = statSync(at("parts/2.json")).mtimeMs;
    const second = runRay(program);
    assert.equal(second.stdout.match(/nothing was read/g)?.length, 4, second.stdout + second.stderr);
    assert.equal(statSync(at("parts/2.json")).mtimeMs, before);

    const key = ["key", at("llama")];
    const manifest = `--manifest=${at("all.json")}`;
    const signed = runProgram(program, ["sign", ...key, `--private-key=${at("key.pem")}`, manifest]);
    assert.equal(signed.status, 0, signed.stderr);
    const verified = runProgram(program, ["verify", ...key, `--public-key=${at("key.pub")}`]);
    assert.equal(verified.status, 0, verified.stdout);
  });

  it("fails with the command's error if a part cannot be digested", () => {
    writeTree(folder(), { "parts/0.json": "notes" });
    writeTree(at("llama"), { "a.bin": "a" });
    const { status, stderr } = runRay(installProgram(folder()));
    assert.notEqual(status, 0);
    assert.match(stderr, /0\.json is not a manifest/);
  });
});
