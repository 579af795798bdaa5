import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeKeys, privatePem } from "../../support/keys.ts";
import { canMakeTerminal, type Exchange, runInTerminal, type TerminalResult } from "../../support/pseudo-terminal.ts";
import { type CliOptions, type CliResult, runCli } from "../../support/run-cli.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

const keys = makeKeys("P-256");
/** With what a line editor, a shell and UTF-8 could each get wrong. */
const PASSPHRASE = "pässword with $pace";
const SIGN = ["sign", "key", "llama", "--private-key", "key.pem"];

describe("the passphrase of a key", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const sign = (more: readonly string[], options: CliOptions = {}): Promise<CliResult> =>
    runCli([...SIGN, ...more], { cwd: folder(), ...options });

  beforeEach(() => {
    writeTree(folder(), { "llama/config.json": "{}", "key.pem": privatePem(keys, "pkcs8", PASSPHRASE) });
  });

  const isSigned = ({ status, stderr }: CliResult): void => {
    assert.equal(stderr, "");
    assert.equal(status, 0);
    assert.ok(existsSync(join(folder(), "llama/model.sig")));
  };

  it("comes from the command line", async () => isSigned(await sign(["--password", PASSPHRASE])));

  it("comes from an environment variable", async () =>
    isSigned(await sign(["--password-env", "KEY_PASS"], { env: { KEY_PASS: PASSPHRASE } })));

  it("comes from standard input", async () =>
    isSigned(await sign(["--password-fd", "0"], { input: `${PASSPHRASE}\nmore\n` })));

  it("comes from another file descriptor, with or without a line end", async function () {
    if (process.platform === "win32") this.skip();
    isSigned(await sign(["--password-fd", "3"], { descriptors: [PASSPHRASE] }));
    isSigned(await sign(["--password_fd", "3"], { descriptors: [`${PASSPHRASE}\r\n`] }));
  });

  it("opens keys in OpenSSL's own encryption too", async () => {
    writeFileSync(join(folder(), "key.pem"), privatePem(keys, "sec1", PASSPHRASE));
    isSigned(await sign(["--password", PASSPHRASE]));
  });

  it("is not asked for if the key needs none", async () => {
    writeFileSync(join(folder(), "key.pem"), keys.privatePem);
    isSigned(await sign([]));
  });

  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    [
      "two sources",
      ["--password", "a", "--password-env", "B"],
      /Give one of --password, --password-env and --password-fd\./,
    ],
    [
      "a variable that is not set",
      ["--password-env", "NOT_SET"],
      /--password-env: the environment variable NOT_SET is not set\./,
    ],
    ["what is no number", ["--password-fd", "x"], /--password-fd: "x" is not the number of a file descriptor\./],
    [
      "a descriptor that is not open",
      ["--password-fd", "77"],
      /--password-fd: file descriptor 77 cannot be read \(EBADF\)\./,
    ],
    [
      "no terminal to ask",
      [],
      /^Signing failed: key\.pem is encrypted, and there is no terminal to ask for its passphrase\./,
    ],
  ];
  for (const [what, args, message] of wrong) {
    it(`is rejected: ${what}`, async () => {
      const { status, stdout, stderr } = await sign(args);
      assert.match(stderr, message);
      assert.equal(stdout, "");
      assert.equal(status, 2);
    });
  }

  it("is in no message, whatever the level", async () => {
    const { status, stdout, stderr } = await sign(["--password", "wr0ng-secret", "--log-level", "debug", "--json"]);
    assert.equal(status, 2);
    assert.match(stderr, /The passphrase for key\.pem is wrong/);
    assert.doesNotMatch(stdout + stderr, /wr0ng-secret/);
  });

  describe("typed on a terminal", () => {
    before(function () {
      if (!canMakeTerminal()) this.skip();
    });
    const type = (...exchanges: Exchange[]): Promise<TerminalResult> =>
      runInTerminal(SIGN, exchanges, { cwd: folder() });
    const waitFor = "Passphrase for key.pem: ";

    it("is not shown", async () => {
      const { status, shown } = await type({ waitFor, type: `${PASSPHRASE}\r` });
      assert.equal(status, 0, shown);
      assert.match(shown, /✓ Signed/);
      for (const part of ["pässword", "word", "pace"]) assert.ok(!shown.includes(part), shown);
    });

    it("can be corrected", async () => {
      const { status, shown } = await type({ waitFor, type: `nonsense\x15${PASSPHRASE}xy\x7f\x7f\r` });
      assert.equal(status, 0, shown);
    });

    it("can be cancelled with Ctrl-C", async () => {
      const { status, shown } = await type({ waitFor, type: "half\x03" });
      assert.equal(status, 130, shown);
      assert.match(shown, /Interrupted\./);
      assert.ok(!existsSync(join(folder(), "llama/model.sig")));
    });

    it("can be cancelled with Ctrl-D", async () => {
      const { status, shown } = await type({ waitFor, type: "\x04" });
      assert.equal(status, 1, shown);
      assert.match(shown, /Signing failed.*: No passphrase was entered\./);
      assert.ok(!existsSync(join(folder(), "llama/model.sig")));
    });

    it("is reported as wrong", async () => {
      const { status, shown } = await type({ waitFor, type: "guess\r" });
      assert.equal(status, 2, shown);
      assert.match(shown, /The passphrase for key\.pem is wrong, or the file is damaged\./);
    });
  });
});
