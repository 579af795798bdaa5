import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeKeys } from "../../support/keys.ts";
import { CLI } from "../../support/run-cli.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

describe("the terminal, with several signatures,", () => {
  const folder = useTemporaryFolder();
  const prod = makeKeys();
  const team = makeKeys();

  function run(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
    return new Promise((resolve) => {
      const child = execFile(process.execPath, [CLI, ...args], { cwd: folder() }, (_, stdout, stderr) =>
        resolve({ status: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  }

  beforeEach(() => {
    writeTree(folder(), {
      "prod.key": prod.privatePem,
      "prod.pub": prod.publicPem,
      "team.key": team.privatePem,
      "team.pub": team.publicPem,
      "models/llama/config.json": "{}",
      "models/llama/model.safetensors": "x",
    });
  });
  const sign = (key: string, ...more: string[]) => run("sign", "key", "models/llama", "--private-key", key, ...more);
  const verify = (key: string, ...more: string[]) => run("verify", "key", "models/llama", "--public-key", key, ...more);
  const scan = (key: string) => run("scan", ".", "--public-key", key, "--json");

  it("verifies with any of them, or only with the one of --signature, and reports all", async () => {
    await sign("prod.key");
    const signed = await sign("team.key", "--signature", "models/llama/team.sig");
    assert.match(signed.stdout + signed.stderr, /Other verifiers now reject it, because "team\.sig" was added/);
    for (const key of ["prod.pub", "team.pub"]) {
      const { status, stdout } = await verify(key);
      assert.equal(status, 0, stdout);
      assert.match(stdout, /all +model\.sig: .*\n.*team\.sig: /);
    }
    assert.equal((await verify("team.pub", "--signature", "models/llama/model.sig")).status, 1);
    writeFileSync(join(folder(), "models/llama/config.json"), "[]");
    const json = JSON.parse((await verify("prod.pub", "--json")).stdout);
    assert.equal(json.verdict.state, "modified");
    assert.equal(json.verdict.signatures.length, 2);
    assert.equal((await scan("prod.pub")).status, 1);
  });

  it("finds the model of a signature in the working directory, which is no model itself", async () => {
    await sign("prod.key");
    renameSync(join(folder(), "models/llama/model.sig"), join(folder(), "model.sig"));
    assert.match((await run("scan", ".")).stdout, /models\/llama {2}model\.sig\n$/);
    assert.equal((await verify("prod.pub")).status, 0);
    const { status, stdout } = await scan("prod.pub");
    assert.equal(status, 0, stdout);
    const { models, searched } = JSON.parse(stdout);
    assert.deepEqual(
      models.map((model: { state: string }) => model.state),
      ["verified"],
    );
    assert.deepEqual(searched.strays, []);
    writeFileSync(join(folder(), "models/llama/config.json"), "[]");
    assert.equal((await scan("prod.pub")).status, 1);
  });

  it("inspects one bundle of a file with one a line, and says that there are more", async () => {
    await sign("prod.key");
    await sign("team.key", "--signature", "team.sig");
    const bundles = ["models/llama/model.sig", "team.sig"].map((name) =>
      readFileSync(join(folder(), name), "utf8").trim(),
    );
    writeFileSync(join(folder(), "claims.jsonl"), `${bundles.join("\n")}\n`);
    const first = await run("inspect", "claims.jsonl");
    assert.equal(first.status, 0, first.stderr);
    assert.match(
      first.stdout,
      /Not verified {2}claims\.jsonl, line 1\n {2}bundles {4}2, one per line: --line N shows another\n/,
    );
    const { inspection } = JSON.parse((await run("inspect", "claims.jsonl", "--line", "2", "--json")).stdout);
    assert.deepEqual([inspection.line, inspection.bundles, inspection.subject], [2, 2, "llama"]);
    for (const line of ["3", "x"]) {
      const { status, stderr } = await run("inspect", "claims.jsonl", "--line", line);
      assert.equal(status, 2);
      assert.match(stderr, /no bundle in line 3|takes a number, not x/);
    }
    assert.doesNotMatch((await run("inspect", "team.sig")).stdout, /line/);
  });

  it("lists a model behind a link, which a scan that verifies does not follow", async function () {
    if (process.platform === "win32") this.skip();
    await sign("prod.key");
    mkdirSync(join(folder(), "workspace"));
    symlinkSync("../models", join(folder(), "workspace/models"));
    assert.match((await run("scan", "workspace")).stdout, /^○ .* {2}models\/llama {2}models\/llama\/model\.sig\n$/);
    const { status, stdout } = await run("scan", "workspace", "--public-key", "prod.pub");
    assert.equal(status, 1);
    assert.match(stdout, /✗ models is a symbolic link and was not followed/);
  });

  it("lists a signature whose model is missing", async () => {
    await sign("prod.key");
    mkdirSync(join(folder(), "old"));
    writeFileSync(join(folder(), "old/model.sig"), readFileSync(join(folder(), "models/llama/model.sig")));
    assert.match((await run("scan", ".")).stdout, /Signature of llama: no such model here \(old.model\.sig\)/);
    const { status, stdout } = await run("scan", ".", "--public-key", "prod.pub");
    assert.equal(status, 0, stdout);
    assert.match(stdout, /Signature of llama: no such model here \(old\/model\.sig\)/);
  });

  it("names the parts of a split model that are not covered", async () => {
    writeTree(folder(), { "m-00001-of-00003.gguf": "a", "m-00002-of-00003.gguf": "b" });
    const signed = await run("sign", "key", "m-00001-of-00003.gguf", "--private-key", "prod.key");
    assert.match(signed.stdout + signed.stderr, /1 of 3 parts covered; m-00002-of-00003\.gguf and 1 more are not/);
    const verified = await run("verify", "key", "m-00001-of-00003.gguf", "--public-key", "prod.pub");
    assert.equal(verified.status, 0);
    assert.match(verified.stdout, /1 of 3 parts covered/);
  });
});
