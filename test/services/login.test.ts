import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../support/browser.ts";
import { ensureChromium } from "../support/chromium.ts";
import { skip } from "../support/results.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";
import { BuiltProgram } from "./built-program.ts";
import { ALICE, BOB } from "./dex.ts";
import { FIRST_START, type RealSigstore, startServices } from "./services.ts";
import { connectDevice, readCode } from "./visitor.ts";

describe("logging in at Dex", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  let sigstore: RealSigstore;
  let browser: Browser;
  let page: Page;
  let program: BuiltProgram;

  before(async function () {
    this.timeout(FIRST_START);
    const chromium = ensureChromium();
    if ("missing" in chromium) return skip(this, chromium.missing);
    sigstore = await startServices(this);
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await sigstore?.stop();
  });
  beforeEach(async () => {
    program = new BuiltProgram(folder());
    page = await (await browser.newContext()).newPage();
    writeTree(folder(), { "model/weights.bin": "weights" });
  });
  afterEach(() => page.context().close());

  const signArgs = (...more: string[]): string[] => [
    ...["sign", "sigstore", "model", "--trust-config", sigstore.trustConfigs[2], "--yes", ...more],
  ];

  async function assertSignedBy(identity: string): Promise<void> {
    const provider = ["--identity", identity, "--identity-provider", sigstore.issuer.url];
    const { status, stdout } = await program.run([
      ...["verify", "model", "--trusted-root", sigstore.trustedRootPath, ...provider],
    ]);
    assert.equal(status, 0, stdout);
  }

  it("signs with a code that is typed on another device", async () => {
    const signing = program.start(signArgs("--oauth-device"));
    const [, url = "", code = ""] = await signing.shown(/type the code there:\n(\S+)\n(\S+)\n/);
    await connectDevice(page, url, code, BOB);
    const { status, stderr } = await signing.ended;
    assert.equal(status, 0, stderr);
    await assertSignedBy(BOB);
  });

  it("signs with a code that is pasted", async () => {
    const signing = program.start(signArgs("--oauth-force-oob"));
    const [, url = ""] = await signing.shown(/^(http:\/\/\S+)\nCode: /m);
    signing.type(await readCode(page, url, ALICE));
    const { status, stderr } = await signing.ended;
    assert.equal(status, 0, stderr);
    await assertSignedBy(ALICE);
  });

  it("signs with a token of a flag, and with one of the environment", async () => {
    const byFlag = await program.run(signArgs("--identity-token", await sigstore.issuer.token(ALICE)));
    assert.equal(byFlag.status, 0, byFlag.stderr);
    await assertSignedBy(ALICE);
    const SIGSTORE_ID_TOKEN = await sigstore.issuer.token(ALICE);
    const byEnvironment = await program.run(signArgs("--use-ambient-credentials"), { SIGSTORE_ID_TOKEN });
    assert.equal(byEnvironment.status, 0, byEnvironment.stderr);
    await assertSignedBy(ALICE);
  });

  it("signs nothing with a token whose signature Fulcio rejects", async () => {
    const token = await sigstore.issuer.token(ALICE);
    const [header, payload] = token.split(".");
    const [, , signature] = (await sigstore.issuer.token(BOB)).split(".");
    const forged = `${header}.${payload}.${signature}`;
    const { status, stdout, stderr } = await program.run(signArgs("--identity-token", forged));
    assert.equal(status, 1, stderr);
    assert.ok(!`${stdout}${stderr}`.includes(payload ?? ""), "the token was printed");
    assert.equal(existsSync(join(folder(), "model", "model.sig")), false);
  });
});
