import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { DigestMode } from "../../../../../src/core/hashing/digest-request.ts";
import { HashPool } from "../../../../../src/core/hashing/hash-pool.ts";
import { type SigningIdentity, sign } from "../../../../../src/core/operations/sign/sign.ts";
import { verify } from "../../../../../src/core/operations/verify/verify.ts";
import { type Certificate, makeChain } from "../../../../support/certificates.ts";
import { damageSignature } from "../../../../support/editor-workspace.ts";
import { makeKeys } from "../../../../support/keys.ts";
import { writeTree } from "../../../../support/temporary-folder.ts";

/** Milliseconds until a file's times show every later write: only then are its digests stored. */
const SETTLE_MS = 2100;
const WEIGHTS = "w".repeat(1_000_000);

describe("signing again", function () {
  this.timeout(30_000);
  let home: string;
  let next = 0;
  before(async () => {
    home = mkdtempSync(join(tmpdir(), "incremental-"));
    for (let at = 0; at < 5; at++) writeTree(join(home, `${at}`), { "weights.bin": WEIGHTS, "README.md": "one" });
    await pause(SETTLE_MS);
  });
  after(() => rmSync(home, { recursive: true }));

  const keys = makeKeys();
  const byKey = (pair = keys): SigningIdentity => ({ method: "key", privateKey: { label: "k", pem: pair.privatePem } });
  const byCertificate = ({ keys: own, pem }: Certificate): SigningIdentity => ({
    method: "certificate",
    privateKey: { label: "k", pem: own.privatePem },
    certificate: { label: "c", pem },
  });

  async function twice(
    first: SigningIdentity,
    second: SigningIdentity,
    mode: DigestMode,
    between: (model: string) => void = () => undefined,
  ) {
    const model = join(home, `${next++}`);
    const signature = join(model, "model.sig");
    const full = await withPool((pool) => sign({ model, signature, identity: first, pool }));
    assert.equal(full.coverage.bytesFromCache, 0);
    writeFileSync(join(model, "README.md"), "changed");
    between(signature);
    const again = { model, signature, identity: second, mode, force: true, confirmReplacement: () => true };
    const { coverage } = await withPool((pool) => sign({ ...again, pool }));
    const trust = { keys: [{ label: "k.pub", pem: keys.publicPem }] };
    return { coverage, verdict: await verify({ model, signature, trust }) };
  }

  /** A pool's digests are on the disk once it has ended. */
  async function withPool<T>(use: (pool: HashPool) => Promise<T>): Promise<T> {
    const pool = new HashPool({ cache: join(home, "cache") });
    try {
      return await use(pool);
    } finally {
      await pool.dispose();
    }
  }

  it("reads only what changed if the earlier signature is authentic and by the same signer", async () => {
    const { coverage, verdict } = await twice(byKey(), byKey(), "cached");
    assert.equal(coverage.bytesFromCache, WEIGHTS.length);
    assert.equal(coverage.bytesRead, "changed".length);
    assert.equal(verdict.state, "verified");
    assert.equal(verdict.coverage?.bytesFromCache, 0);
  });

  it("also reads only what changed with a certificate", async () => {
    const { leaf } = makeChain();
    const { coverage } = await twice(byCertificate(leaf), byCertificate(leaf), "cached");
    assert.equal(coverage.bytesFromCache, WEIGHTS.length);
  });

  it("reads everything if asked to", async () => {
    const { coverage } = await twice(byKey(), byKey(), "full");
    assert.deepEqual([coverage.bytesFromCache, coverage.bytesRead], [0, WEIGHTS.length + 7]);
  });

  it("reads everything if the earlier signature is by another signer", async () => {
    const { coverage } = await twice(byKey(makeKeys()), byKey(), "cached");
    assert.equal(coverage.bytesFromCache, 0);
  });

  it("reads everything if the earlier signature is damaged", async () => {
    const { coverage } = await twice(byKey(), byKey(), "cached", damageSignature);
    assert.equal(coverage.bytesFromCache, 0);
  });
});
