import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeKeys } from "../../support/keys.ts";
import { asOrdinaryUser } from "../../support/ordinary-user.ts";
import { canMakeTerminal, runInTerminal } from "../../support/pseudo-terminal.ts";
import { type CliResult, runCli } from "../../support/run-cli.ts";
import { runMain } from "../../support/run-main.ts";
import { type LocalSigstore, startLocalSigstore } from "../../support/sigstore/local-sigstore.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

const keys = makeKeys();
const other = makeKeys();
const SIGN = ["sign", "key", "llama", "--private-key", "key.pem"];
const SIGNATURE = "llama/model.sig";

describe("signing in the terminal", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const at = (name: string): string => join(folder(), name);
  const text = (name: string): string => readFileSync(at(name), "utf8");
  const run = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: folder() });
  const sign = (...more: string[]): Promise<CliResult> => run(...SIGN, ...more);
  const rejects = ({ status, stdout, stderr }: CliResult, message: RegExp): void => {
    assert.match(stderr, message);
    assert.deepEqual([status, stdout], [1, ""]);
  };
  const change = (): void => writeTree(folder(), { "llama/model.safetensors": "weightz" });

  beforeEach(() => {
    writeTree(folder(), { "llama/model.safetensors": "weights", "llama/config.json": "{}", "tiny.gguf": "g" });
    writeTree(folder(), { "phi/config.json": "{}", "key.pem": keys.privatePem, "other.pem": other.privatePem });
  });

  it("writes one signature for each model: MODEL/model.sig for a folder, FILE.sig for a file", async () => {
    for (const [model, signature] of [
      ["llama", SIGNATURE],
      ["phi/", "phi/model.sig"],
      ["tiny.gguf", "tiny.gguf.sig"],
    ] as const) {
      const { status, stdout, stderr } = await run("sign", "key", model, "--private-key", "key.pem");
      assert.equal(status, 0, stderr);
      assert.ok(stdout.includes(`  signature  ${join(signature)}\n`), stdout);
      assert.ok(existsSync(at(signature)));
    }
    assert.equal(existsSync(at("model.sig")), false);
  });

  it("does not replace one model's signature by that of another at the same path", async () => {
    assert.equal((await sign("--signature", "model.sig")).status, 0);
    const before = text("model.sig");
    const phi = ["sign", "key", "phi", "--private-key", "key.pem", "--signature", "model.sig"];
    rejects(
      await run(...phi),
      /signature of another model, "llama"\. Give another path with --signature, or replace it/,
    );
    rejects(await run(...phi, "--yes"), /signature of another model/);
    assert.equal(text("model.sig"), before);
    assert.equal((await run(...phi, "--force")).status, 0);
  });

  it("writes no signature over a model file, a key or notes, whatever options are given", async () => {
    writeTree(folder(), { "notes.sig": "notes" });
    for (const name of ["llama/model.safetensors", "key.pem", "notes.sig"]) {
      const before = text(name);
      for (const more of [[], ["--force", "--yes"]]) {
        rejects(
          await sign("--signature", name, ...more),
          /the file there is not an OMS signature\. Give another path with --signature\.\n$/,
        );
        assert.equal(text(name), before);
      }
    }
  });

  it("asks nothing for the same files and the same signer", async () => {
    await sign();
    const again = await sign();
    assert.deepEqual([again.status, again.stderr], [0, ""]);
  });

  it("rejects the signature of another signer, unless forced", async () => {
    await sign();
    const byOther = ["sign", "key", "llama", "--private-key", "other.pem"];
    const message =
      /does not verify as yours; it claims to be by the key [0-9a-f]{12}…\. Give another path .* --force\.\n/;
    rejects(await run(...byOther), message);
    rejects(await run(...byOther, "--yes"), message);
    assert.equal((await run(...byOther, "--force")).status, 0);
  });

  it("lists changed files and writes nothing without a terminal, and continues with --yes", async () => {
    await sign();
    const before = text(SIGNATURE);
    change();
    const differs = /1 file differs from the signature by key key\.pem: model\.safetensors\./;
    rejects(await sign(), differs);
    rejects(await sign("--force"), /There is no terminal to ask .* confirm with --yes\. Nothing was written\./);
    assert.equal(text(SIGNATURE), before);
    const agreed = await sign("--yes");
    assert.equal(agreed.status, 0);
    assert.match(agreed.stderr, differs);
    assert.match(
      agreed.stdout,
      /\n {2}replaced {3}1 file differs from the signature by key key\.pem: model\.safetensors\n/,
    );
    assert.notEqual(text(SIGNATURE), before);
  });

  it("reports what was replaced as JSON, and the rejection too", async () => {
    await sign();
    change();
    const rejected = JSON.parse((await sign("--json")).stdout);
    assert.equal(rejected.error.code, "SIGNATURE_REPLACEMENT_DECLINED");
    const { replaced } = JSON.parse((await sign("--json", "--yes")).stdout);
    assert.deepEqual(replaced.changed, { count: 1, names: ["model.safetensors"] });
    assert.deepEqual([replaced.verified, replaced.matches], [true, false]);
  });

  it("asks on a terminal, and writes nothing for any answer but yes", async function () {
    if (!canMakeTerminal()) this.skip();
    await sign();
    const before = text(SIGNATURE);
    change();
    const ask = (type: string) =>
      runInTerminal(SIGN, [{ waitFor: "Sign the files as they are now? [y/N]", type }], { cwd: folder() });
    const refused = await ask("\n");
    assert.equal(refused.status, 1, refused.shown);
    assert.match(refused.shown, /changed {4}model\.safetensors\r\n/);
    assert.equal(text(SIGNATURE), before);
    const agreed = await ask("y\n");
    assert.equal(agreed.status, 0, agreed.shown);
    assert.notEqual(text(SIGNATURE), before);
  });

  it("rejects a private key in the model, which may be excluded or signed on purpose", async () => {
    writeTree(folder(), { "llama/deploy.txt": keys.privatePem });
    const message =
      /"deploy\.txt" contains a private key\. Move it out of the model, exclude it with --ignore-paths, or sign it with --force\.\n$/;
    rejects(await sign(), message);
    rejects(await sign("--yes"), message);
    assert.equal((await sign("--ignore-paths", "llama/deploy.txt")).status, 0);
    assert.equal((await sign("--force", "--yes")).status, 0);
  });

  it("suggests another place for the signature of a read-only model", async function () {
    if (process.platform === "win32") this.skip();
    await asOrdinaryUser(folder(), { [at("llama")]: 0o555 }, async () => {
      const { status, stderr } = await runMain(["sign", "key", at("llama"), "--private-key", at("key.pem")]);
      assert.equal(status, 1);
      assert.match(
        stderr,
        /model\.sig was not written: writing there is not permitted\. Give another path with --signature\.\n$/,
      );
    });
  });

  it("names the model's signature if --signature leads to none", async () => {
    await sign();
    writeFileSync(at("key.pub"), keys.publicPem);
    const verify = ["verify", "key", "llama", "--public-key", "key.pub"];
    const { status, stdout } = await run(...verify, "--signature", "model.sig");
    assert.equal(status, 1);
    const path = join(SIGNATURE);
    assert.ok(
      stdout.includes(
        `There is no signature file model.sig. The model has the signature ${path}: give --signature ${path}.`,
      ),
      stdout,
    );
    assert.equal((await run(...verify)).status, 0);
    mkdirSync(at("unsigned"));
    writeTree(folder(), { "unsigned/config.json": "{}" });
    const none = await run("verify", "key", "unsigned", "--public-key", "key.pub", "--signature", "model.sig");
    assert.match(none.stdout, /There is no signature file .*model\.sig\.\n/);
  });

  describe("with a login", () => {
    let sigstore: LocalSigstore;
    before(async () => {
      sigstore = await startLocalSigstore();
    });
    after(() => sigstore.stop());

    it("asks about changed files before anything is published, and --yes answers both questions", async () => {
      const keyless = async (...more: string[]) =>
        run(
          ...["sign", "llama", "--trust-config", sigstore.trustConfigPath],
          ...["--identity-token", await sigstore.token("alice@example.com"), ...more],
        );
      assert.equal((await keyless("--yes")).status, 0);
      change();
      const before = text(SIGNATURE);
      const requests = sigstore.requests("fulcio").length;
      rejects(await keyless(), /1 file differs from the signature by alice@example\.com: model\.safetensors\./);
      assert.deepEqual([text(SIGNATURE), sigstore.requests("fulcio").length], [before, requests]);
      assert.equal((await keyless("--yes")).status, 0);
    });
  });
});
