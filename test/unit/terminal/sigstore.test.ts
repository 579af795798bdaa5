import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { canMakeTerminal, runInTerminal } from "../../support/pseudo-terminal.ts";
import { skip } from "../../support/results.ts";
import { CLI, type CliResult, runCli } from "../../support/run-cli.ts";
import { type LocalSigstore, startLocalSigstore } from "../../support/sigstore/local-sigstore.ts";
import { Person } from "../../support/sigstore/person.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";
import { VECTORS } from "../../support/vectors.ts";

const ALICE = "alice@example.com";
const NOTICE =
  /^Your identity \(alice@example\.com\) and this model's digest go into the log 127\.0\.0\.1:\d+ of a private Sigstore/m;

/** An older Node reads the proxy only when it starts. */
const EARLY_PROXY = typeof http.setGlobalProxyFromEnv === "function" ? "0" : "1";

/** Keyless signing and verifying as a person or a script does it. */
describe("the command line with a login", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  let sigstore: LocalSigstore;
  let token: string;
  before(async () => {
    sigstore = await startLocalSigstore();
    token = await sigstore.token(ALICE);
  });
  beforeEach(() => writeTree(folder(), { "llama/config.json": "{}" }));
  after(() => sigstore.stop());

  const environment = (more: Readonly<Record<string, string>> = {}) => ({
    XDG_DATA_HOME: join(folder(), "data"),
    XDG_CACHE_HOME: join(folder(), "cache"),
    ...more,
  });
  const run = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> => {
    const result = await runCli(args, { cwd: folder(), env: environment(env) });
    assert.ok(!`${result.stdout}${result.stderr}`.includes(token), "the token was printed");
    return result;
  };
  const signArgs = (...more: readonly string[]) => [
    ...["sign", "sigstore", "llama", "--signature", "llama/model.sig", "--trust-config", sigstore.trustConfigPath],
    ...more,
  ];
  const verifyArgs = (...more: readonly string[]) => [
    ...["verify", "llama", "--trusted-root", sigstore.trustedRootPath],
    ...more,
  ];
  const expected = () => ["--identity", ALICE, "--identity-provider", sigstore.issuer];
  const signed = () => existsSync(join(folder(), "llama/model.sig"));

  it("signs with a token, prints what became public, and verifies with that identity", async () => {
    const { status, stdout, stderr } = await run(signArgs("--identity-token", token, "--yes"));
    assert.equal(status, 0, stderr);
    assert.match(stderr, NOTICE);
    assert.match(
      stdout,
      /^✓ Signed {2}llama\n {2}signed by {2}alice@example\.com \(http:\/\/127\.0\.0\.1:\d+\), \d{4}-\d\d-\d\d \d\d:\d\d UTC, log entry \d+\n/,
    );
    assert.match(stdout, /\n {13}verified against the trust root of trust_config\.json \(from a file\)\n/);
    assert.match(stdout, /\n✓ Signed: llama by alice@example\.com, 1 file\n$/);

    const verified = await run(verifyArgs(...expected()));
    assert.equal(verified.status, 0, verified.stdout);
    assert.equal(verified.stderr, "");
    assert.match(verified.stdout, /\n {2}accepted {3}the identity and provider given\n/);
    assert.match(verified.stdout, /\n✓ llama is what alice@example\.com signed on \d{4}-\d\d-\d\d, unchanged\.\n$/);
    const reference = ["verify", "sigstore", "llama", "--trust_config", sigstore.trustConfigPath];
    const spelled = await run([...reference, "--identity", ALICE, "--identity_provider", sigstore.issuer]);
    assert.equal(spelled.status, 0, spelled.stdout);
  });

  it("rejects another identity or provider, and requires one", async () => {
    await run(signArgs("--identity-token", token, "--yes"));
    const other = await run(verifyArgs("--identity", "bob@example.com", "--identity-provider", sigstore.issuer));
    assert.equal(other.status, 1);
    assert.match(
      other.stdout,
      /^\? Signer not accepted {2}llama\n {2}reason {5}model\.sig was signed by alice@example\.com \(.*, and not by bob@example\.com \(.*\)\.\n/,
    );
    const provider = await run(verifyArgs("--identity", ALICE, "--identity-provider", "https://accounts.google.com"));
    assert.equal(provider.status, 1);
    assert.match(provider.stdout, /and not by alice@example\.com \(https:\/\/accounts\.google\.com\)/);
    const none = await run(verifyArgs());
    assert.equal(none.status, 1);
    assert.match(none.stdout, /Name the identity and the identity provider that you expect/);
    for (const half of [
      ["--identity", ALICE],
      ["--identity-provider", sigstore.issuer],
    ]) {
      const { status, stderr } = await run(verifyArgs(...half));
      assert.equal(status, 2);
      assert.match(stderr, /--identity(-provider)? is missing/);
    }
  });

  it("prints everything that was verified about the signer, as text and as JSON", async () => {
    await run(signArgs("--identity-token", token, "--yes"));
    const { stdout } = await run(verifyArgs(...expected(), "--long"));
    assert.match(
      stdout,
      /\n {13}log http:\/\/127\.0\.0\.1:\d+, hashedrekord\/0\.0\.2\n {13}timestamp by .*\n {13}certificate [0-9a-f]+, valid from/,
    );
    const json = JSON.parse((await run(verifyArgs(...expected(), "--json"))).stdout);
    const { signer } = json.verdict;
    const schema = JSON.parse(readFileSync(join(import.meta.dirname, "../../../schemas/report.schema.json"), "utf8"));
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
    assert.ok(validate(json), JSON.stringify(validate.errors));
    assert.equal(signer.log.entry, "hashedrekord/0.0.2");
    assert.equal(signer.trustRoot.label, "trusted_root.json");
  });

  it("uses the ambient identity", async () => {
    const args = signArgs("--use-ambient-credentials", "--yes");
    const { status, stderr } = await run(args, { SIGSTORE_ID_TOKEN: token });
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^The identity is from .*GitLab/);
    assert.equal((await run(args)).status, 2);
  });

  it("publishes nothing without consent", async () => {
    const before = sigstore.requests("fulcio").length;
    const { status, stderr } = await run(signArgs("--identity-token", token));
    assert.equal(status, 2);
    assert.match(stderr, NOTICE);
    assert.match(stderr, /Confirm it with --yes\. Nothing was published\./);
    assert.equal(sigstore.requests("fulcio").length, before);
    assert.ok(!signed());
  });

  it("asks on a terminal, once for each identity and log", async function () {
    if (!canMakeTerminal()) this.skip();
    const at = { cwd: folder(), env: environment() };
    const ask = (type: string) => runInTerminal(signArgs("--identity-token", token), [{ waitFor: "[y/N]", type }], at);
    const refused = await ask("\r");
    assert.equal(refused.status, 2, refused.shown);
    assert.match(refused.shown, /publication was not confirmed\. Nothing was published/);
    assert.ok(!signed());
    const agreed = await ask("y\r");
    assert.equal(agreed.status, 0, agreed.shown);
    assert.ok(signed());
    const again = await runInTerminal(signArgs("--identity-token", token), [], at);
    assert.equal(again.status, 0, again.shown);
    assert.ok(!again.shown.includes("[y/N]"));
  });

  it("logs in with the user's browser", async function () {
    if (process.platform === "win32") this.skip();
    // What opens a browser here: a person who logs in at once.
    const person = join(import.meta.dirname, "../../support/sigstore/person.ts");
    const script = `import(${JSON.stringify(person)}).then(({ Person }) => new Person().logIn(process.argv[1], { name: "${ALICE}" }))`;
    const opener = join(folder(), process.platform === "darwin" ? "open" : "xdg-open");
    writeFileSync(opener, `#!/bin/sh\n'${process.execPath}' -e '${script}' "$1"\n`);
    chmodSync(opener, 0o755);
    const PATH = `${folder()}${delimiter}${process.env["PATH"]}`;
    const { status, stdout, stderr } = await run(signArgs("--yes"), { PATH });
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^Waiting for the login in your browser\. If none opens, go to:\nhttp:\/\/127\.0\.0\.1:\d+\//);
    assert.match(stdout, /signed by {2}alice@example\.com/);
    assert.equal((await run(verifyArgs(...expected()))).status, 0);
  });

  it("reports that there is no browser to open", async function () {
    if (process.platform === "win32") this.skip();
    const { status, stderr } = await run(signArgs("--yes"), { PATH: folder() });
    assert.equal(status, 1, stderr);
    assert.match(stderr, /browser/);
    assert.ok(!signed());
  });

  /** Runs a command and answers what it says on standard error. */
  function converse(
    args: readonly string[],
    answer: (shown: string) => Promise<string | undefined>,
  ): Promise<CliResult> {
    const { PATH, HOME } = process.env;
    const child = spawn(process.execPath, [CLI, ...args], { cwd: folder(), env: { PATH, HOME, ...environment() } });
    const result = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      result.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", async (text: string) => {
      result.stderr += text;
      const line = await answer(result.stderr);
      if (line !== undefined) child.stdin.end(`${line}\n`);
    });
    return new Promise((resolve) => child.on("close", (status) => resolve({ status, ...result })));
  }

  it("logs in with a code that is pasted", async () => {
    let asked = false;
    const { status, stderr } = await converse(signArgs("--oauth-force-oob", "--yes"), async (shown) => {
      const url = /^http:\/\/\S+$/m.exec(shown)?.[0];
      if (asked || url === undefined || !shown.includes("Code: ")) return undefined;
      asked = true;
      return new Person().readCode(url, ALICE);
    });
    assert.equal(status, 0, stderr);
    assert.equal((await run(verifyArgs(...expected()))).status, 0);
  });

  it("logs in on another device", async () => {
    let connected: Promise<unknown> | undefined;
    const { status, stderr } = await converse(signArgs("--oauth-device", "--yes"), async (shown) => {
      const [, url, code] = /type the code there:\n(\S+)\n(\S+)\n/.exec(shown) ?? [];
      if (url !== undefined && code !== undefined) connected ??= new Person().connectDevice(url, code, { name: ALICE });
      return undefined;
    });
    await connected;
    assert.equal(status, 0, stderr);
    assert.equal((await run(verifyArgs(...expected()))).status, 0);
  });

  it("rejects options that contradict each other", async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [signArgs("--use-staging"), /Name one instance only/],
      [verifyArgs("--use-staging"), /Name one instance only/],
      [verifyArgs("--trust-config", sigstore.trustConfigPath), /Name one instance only/],
      [signArgs("--identity-token", token, "--use-ambient-credentials"), /not both/],
      [signArgs("--oauth-force-oob", "--oauth-device"), /not both/],
      [signArgs("--trust-config", sigstore.trustedRootPath), /it has no signing configuration/],
      [signArgs("--identity-token", "none"), /not an OpenID identity token/],
      [
        [...signArgs("--identity-token", token), "--trust-config", join(folder(), "none.json")],
        /cannot be read \(ENOENT\)/,
      ],
    ];
    for (const [args, message] of cases) {
      const { status, stderr } = await run(args);
      assert.equal(status, 2, stderr);
      assert.match(stderr, message);
    }
    assert.ok(!signed());
  });

  describe("behind a proxy that the environment names", () => {
    const connects: string[] = [];
    const proxy = http.createServer().on("connect", (request, socket) => {
      connects.push(request.url ?? "");
      socket.end(answer);
    });
    const unavailable = "HTTP/1.1 502 Bad Gateway\r\n\r\n";
    let answer = unavailable;
    before((done) => void proxy.listen(0, "127.0.0.1", done));
    beforeEach(async () => {
      connects.length = 0;
      answer = unavailable;
      await run(signArgs("--identity-token", token, "--yes"));
    });
    after(() => {
      proxy.close();
    });
    const proxied = () => ({
      HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      NODE_USE_ENV_PROXY: EARLY_PROXY,
    });

    it("logs in through it", async () => {
      const { HTTPS_PROXY: HTTP_PROXY, ...more } = proxied();
      const { status } = await run(signArgs("--yes"), { HTTP_PROXY, ...more });
      assert.equal(status, 1);
      const { host } = new URL(sigstore.issuer);
      assert.ok(connects.length > 0 && connects.every((asked) => asked === host), connects.join());
    });

    it("refreshes the trust root of the public instance through it", async () => {
      const { status, stdout } = await run(["verify", "llama", ...expected()], proxied());
      assert.equal(status, 1);
      assert.match(stdout, /the trust root does not know \(Sigstore, public instance\)/);
      assert.ok(connects.length > 0 && connects.every((host) => host === "tuf-repo-cdn.sigstore.dev:443"));
      const seen = connects.length;
      await run(["verify", "llama", ...expected()], proxied());
      assert.equal(connects.length, seen, "it failed a moment ago");
    });

    it("makes no request with --offline", async () => {
      for (const more of [[], ["--use-staging"]]) {
        const { status, stdout } = await run(["verify", "llama", ...expected(), "--offline", ...more], proxied());
        assert.equal(status, 1);
        assert.match(stdout, /the trust root does not know/);
      }
      assert.deepEqual(connects, []);
    });

    it("prints which trust root it used, and how old that is", async function () {
      if (VECTORS === undefined) this.skip();
      const identity = ["--identity", "stefanb@us.ibm.com"];
      const provider = ["--identity-provider", "https://sigstore.verify.ibm.com/oauth2"];
      const model = join(VECTORS, "reference/v1.1.0-sigstore");
      const { status, stdout } = await run(["verify", model, ...identity, ...provider, "--offline"], proxied());
      assert.equal(status, 0, stdout);
      assert.match(stdout, /the trust root of Sigstore, public instance \(built into this program, \d+ days ago\)/);
      assert.deepEqual(connects, []);
    });

    it("cannot sign at the public instance without knowing its services", async () => {
      const { status, stderr } = await run(["sign", "llama", "--identity-token", token, "--yes"], proxied());
      assert.equal(status, 1);
      assert.match(stderr, /trust root of Sigstore, public instance could not be refreshed/);
    });

    it("names a proxy that requires a login, and reports what is no HTTPS as the answer of a captive portal", async () => {
      answer = "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
      const args = ["sign", "llama", "--identity-token", token, "--yes"];
      const { host } = new URL(proxied().HTTPS_PROXY);
      const login = await run(args, { ...proxied(), XDG_CACHE_HOME: join(folder(), "first") });
      assert.match(login.stderr, new RegExp(`the proxy ${host} demands a login \\(status 407\\)\\. Give its login`));
      answer = "HTTP/1.1 200 OK\r\n\r\n<html>Welcome to the hotel</html>";
      const portal = await run(args, { ...proxied(), XDG_CACHE_HOME: join(folder(), "second") });
      assert.match(portal.stderr, /came back, so a captive portal or proxy answered/);
    });

    it("reports a token that is wrong or missing, and not that the trust root was not refreshed", async () => {
      const wrong = await run(["sign", "llama", "--identity-token", "none", "--yes"], proxied());
      assert.match(wrong.stderr, /not an OpenID identity token/);
      const surroundings = { SIGSTORE_ID_TOKEN_FILE: join(folder(), "no-token"), GCE_METADATA_HOST: "", K_SERVICE: "" };
      const none = { ACTIONS_ID_TOKEN_REQUEST_URL: "", SIGSTORE_ID_TOKEN: "", BUILDKITE: "", ...surroundings };
      const missing = await run(["sign", "llama", "--use-ambient-credentials", "--yes"], { ...proxied(), ...none });
      assert.match(missing.stderr, /The environment provides no identity token/);
      for (const { status, stderr } of [wrong, missing]) {
        assert.notEqual(status, 0);
        assert.doesNotMatch(stderr, /could not be refreshed/);
      }
    });

    it("accepts a proxy without a scheme", async function () {
      if (EARLY_PROXY === "1") skip(this, "needs a Node that takes a proxy while it runs");
      const { HTTPS_PROXY, ...more } = proxied();
      await run(["sign", "llama", "--identity-token", token, "--yes"], {
        HTTPS_PROXY: HTTPS_PROXY.replace("http://", ""),
        ...more,
      });
      assert.ok(connects.length > 0 && connects.every((host) => host === "tuf-repo-cdn.sigstore.dev:443"));
    });
  });
});
