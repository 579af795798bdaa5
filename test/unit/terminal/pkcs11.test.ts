import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeChain } from "../../support/certificates.ts";
import { canMakeTerminal, runInTerminal } from "../../support/pseudo-terminal.ts";
import { skip } from "../../support/results.ts";
import { type CliResult, runCli } from "../../support/run-cli.ts";
import { PIN, requireSoftHsm, SoftHsm } from "../../support/softhsm.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

describe("the terminal, with a key in a PKCS #11 token,", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const { root, intermediate, leaf } = makeChain();
  let module: string;
  let hsm: SoftHsm;

  before(function () {
    module = requireSoftHsm(this);
  });
  beforeEach(() => {
    hsm = new SoftHsm(module, join(folder(), "hsm")).addToken("release").addKey("release", leaf.keys, "prod", "01");
    writeTree(folder(), {
      "llama/config.json": "{}",
      "key.pub": leaf.keys.publicPem,
      "root.pem": root.pem,
      "leaf.pem": leaf.pem,
      "intermediate.pem": intermediate.pem,
      pin: `${PIN}\n`,
    });
  });
  afterEach(() => {
    delete process.env["SOFTHSM2_CONF"];
  });

  const uri = (query = ""): string => `pkcs11:token=release;object=prod?module-path=${module}${query}`;
  const fromFile = (): string => uri(`&pin-source=${join(folder(), "pin")}`);
  const run = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: folder(), env: hsm.env });

  async function verifies(...args: string[]): Promise<void> {
    const { status, stdout, stderr } = await run("verify", ...args);
    assert.equal(status, 0, stdout + stderr);
  }

  it("signs with the arguments of the reference's scripts", async () => {
    const query = `&pin-value=${PIN}`;
    const { status, stderr } = await run(
      "sign",
      "pkcs11-key",
      "llama",
      "--signature",
      "a.sig",
      "--pkcs11_uri",
      uri(query),
    );
    assert.equal(status, 0, stderr);
    assert.match(stderr, /contains the PIN \(pin-value\): other users of this machine can see it/);
    assert.ok(!stderr.includes(PIN), stderr);
    await verifies("key", "llama", "--signature", "a.sig", "--public-key", "key.pub");
  });

  it("signs with a certificate in files, and without a warning if the PIN is in a file", async () => {
    const certificate = ["--signing_certificate", "leaf.pem", "--certificate_chain", "intermediate.pem"];
    const { status, stderr } = await run(
      "sign",
      "pkcs11-certificate",
      "llama",
      "--pkcs11_uri",
      fromFile(),
      ...certificate,
    );
    assert.equal(stderr, "");
    assert.equal(status, 0);
    await verifies("certificate", "llama", "--certificate-chain", "root.pem");
  });

  it("signs with the certificate of the token, and reports a token without one", async () => {
    const args = ["sign", "pkcs11-certificate", "llama", "--certificate-chain", "intermediate.pem"];
    const without = await run(...args, "--pkcs11-uri", fromFile());
    assert.equal(without.status, 2);
    assert.match(without.stderr, /"release" has no certificate for the key "prod" \(id 01\)/);
    hsm.addCertificate("release", leaf.der, "prod", "01");
    assert.equal((await run(...args, "--pkcs11-uri", fromFile())).status, 0);
    await verifies("certificate", "llama", "--certificate-chain", "root.pem");
  });

  it("asks for the PIN on the terminal, without echo", async function () {
    if (!canMakeTerminal()) return skip(this, "needs the pty module of Python");
    const args = ["sign", "pkcs11-key", "llama", "--pkcs11-uri", uri()];
    const exchange = [{ waitFor: 'PIN of the token "release": ', type: `${PIN}\r` }];
    const { status, shown } = await runInTerminal(args, exchange, { cwd: folder(), env: hsm.env });
    assert.equal(status, 0, shown);
    assert.ok(!shown.includes(PIN), shown);
    await verifies("key", "llama", "--public-key", "key.pub");
  });

  it("ends with status 130 after Ctrl-C at the prompt", async function () {
    if (!canMakeTerminal()) return skip(this, "needs the pty module of Python");
    const args = ["sign", "pkcs11-key", "llama", "--pkcs11-uri", uri()];
    const exchange = [{ waitFor: 'PIN of the token "release": ', type: "\x03" }];
    const { status, shown } = await runInTerminal(args, exchange, { cwd: folder(), env: hsm.env });
    assert.equal(status, 130, shown);
  });

  const failures: readonly (readonly [string, () => string, number, RegExp])[] = [
    ["a missing URI", () => "", 2, /--pkcs11-uri is missing/],
    ["what is no URI", () => "token=release", 2, /does not start with "pkcs11:"/],
    ["a missing PIN", () => uri(), 2, /there is no terminal to ask for it\. Add pin-source/],
    ["a wrong PIN", () => uri("&pin-value=998877"), 2, /The PIN for the token "release" is wrong\./],
    ["a module that is not there", () => "pkcs11:token=a?module-path=/absent.so", 2, /\/absent\.so .* no such file/],
  ];
  for (const [what, given, status, message] of failures) {
    it(`rejects ${what} in one sentence`, async () => {
      const result = await run("sign", "pkcs11-key", "llama", "--pkcs11-uri", given());
      assert.equal(result.status, status, result.stderr);
      assert.match(result.stderr, message);
      assert.doesNotMatch(result.stderr, /998877|\n {4}at /);
      assert.ok(!existsSync(join(folder(), "llama/model.sig")));
    });
  }

  it("names a file with the PIN that cannot be read", async () => {
    writeFileSync(join(folder(), "pin"), "");
    const { stderr } = await run("sign", "pkcs11-key", "llama", "--pkcs11-uri", uri("&pin-source=/absent/pin"));
    assert.match(stderr, /The PIN file \/absent\/pin \(pin-source\) cannot be read: ENOENT/);
  });

  it("verifies by the public key or the root certificate, and says so if the token is given", async () => {
    const { status, stderr } = await run("verify", "pkcs11-key", "llama");
    assert.equal(status, 2);
    assert.match(stderr, /use "model-provenance verify key"/);
  });
});
