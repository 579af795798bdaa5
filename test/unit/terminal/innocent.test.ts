import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeKeys } from "../../support/keys.ts";
import { runCli } from "../../support/run-cli.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";
import { allToolFiles, finderStore, writeHubCache } from "../../support/tool-files.ts";

const keys = makeKeys();

describe("the terminal, for differences without tampering,", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const run = (...args: string[]) => runCli(args, { cwd: folder(), env: { HOME: folder() } });
  const sign = (...more: string[]) => run("sign", "key", "llama", "--private-key", "prod.pem", ...more);
  const verify = (...more: string[]) => run("verify", "key", "llama", "--public-key", "prod.pub", ...more);
  const signed = async (): Promise<string[]> => {
    const { stdout } = await run("inspect", "llama/model.sig", "--json");
    const { inspection } = JSON.parse(stdout);
    return inspection.ignorePaths.filter((path: string) => !/^(?:\.git|model\.sig$)/.test(path));
  };
  const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1) ?? "";

  beforeEach(() => {
    writeTree(folder(), { "llama/config.json": "{\n}\n", "llama/weights.bin": "w", "prod.pem": keys.privatePem });
    writeFileSync(join(folder(), "prod.pub"), keys.publicPem);
  });

  it("names a Git LFS pointer, and what to do: status 1, not tampered", async () => {
    await sign();
    const oid = createHash("sha256").update("w").digest("hex");
    writeTree(folder(), {
      "llama/weights.bin": `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 4300000000\n`,
    });
    const { status, stdout } = await verify();
    assert.equal(status, 1);
    assert.match(stdout, /^\? Can't be verified here {2}llama/);
    assert.match(stdout, /weights\.bin is a Git LFS pointer \(4\.3 GB not downloaded\)\. Run git lfs pull\./);
    assert.equal(lastLine(stdout), "? llama can't be verified here: content not downloaded.");
  });

  it("calls a pointer to other content changed", async () => {
    await sign();
    const oid = createHash("sha256").update("evil").digest("hex");
    writeTree(folder(), {
      "llama/weights.bin": `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 4\n`,
    });
    const { status, stdout } = await verify();
    assert.equal(status, 1);
    assert.match(stdout, /^✗ Changed since signing/);
    assert.match(stdout, /weights\.bin is a Git LFS pointer to other content than was signed/);
  });

  it("does not sign a pointer without --allow-lfs-pointers", async () => {
    const oid = createHash("sha256").update("w").digest("hex");
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 1\n`;
    writeTree(folder(), { "llama/weights.bin": pointer });
    const { status, stderr } = await sign();
    assert.notEqual(status, 0);
    assert.match(
      stderr,
      /is a Git LFS pointer, not the content\. Run git lfs pull, then sign; or .*--allow-lfs-pointers/,
    );
    assert.equal((await sign("--allow-lfs-pointers")).status, 0);
  });

  it("lists the links of a Hugging Face cache that it read through", async function () {
    if (process.platform === "win32") this.skip();
    await sign();
    const path = writeHubCache(join(folder(), "hub"), {
      "config.json": { etag: "a".repeat(40), content: "{\n}\n" },
      "weights.bin": { etag: createHash("sha256").update("w").digest("hex"), content: "w" },
    });
    const args = ["verify", "key", path, "--public-key", "prod.pub", "--signature", "llama/model.sig"];
    const { status, stdout } = await run(...args);
    assert.equal(status, 0, stdout);
    assert.match(stdout, /read through links of the Hugging Face cache: config\.json, weights\.bin/);
    const json = JSON.parse((await run(...args, "--json")).stdout);
    assert.deepEqual(json.verdict.coverage.hubLinks, ["config.json", "weights.bin"]);
  });

  it("names converted line ends as the cause, and stays red", async () => {
    await sign();
    writeTree(folder(), { "llama/config.json": "{\r\n}\r\n" });
    const { status, stdout } = await verify();
    assert.equal(status, 1);
    assert.match(stdout, /^✗ Changed since signing/);
    assert.match(stdout, /config\.json differs only in line endings \(Git autocrlf\)\. Put the line "\* -text"/);
  });

  it("is amber for files added by tools, with exit status 1", async () => {
    await sign();
    writeTree(join(folder(), "llama"), allToolFiles());
    const { status, stdout } = await verify();
    assert.equal(status, 1);
    assert.match(stdout, /^! Files added by tools {2}llama/);
    assert.match(stdout, /\.DS_Store {2}folder view of macOS/);
    assert.match(
      lastLine(stdout),
      /^! llama: signed files unchanged; 10 files added by tools \(signed by key prod\.pub\)\.$/,
    );
    writeTree(join(folder(), "llama"), { ".DS_Store": "import os\n" });
    assert.match((await verify()).stdout, /^✗ Changed since signing/);
  });

  it("excludes the files of tools with --exclude-junk, by exact paths", async () => {
    writeTree(join(folder(), "llama"), { ".DS_Store": finderStore(), "sub/.DS_Store": "import os\n" });
    const { stderr } = await sign();
    assert.match(stderr, /Tools wrote these files, and they are signed: \.DS_Store\. .*--exclude-junk/);
    rmSync(join(folder(), "llama/model.sig"));
    assert.equal((await sign("--exclude-junk")).stderr, "");
    assert.deepEqual(await signed(), [".DS_Store"]);
    const digest = await run("digest", "llama", "--exclude-junk", "--long");
    assert.doesNotMatch(digest.stdout, / \.DS_Store$/m);
    assert.match(digest.stdout, / sub\/\.DS_Store$/m);
  });

  it("asks before it signs an incomplete model: without a terminal, --yes agrees", async () => {
    writeTree(folder(), { "llama/big.gguf.part": "b" });
    const { status, stderr } = await sign();
    assert.notEqual(status, 0);
    assert.match(
      stderr,
      /incomplete: "big\.gguf\.part" is an unfinished download\. Complete it, or sign it as it is with --yes/,
    );
    assert.equal((await sign("--yes")).status, 0);
  });

  it("does not sign a .env unless it is named or excluded", async () => {
    writeTree(folder(), { "llama/.env": "TOKEN=1" });
    const { status, stderr } = await sign();
    assert.notEqual(status, 0);
    assert.match(stderr, /"\.env" usually contains passwords.*--ignore-paths.*--include/s);
    assert.equal((await sign("--ignore-paths", "llama/.env")).status, 0);
    assert.deepEqual(await signed(), [".env"]);
    rmSync(join(folder(), "llama/model.sig"));
    assert.equal((await sign("--include", "llama/.env")).status, 0);
    assert.deepEqual(await signed(), []);
  });

  it("names a signature of another tool", async () => {
    writeTree(folder(), {
      "llama/model.sig": "-----BEGIN PGP SIGNATURE-----\n\nwsBzBAABCAAd\n-----END PGP SIGNATURE-----\n",
    });
    const { status, stdout } = await verify();
    assert.equal(status, 1);
    assert.match(stdout, /^✗ Signature not valid/);
    assert.match(stdout, /model\.sig is a GPG signature over one file, not an OMS signature\./);
  });

  describe("--ignore-paths", () => {
    beforeEach(() =>
      writeTree(folder(), { "llama/a.log": "", "llama/sub/b.log": "", "llama/sub/c.txt": "", "other/d.log": "" }),
    );

    const patterns: readonly (readonly [string, readonly string[]])[] = [
      ["llama/*.log", ["a.log"]],
      ["llama/**.log", ["a.log", "sub/b.log"]],
      ["llama/sub/*", ["sub/b.log", "sub/c.txt"]],
      ["**/*.log", ["a.log", "sub/b.log"]],
      ["*/sub/*.log", ["sub/b.log"]],
    ];
    for (const [pattern, expected] of patterns) {
      it(`with ${pattern} is expanded into exact paths when signing`, async () => {
        const { status, stderr } = await sign("--ignore-paths", pattern);
        assert.equal(status, 0, stderr);
        assert.deepEqual(await signed(), expected);
        assert.equal((await verify()).status, 0);
      });
    }

    for (const pattern of ["*.log", "other/*.log", "llama/*.tmp", "llama/[ab].log", "llama/?.log"]) {
      it(`with ${pattern} that matches nothing is an error when signing`, async () => {
        const { status, stderr } = await sign("--ignore-paths", pattern);
        assert.notEqual(status, 0);
        assert.match(stderr, /matches no file of the model/);
      });
    }

    it("with an existing path is literal, whatever characters it has", async function () {
      if (process.platform === "win32") this.skip();
      writeTree(folder(), { "llama/*.log": "", "llama/[x].txt": "" });
      assert.equal((await sign("--ignore-paths", "llama/*.log", "--ignore-paths", "llama/[x].txt")).status, 0);
      assert.deepEqual(await signed(), ["*.log", "[x].txt"]);
      rmSync(join(folder(), "llama/model.sig"));
      rmSync(join(folder(), "llama/*.log"));
      rmSync(join(folder(), "llama/[x].txt"));
      await sign();
      writeTree(folder(), { "llama/*.log": "" });
      assert.equal((await verify("--ignore-paths", "llama/*.log")).status, 0);
    });

    it("with a pattern is an error when verifying, where it would silently do nothing", async () => {
      await sign();
      writeTree(folder(), { "llama/new.tmp": "" });
      const { status, stderr, stdout } = await verify("--ignore-paths", "llama/*.tmp");
      assert.notEqual(status, 0);
      assert.match(stderr, /"llama\/\*\.tmp" is a pattern, and no file has that name\. To verify, name each path/);
      assert.equal(stdout, "");
      assert.equal((await verify("--ignore-paths", "llama/new.tmp")).status, 0);
      assert.ok(readFileSync(join(folder(), "llama/model.sig")).length > 0);
    });
  });
});
