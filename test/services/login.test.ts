import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ALICE, BOB } from "./dex.ts";
import { servicesSession } from "./session.ts";
import { connectDevice, readCode } from "./visitor.ts";

describe("logging in at Dex", function () {
  this.timeout(60_000);
  const session = servicesSession({ browser: true });
  const { folder } = session;

  const signArgs = (...more: string[]): string[] => [
    ...["sign", "sigstore", "model", "--trust-config", session.sigstore.trustConfigs[2], "--yes", ...more],
  ];

  async function assertSignedBy(identity: string): Promise<void> {
    const provider = ["--identity", identity, "--identity-provider", session.sigstore.issuer.url];
    const { status, stdout } = await session.program.run([
      ...["verify", "model", "--trusted-root", session.sigstore.trustedRootPath, ...provider],
    ]);
    assert.equal(status, 0, stdout);
  }

  it("signs with a code that is typed on another device", async () => {
    const signing = session.program.start(signArgs("--oauth-device"));
    const [, url = "", code = ""] = await signing.shown(/type the code there:\n(\S+)\n(\S+)\n/);
    await connectDevice(session.page, url, code, BOB);
    const { status, stderr } = await signing.ended;
    assert.equal(status, 0, stderr);
    await assertSignedBy(BOB);
  });

  it("signs with a code that is pasted", async () => {
    const signing = session.program.start(signArgs("--oauth-force-oob"));
    const [, url = ""] = await signing.shown(/^(http:\/\/\S+)\nCode: /m);
    signing.type(await readCode(session.page, url, ALICE));
    const { status, stderr } = await signing.ended;
    assert.equal(status, 0, stderr);
    await assertSignedBy(ALICE);
  });

  it("signs with a token of a flag, and with one of the environment", async () => {
    const byFlag = await session.program.run(signArgs("--identity-token", await session.sigstore.issuer.token(ALICE)));
    assert.equal(byFlag.status, 0, byFlag.stderr);
    await assertSignedBy(ALICE);
    const SIGSTORE_ID_TOKEN = await session.sigstore.issuer.token(ALICE);
    const byEnvironment = await session.program.run(signArgs("--use-ambient-credentials"), { SIGSTORE_ID_TOKEN });
    assert.equal(byEnvironment.status, 0, byEnvironment.stderr);
    await assertSignedBy(ALICE);
  });

  it("signs nothing with a token whose signature Fulcio rejects", async () => {
    const token = await session.sigstore.issuer.token(ALICE);
    const [header, payload] = token.split(".");
    const [, , signature] = (await session.sigstore.issuer.token(BOB)).split(".");
    const forged = `${header}.${payload}.${signature}`;
    const { status, stdout, stderr } = await session.program.run(signArgs("--identity-token", forged));
    assert.equal(status, 1, stderr);
    assert.ok(!`${stdout}${stderr}`.includes(payload ?? ""), "the token was printed");
    assert.equal(existsSync(join(folder(), "model", "model.sig")), false);
  });
});
