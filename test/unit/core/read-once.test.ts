import assert from "node:assert/strict";
import fs, { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { HashPool } from "../../../src/core/hashing/hash-pool.ts";
import type { FileHasher } from "../../../src/core/hashing/with-hash-pool.ts";
import { billOfMaterials } from "../../../src/core/operations/bill-of-materials.ts";
import { planPin } from "../../../src/core/operations/policy/pin-model.ts";
import { verify } from "../../../src/core/operations/verify/verify.ts";
import { verifyWithPolicy } from "../../../src/core/operations/verify/verify-with-policy.ts";
import { findOrigin } from "../../../src/core/origin/find-origin.ts";
import { policySetOf } from "../../../src/core/policy/policy-files.ts";
import { readPolicyFile } from "../../../src/core/policy/read-policies.ts";
import { replaceText } from "../../../src/core/replace-file.ts";
import { COMMITS } from "../../support/downloads/hub-files.ts";
import { buildDownload } from "../../support/downloads/kept-downloads.ts";
import { signWith } from "../../support/editor-workspace.ts";
import { makeKeys } from "../../support/keys.ts";

/** Milliseconds until a file's times show every later write: only then are its digests kept. */
const SETTLE_MS = 2100;
const SNAPSHOT = `models--acme--tiny/snapshots/${COMMITS.first}`;
/** What the record has a SHA-256 of; of the others, it has git's digest. */
const LARGE = ["model.safetensors", "onnx/model.onnx"];
const open = fs.openSync;

describe("one pass of SHA-256", function () {
  this.timeout(30_000);
  const keys = makeKeys();
  let home: string;
  let opened: string[];
  let pool: HashPool;

  before(async () => {
    home = realpathSync.native(mkdtempSync(join(tmpdir(), "read-once-")));
    for (const name of ["signed", "both", "pinned", "policy", "bom"]) buildDownload(join(home, name), "cache-copies");
    for (const name of ["signed", "both"]) await signWith(join(home, name, SNAPSHOT), keys.privatePem);
    await pause(SETTLE_MS);
    fs.openSync = (path, ...rest) => {
      opened.push(String(path));
      return open(path, ...rest);
    };
  });
  beforeEach(() => {
    opened = [];
    pool = new HashPool({ workers: 0, cache: join(home, "cache") });
  });
  afterEach(() => pool.dispose());
  after(() => {
    fs.openSync = open;
    rmSync(home, { recursive: true });
  });

  /** How often each large file was opened to be hashed. */
  const opens = (model: string) => LARGE.map((name) => opened.filter((path) => path === join(model, name)).length);
  const trust = { keys: [{ label: "k.pub", pem: keys.publicPem }] };
  const check = (model: string, hasher: FileHasher = pool) =>
    verify({ model, signature: join(model, "model.sig"), trust, mode: "full", pool: hasher });

  it("serves signature and record, also where both are asked for at once, and none is needed later", async () => {
    const model = join(home, "signed", SNAPSHOT);
    assert.equal((await check(model)).state, "verified");
    const { origin } = await findOrigin({ model, checkDigests: true, pool });
    assert.equal(origin?.files.match.length, 5);
    assert.deepEqual(opens(model), [1, 1]);
    const again = await findOrigin({ model, checkDigests: true, pool });
    assert.equal(again.origin?.files.match.length, 5);
    assert.deepEqual(opens(model), [1, 1]);
    const other = join(home, "both", SNAPSHOT);
    let report: ReturnType<typeof findOrigin> | undefined;
    const digest: HashPool["digest"] = (...request) => {
      const result = pool.digest(...request);
      report = findOrigin({ model: other, checkDigests: true, pool });
      return result;
    };
    assert.equal((await check(other, { digest })).state, "verified");
    assert.equal((await report)?.origin?.files.match.length, 5);
    assert.deepEqual(opens(other), [1, 1]);
  });

  it("serves pin and record: when they are written, and when they are compared", async () => {
    const folder = join(home, "policy");
    const [model, policyFile] = [join(folder, SNAPSHOT), join(folder, "model-policy.yaml")];
    const plan = await planPin({ model, policyFile, path: SNAPSHOT, pool });
    assert.equal(plan.origin.origin?.files.match.length, 5);
    assert.deepEqual(opens(model), [1, 1]);
    await replaceText(plan.policy);
    await replaceText(plan.lock);
    opened = [];
    const verdict = await verifyWithPolicy({
      model,
      policies: policySetOf([await readPolicyFile(policyFile)], []),
      workspaceTrusted: true,
      folder,
      path: SNAPSHOT,
      publicSigstore: () => Promise.reject(new Error("not needed")),
      mode: "full",
      pool,
    });
    assert.equal(verdict.state, "pinned");
    await findOrigin({ model, checkDigests: true, pool });
    assert.deepEqual(opens(model), [1, 1]);
  });

  it("serves the digests and the record of a bill of materials", async () => {
    const model = join(home, "bom", SNAPSHOT);
    const text = await billOfMaterials({ model, pool });
    assert.equal(text.match(/"value": "match"/g)?.length, 5);
    assert.deepEqual(opens(model), [1, 1]);
  });
});
