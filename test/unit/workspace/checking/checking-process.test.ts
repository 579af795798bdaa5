import assert from "node:assert/strict";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ErrorCode, ProvenanceError } from "../../../../src/core/errors.ts";
import type { DigestProgress } from "../../../../src/core/hashing/digest-engine.ts";
import { createInProcessEngine } from "../../../../src/core/hashing/in-process-engine.ts";
import type { Replacement } from "../../../../src/core/signing/replacement.ts";
import type { SigstoreTrust, Trust } from "../../../../src/core/trust.ts";
import type { Verdict } from "../../../../src/core/verdict.ts";
import { readTrustConfigFile } from "../../../../src/core/verification/trust-root-files.ts";
import { VERIFIER_HERE } from "../../../../src/core/verifier.ts";
import { CheckingProcess } from "../../../../src/workspace/checking/checking-process.ts";
import { changeByte, signWith } from "../../../support/editor-workspace.ts";
import { failsWith } from "../../../support/errors.ts";
import { makeKeys } from "../../../support/keys.ts";
import { manyNames, signNames } from "../../../support/many-names.ts";
import { startLocalSigstore } from "../../../support/sigstore/local-sigstore.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";
import { verifierWith } from "../../../support/verifier.ts";

const ENTRY = new URL("../../../../src/checking-process.ts", import.meta.url);
const keys = makeKeys();
const trust: Trust = { keys: [{ label: "release.pub", pem: keys.publicPem }] };
const identity = { method: "key", privateKey: { label: "release.pem", pem: keys.privatePem } } as const;
const engine = createInProcessEngine();
const here = verifierWith(engine);

