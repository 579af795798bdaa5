import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { ROOT } from "../../../scripts/fetch.mjs";
import type { ErrorCode } from "../../../src/core/errors.ts";
import { sign } from "../../../src/core/operations/sign/sign.ts";
import { failsWith } from "../../support/errors.ts";
import { type KeyKind, makeKeys } from "../../support/keys.ts";
import { skip } from "../../support/results.ts";
import { type CliResult, runCli } from "../../support/run-cli.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

/** The plugin of the documentation. */
const PLUGINS = join(ROOT, "docs", "kms");

describe("a key behind a plugin", function () {
  this.timeout(30_000);
  const folder = useTemporaryFolder();
  const { PATH } = process.env;
  const path = [PLUGINS, dirname(process.execPath), PATH].join(delimiter);

  before(function () {
    if (process.platform === "win32") skip(this, "Windows does not start scripts");
  });
  beforeEach(() => {
    useKey("P-256");
    writeTree(folder(), { "llama/config.json": "{}" });
  });
  afterEach(() => {
    process.env["PATH"] = PATH;
  });

  function useKey(kind: KeyKind): void {
    const { privatePem, publicPem } = makeKeys(kind);
    writeTree(folder(), { "key.pem": privatePem, "key.pub": publicPem });
  }

  function run(...args: string[]): Promise<CliResult> {
    return runCli(args, { cwd: folder(), env: { PATH: path } });
  }
  const key = (): string => `keyfile://${join(folder(), "key.pem")}`;

  /** Another program in place of the example. */
  function addPlugin(name: string, script: string): void {
    const file = `bin/sigstore-kms-${name}`;
    writeTree(folder(), { [file]: `#!/bin/sh\n${script}\n` });
    chmodSync(join(folder(), file), 0o755);
    process.env["PATH"] = [join(folder(), "bin"), path].join(delimiter);
  }

  async function rejects(reference: string, timeout?: number, code: ErrorCode = "KMS_PLUGIN_FAILED"): Promise<string> {
    const signature = join(folder(), "llama.sig");
    const identity = { method: "kms", key: reference, ...(timeout && { timeout }) } as const;
    const error = await failsWith(code, () => sign({ model: join(folder(), "llama"), signature, identity }));
    assert.ok(!existsSync(signature));
    return error.message;
  }

  for (const kind of ["P-256", "P-384", "P-521"] as const) {
    it(`signs with ${kind}; the plugin's key and the public key verify it`, async () => {
      useKey(kind);
      const signed = await run("sign", "kms", key(), "llama");
      assert.equal(signed.status, 0, signed.stderr);
      assert.equal((await run("verify", "kms", key(), "llama")).status, 0);
      assert.equal((await run("verify", "key", "llama", "--public-key", "key.pub")).status, 0);
      writeTree(folder(), { "llama/config.json": "[]" });
      assert.equal((await run("verify", "kms", "llama", "--key", key())).status, 1);
    });
  }

  it("is not verified with another key", async () => {
    await run("sign", "kms", "llama", "--key", key());
    useKey("P-256");
    const { status, stdout } = await run("verify", "kms", key(), "llama");
    assert.equal(status, 1);
    assert.match(stdout, /another key|does not/);
  });

  it("is rejected if it is not on one of OMS's curves", async () => {
    useKey("RSA");
    const { status, stderr } = await run("sign", "kms", key(), "llama");
    assert.equal(status, 2);
    assert.match(stderr, /is an RSA key; model signatures need an EC key/);
  });

  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ["no plugin of that name", "nosuchkms://key", /There is no program sigstore-kms-nosuchkms in the folders of PATH/],
    ["a path in place of a name", "../keyfile:///x", /does not name a key\. Give NAME:\/\/KEY/],
    ["no key", "keyfile://", /does not name a key/],
    ["an error that the plugin reports", "keyfile:///absent.pem", /sigstore-kms-keyfile failed: ENOENT/],
  ];
  for (const [what, reference, message] of wrong) {
    it(`is rejected with ${what}`, async () => {
      const { stderr } = await run("sign", "kms", "llama", "--key", reference);
      assert.match(stderr, message);
      assert.ok(!existsSync(join(folder(), "llama/model.sig")));
    });
  }

  it("is never looked for in the working directory", async () => {
    writeTree(folder(), { "sigstore-kms-here": "#!/bin/sh\ntouch started\n" });
    chmodSync(join(folder(), "sigstore-kms-here"), 0o755);
    const env = { PATH: ["", ".", path].join(delimiter) };
    const { stderr } = await runCli(["sign", "kms", "here://key", "llama"], { cwd: folder(), env });
    assert.match(stderr, /There is no program sigstore-kms-here/);
    assert.ok(!existsSync(join(folder(), "started")));
  });

  it("receives the arguments of protocol version 1, and its standard error is printed", async () => {
    addPlugin("spy", `printf '%s' "$1 $2" > "${folder()}/seen"; echo "please touch" >&2; echo '{"errorMessage":"no"}'`);
    const env = { PATH: process.env["PATH"] ?? "" };
    const { stderr } = await runCli(["sign", "kms", "spy://a/b?c", "llama"], { cwd: folder(), env });
    assert.match(stderr, /^please touch$/m);
    const [version, ...rest] = readFileSync(join(folder(), "seen"), "utf8").split(" ");
    assert.equal(version, "v1");
    const { initOptions, methodName, publicKey } = JSON.parse(rest.join(" "));
    assert.ok(new Date(initOptions.ctxDeadline) > new Date());
    assert.deepEqual(
      [methodName, initOptions.protocolVersion, initOptions.keyResourceID, initOptions.hashFunc],
      ["publicKey", "v1", "a/b?c", 5],
    );
    assert.ok("publicKeyOptions" in publicKey);
  });

  it("fails in one sentence if the plugin crashes, hangs, or violates the protocol", async () => {
    addPlugin("crash", "kill -SEGV $$");
    assert.match(await rejects("crash://key"), /its process ended \(SIGSEGV\)/);
    addPlugin("hang", "exec sleep 600");
    assert.match(await rejects("hang://key", 300), /did not answer within 0\.3 seconds/);
    addPlugin("text", "echo hello");
    assert.match(await rejects("text://key"), /its answer is not one of the protocol/);
    addPlugin("empty", "echo '{}'");
    assert.match(await rejects("empty://key"), /without a public key/);
    addPlugin("endless", "yes");
    assert.match(await rejects("endless://key"), /too long/);
  });

  it("fails if the plugin signs with another key than the one that it returned", async () => {
    const other = makeKeys();
    writeTree(folder(), { "other.pem": other.privatePem });
    const example = join(PLUGINS, "sigstore-kms-keyfile");
    addPlugin(
      "swap",
      `case "$2" in *'"methodName":"signMessage"'*) set -- "$1" "$(printf '%s' "$2" | sed s/key.pem/other.pem/)";; esac\nexec "${example}" "$@"`,
    );
    const message = await rejects(`swap://${join(folder(), "key.pem")}`, undefined, "SIGNATURE_SELF_CHECK");
    assert.match(message, /does not verify with the public key/);
  });
});
