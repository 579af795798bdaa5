import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { inspect, promisify } from "node:util";
import { sign } from "../../../../src/core/operations/sign/sign.ts";
import { verify } from "../../../../src/core/operations/verify/verify.ts";
import type { TrustRoot } from "../../../../src/core/verification/trust-root.ts";
import { readTrustConfigFile } from "../../../../src/core/verification/trust-root-files.ts";
import { type LocalSigstore, startLocalSigstore } from "../../../support/sigstore/local-sigstore.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const SIGN_ONCE = join(import.meta.dirname, "../../../support/sigstore/sign-once.ts");

describe("two processes that log in and sign at the same time", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  let sigstore: LocalSigstore;
  let root: TrustRoot;

  before(async () => {
    sigstore = await startLocalSigstore();
    root = await readTrustConfigFile(sigstore.trustConfigPath);
  });
  after(() => sigstore.stop());

  async function signInProcess(name: string, model: string): Promise<{ identity: string }> {
    const path = join(folder(), model);
    const args = [SIGN_ONCE, sigstore.trustConfigPath, name, path, join(path, "model.sig")];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return JSON.parse(stdout);
  }

  async function signerOf(model: string, names: readonly string[]): Promise<string> {
    const identities = names.map((identity) => ({ identity, issuer: sigstore.issuer }));
    const path = join(folder(), model);
    const trust = { sigstore: { root, identities } };
    const verdict = await verify({ model: path, signature: join(path, "model.sig"), trust });
    assert.equal(verdict.state, "verified", inspect(verdict.reasons));
    assert.ok(verdict.signer?.method === "sigstore");
    return verdict.signer.identity;
  }

  it("each sign their own model, with the identity that logged in there", async () => {
    writeTree(folder(), { "one/weights.bin": "1", "two/weights.bin": "2" });
    const [alice, bob] = ["alice@example.com", "bob@example.org"];
    const signers = await Promise.all([signInProcess(alice, "one"), signInProcess(bob, "two")]);
    assert.deepEqual(
      signers.map(({ identity }) => identity),
      [alice, bob],
    );
    assert.equal(await signerOf("one", [alice]), alice);
    assert.equal(await signerOf("two", [bob]), bob);
  });

  it("leave one complete signature of one of them for the same model, and no other file", async () => {
    writeTree(folder(), { "one/weights.bin": "1" });
    const names = ["alice@example.com", "bob@example.org"];
    const outcomes = await Promise.allSettled(names.map((name) => signInProcess(name, "one")));
    const [signed] = outcomes.filter((outcome) => outcome.status === "fulfilled");
    assert.ok(signed !== undefined, inspect(outcomes));
    // Who comes second finds the signature of the other, before or after the login: it is kept.
    for (const outcome of outcomes) {
      if (outcome.status === "rejected")
        assert.match(String(outcome.reason), /No signature was written to .*model\.sig/);
    }
    assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
    assert.equal(await signerOf("one", names), signed.value.identity);
    assert.deepEqual(readdirSync(join(folder(), "one")).sort(), ["model.sig", "weights.bin"]);
  });

  it("do not sign a signature that the other is writing, which is reported, and fails to verify if it stays", async () => {
    const unfinished = ".model.sig.0123456789ab.tmp";
    writeTree(folder(), {
      "one/weights.bin": "1",
      [`one/${unfinished}`]: "{",
      "one/sub/.model.sig.0123456789ab.tmp": "2",
    });
    const model = join(folder(), "one");
    const signature = join(model, "model.sig");
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const identity = { method: "key", privateKey: { label: "own.key", pem } } as const;
    const { warnings } = await sign({ model, signature, identity });
    assert.equal(warnings.length, 1);
    assert.match(warnings.join(), /"\.model\.sig\.0123456789ab\.tmp" is an unfinished signature/);
    const trust = { keys: [{ label: "own.pub", pem: publicKey.export({ type: "spki", format: "pem" }).toString() }] };
    const verdict = await verify({ model, signature, trust });
    assert.equal(verdict.state, "modified");
    assert.deepEqual(
      verdict.comparison?.added.map(({ name }) => name),
      [unfinished],
    );
    rmSync(join(model, unfinished));
    assert.equal((await verify({ model, signature, trust })).state, "verified");
  });
});