describe("the checking process", function () {
  this.timeout(60_000);
  let checks: CheckingProcess;
  // Before the folder goes: digests are still being kept in it.
  afterEach(() => checks.dispose());
  const root = useTemporaryFolder();
  let model: string;
  let signature: string;

  beforeEach(async () => {
    checks = newProcess();
    model = join(root(), "model");
    writeTree(root(), { "model/a.bin": "a", "model/b.bin": "b" });
    signature = await signWith(model, keys.privatePem, engine);
  });
  after(() => engine.dispose());

  function newProcess(more: { heapMb?: number; idleMs?: number } = {}): CheckingProcess {
    return new CheckingProcess({ entry: ENTRY, cache: join(root(), "cache"), ...more });
  }

  it("gives the verdicts that this process gives: verified, modified, unknown key, damaged, no signature", async () => {
    await same();
    changeByte(join(model, "a.bin"));
    writeFileSync(join(model, "new.bin"), "");
    assert.equal((await same()).state, "modified");
    assert.equal((await same({ keys: [{ label: "other.pub", pem: makeKeys().publicPem }] })).state, "unable");
    assert.equal((await same({})).state, "unable");
    writeFileSync(signature, "{}");
    assert.equal((await same()).state, "invalid");
    signature = join(root(), "none.sig");
    assert.equal((await same()).state, "unsigned");
  });

  it("tells failures by their codes, as this process does", async () => {
    const missing = { model: join(root(), "nothing"), signature, trust };
    const error = await failsWith("MODEL_NOT_FOUND", () => checks.verify(missing));
    assert.equal(error.message, (await failsWith("MODEL_NOT_FOUND", () => here.verify(missing))).message);
    assert.deepEqual(error.details, { path: missing.model });
    await failsWith("SIGNATURE_NOT_FOUND", () => checks.readClaim(join(root(), "none.sig")));
    const claim = await checks.readClaim(signature);
    assert.deepEqual(claim, await VERIFIER_HERE.readClaim(signature));
    assert.ok(claim.hint);
  });

  it("brings long lists whole and in their order", async () => {
    signature = signNames(model, manyNames(3_500), keys);
    for (let index = 0; index < 1_200; index += 1) writeFileSync(join(model, `added-${index}`), "");
    const { comparison, state } = await same();
    assert.equal(state, "modified");
    assert.equal(comparison?.missing.length, 3_500);
    assert.equal(comparison.added.length, 1_202);
  });

  it("asks for the trust in Sigstore only where a signature needs it, and signs and verifies with it", async () => {
    const sigstore = await startLocalSigstore();
    try {
      const trusted = await readTrustConfigFile(sigstore.trustConfigs[2].path);
      const identities = [{ identity: "alice@example.com", issuer: sigstore.issuer }];
      let asked = 0;
      const answer = async (): Promise<SigstoreTrust> => {
        asked += 1;
        return { root: trusted, identities, newer: Promise.resolve(trusted) };
      };
      assert.equal(
        (await checks.verify({ model, signature, trust: { ...trust, sigstore: answer } })).state,
        "verified",
      );
      assert.equal(asked, 0);
      const token = async () => sigstore.token("alice@example.com");
      const identity = { method: "sigstore", root: trusted, token } as const;
      await failsWith("SIGNATURE_OTHER_SIGNER", () => checks.sign({ model, signature, identity }));
      const signed = await checks.sign({ model, signature, identity, force: true });
      // The process reads the signature that is replaced, with the trust root that it asks for.
      const { replaced } = await checks.sign({ model, signature, identity });
      assert.ok(replaced?.signer?.method === "sigstore" && replaced.changes.matches);
      assert.equal(signed.signer.method, "sigstore");
      assert.equal((await same({ sigstore: answer })).state, "verified");
      assert.ok(asked > 0);
      const fails = () => Promise.reject(new ProvenanceError("TRUST_ROOT_MISSING", "Nothing is known here."));
      assert.equal((await same({ sigstore: fails })).reasons[0]?.code, "TRUST_ROOT_MISSING");
    } finally {
      await sigstore.stop();
    }
  });

  it("signs with a key, as this process does, and refuses what it refuses", async () => {
    const written = readFileSync(signature);
    const { rootDigest, coverage } = await checks.sign({ model, signature, identity });
    assert.notDeepEqual(readFileSync(signature), written);
    const verdict = await here.verify({ model, signature, trust });
    assert.equal(verdict.state, "verified");
    assert.equal(verdict.rootDigest, rootDigest);
    assert.equal(coverage.files, 2);
    const bad = { method: "key", privateKey: { label: "x", pem: "x" } } as const;
    await failsWith("KEY_UNREADABLE", () => checks.sign({ model, signature, identity: bad }));
  });

  it("asks before it signs files that differ, and writes nothing where refused", async () => {
    changeByte(join(model, "a.bin"));
    const asked: (readonly string[])[] = [];
    const answered = (yes: boolean) => (replacement: Replacement) => {
      asked.push(replacement.changes.changed.names);
      return yes;
    };
    const written = readFileSync(signature);
    const refuse = { model, signature, identity, confirmReplacement: answered(false) };
    await failsWith("SIGNATURE_REPLACEMENT_DECLINED", () => checks.sign(refuse));
    await failsWith("SIGNATURE_REPLACEMENT_DECLINED", () => checks.sign({ model, signature, identity }));
    assert.deepEqual(readFileSync(signature), written);
    await checks.sign({ ...refuse, confirmReplacement: answered(true) });
    assert.deepEqual(asked, [["a.bin"], ["a.bin"]]);
  });

  it("tells progress, and lets go at once when it is cancelled", async () => {
    const told: DigestProgress[] = [];
    const abort = new AbortController();
    const onProgress = (progress: DigestProgress): void => {
      told.push(progress);
      abort.abort();
    };
    writeFileSync(join(model, "large.bin"), "");
    truncateSync(join(model, "large.bin"), 1_000_000_000);
    signature = signNames(model, ["large.bin"], keys);
    await failsWith("CANCELLED", () => checks.verify({ model, signature, trust, onProgress, signal: abort.signal }));
    assert.ok(told.length > 0);
    await failsWith("CANCELLED", () => checks.verify({ model, signature, trust, signal: abort.signal }));
    truncateSync(join(model, "large.bin"), 0);
    assert.deepEqual((await checks.verify({ model, signature, trust })).comparison?.changed, []);
  });

  it("gives no verdict when it ends before its answer, and starts anew for the next check", async () => {
    const small = newProcess({ heapMb: 24 });
    const large = signNames(model, manyNames(200_000), keys, join(root(), "large.sig"));
    const error = await failsWith("INTERNAL", () => small.verify({ model, signature: large, trust }));
    assert.match(error.message, /memory/);
    assert.equal((await small.verify({ model, signature, trust })).state, "verified");
    await small.dispose();
  });

  it("ends by itself, and for good when it is disposed of", async () => {
    const brief = newProcess({ idleMs: 1 });
    for (let round = 0; round < 3; round += 1) {
      assert.equal((await brief.verify({ model, signature, trust })).state, "verified");
      while (brief.isRunning) await new Promise((resolve) => setImmediate(resolve));
    }
    const running = brief.verify({ model, signature, trust });
    const cancelled: Promise<unknown> = failsWith("CANCELLED" satisfies ErrorCode, () => running);
    await brief.dispose();
    await cancelled;
    await failsWith("CANCELLED", () => brief.readClaim(signature));
  });

  /** The verdict of the process, which has to be that of this one but for the times. */
  async function same(by: Trust = trust): Promise<Verdict> {
    const options = { model, signature, trust: by };
    const [there, expected] = [await checks.verify(options), await here.verify(options)];
    assert.deepEqual(timeless(there), timeless(expected));
    assert.deepEqual(await checks.authenticate(options), await here.authenticate(options));
    return there;
  }
});

function timeless({ checkedAt, coverage, ...verdict }: Verdict): unknown {
  return { ...verdict, coverage: coverage && { ...coverage, seconds: 0 }, isDated: checkedAt !== undefined };
}
