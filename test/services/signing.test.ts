import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bundle } from "sigstore";
import type { RekorVersion } from "../support/sigstore/trust-config.ts";
import { writeTree } from "../support/temporary-folder.ts";
import { ALICE, BOB } from "./dex.ts";
import { servicesSession } from "./session.ts";
import { ACCEPTED, type Opinions, OTHER_MODEL, opinions, REJECTED, readBundle } from "./verifiers.ts";
import { logIn } from "./visitor.ts";

const ENTRIES = { 1: { kind: "dsse", version: "0.0.1" }, 2: { kind: "hashedrekord", version: "0.0.2" } } as const;

describe("signing at the services of Sigstore", function () {
  this.timeout(120_000);
  const session = servicesSession({ browser: true, reference: true });
  const { folder } = session;

  const signatureFile = (): string => join(folder(), "model", "model.sig");
  const signArgs = (rekor: RekorVersion): string[] => [
    ...["sign", "sigstore", "model", "--trust-config", session.sigstore.trustConfigs[rekor], "--yes"],
  ];
  const all = (rekor: RekorVersion, identity = ALICE): Promise<Opinions> =>
    opinions(folder(), session.sigstore, rekor, identity, session);

  /** With the browser that the program opens. */
  async function signAfterLogin(rekor: RekorVersion, email = ALICE): Promise<void> {
    const signing = session.program.start(signArgs(rekor));
    await logIn(session.page, await signing.opened(), email);
    await session.page.getByRole("heading", { name: `Logged in as ${email}` }).waitFor();
    const { status, stderr } = await signing.ended;
    assert.equal(status, 0, stderr);
  }

  /** Without a browser. */
  async function signWithToken(rekor: RekorVersion): Promise<void> {
    const SIGSTORE_ID_TOKEN = await session.sigstore.issuer.token(ALICE);
    const { status, stderr } = await session.program.run([...signArgs(rekor), "--use-ambient-credentials"], {
      SIGSTORE_ID_TOKEN,
    });
    assert.equal(status, 0, stderr);
  }

  for (const rekor of [1, 2] as const) {
    describe(`with Rekor v${rekor}`, () => {
      it("writes after a login in the browser what every client accepts, for that identity only", async () => {
        await signAfterLogin(rekor);
        const { tlogEntries, timestampVerificationData } = readBundle(folder()).verificationMaterial;
        assert.deepEqual(
          tlogEntries?.map(({ kindVersion }) => kindVersion),
          [ENTRIES[rekor]],
        );
        assert.equal(timestampVerificationData?.rfc3161Timestamps?.length, 1);
        assert.deepEqual(await all(rekor), ACCEPTED);
        assert.deepEqual(await all(rekor, BOB), REJECTED);
      });

      it("is not verified once a file has changed", async () => {
        await signWithToken(rekor);
        assert.deepEqual(await all(rekor), ACCEPTED);
        writeTree(folder(), { "model/weights.bin": "others" });
        assert.deepEqual(await all(rekor), OTHER_MODEL);
      });

      it("is not verified with a changed log entry, nor with the entry of another signature", async () => {
        await signWithToken(rekor);
        const earlier = readBundle(folder());
        rmSync(signatureFile());
        await signWithToken(rekor);
        assert.deepEqual(await all(rekor), ACCEPTED);
        const bundle = readBundle(folder());
        writeFileSync(signatureFile(), JSON.stringify(withEntryOf(bundle, earlier)));
        assert.deepEqual(await all(rekor), REJECTED);
        writeFileSync(signatureFile(), JSON.stringify(withOtherDigest(bundle)));
        // cosign does not read the body of an entry of v2: it makes the body anew, from the envelope.
        assert.deepEqual(await all(rekor), { ...REJECTED, cosign: rekor === 2 });
        writeFileSync(signatureFile(), JSON.stringify(bundle));
        assert.deepEqual(await all(rekor), ACCEPTED);
      });
    });
  }

  it("signs as the person who logged in, and replaces the signature of another only where that is agreed to", async () => {
    await signAfterLogin(2, ALICE);
    const other = await session.program.run([
      ...signArgs(1),
      "--identity-token",
      await session.sigstore.issuer.token(BOB),
    ]);
    assert.notEqual(other.status, 0);
    assert.match(other.stderr, /--force/);
    assert.deepEqual(await all(2, ALICE), ACCEPTED);
    await session.page.context().clearCookies();
    rmSync(signatureFile());
    await signAfterLogin(1, BOB);
    assert.deepEqual(await all(1, BOB), ACCEPTED);
    assert.deepEqual(await all(1, ALICE), REJECTED);
  });
});

/** The bundle with the log entry of another one. */
function withEntryOf(bundle: Bundle, other: Bundle): Bundle {
  const { tlogEntries } = other.verificationMaterial;
  return { ...bundle, verificationMaterial: { ...bundle.verificationMaterial, tlogEntries } };
}

/** The bundle with another digest in the body of its log entry. */
function withOtherDigest(bundle: Bundle): Bundle {
  const { tlogEntries } = bundle.verificationMaterial;
  const changed = tlogEntries.map((entry) => {
    const body = Buffer.from(entry.canonicalizedBody, "base64").toString("utf8");
    const other = body.replaceAll(
      /("(?:value|digest)":")(.)/g,
      (_, start, first) => start + (first === "0" ? "1" : "0"),
    );
    assert.notEqual(other, body);
    return { ...entry, canonicalizedBody: Buffer.from(other).toString("base64") };
  });
  return { ...bundle, verificationMaterial: { ...bundle.verificationMaterial, tlogEntries: changed } };
}
