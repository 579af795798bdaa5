import assert from "node:assert/strict";
import { cpSync, renameSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { HashPool } from "../../../src/core/hashing/hash-pool.ts";
import { isAlarm } from "../../../src/core/manifest/innocent-differences.ts";
import { sign } from "../../../src/core/operations/sign/sign.ts";
import { Checker } from "../../../src/workspace/checker.ts";
import { Discovery } from "../../../src/workspace/discovery.ts";
import { ModelRegistry } from "../../../src/workspace/registry.ts";
import { engineHere } from "../../support/engine-here.ts";
import { makeKeys } from "../../support/keys.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

const prod = makeKeys();
const stranger = makeKeys();
const pool = new HashPool({ workers: 0 });

/** What the editor knows of a model with several signatures, or of a signature elsewhere; the attack beside each. */
describe("the registry, for several signatures of a model,", () => {
  const root = useTemporaryFolder();
  let registry: ModelRegistry;
  let checker: Checker;
  let discovery: Discovery;
  const llama = () => join(root(), "models", "llama");

  beforeEach(() => {
    registry = new ModelRegistry();
    const trust = { keys: [{ label: "release.pub", pem: prod.publicPem }] };
    const services = { trust: async () => trust, engine: engineHere(pool), watch: async () => {}, log() {} };
    checker = new Checker({ registry, ...services });
    discovery = new Discovery({ registry, ...services });
    writeTree(llama(), { "config.json": "{}", "model.safetensors": "x" });
  });
  after(() => pool.dispose());

  const signWith = ({ privatePem }: typeof prod, signature: string) =>
    sign({
      model: llama(),
      signature,
      identity: { method: "key", privateKey: { label: "k", pem: privatePem } },
      pool,
    });
  const shown = async (depth: "signature" | "files" = "files"): Promise<readonly unknown[]> => {
    await discovery.search(root());
    for (const { path } of registry.models) await checker.check(path, depth, { asked: true });
    await discovery.search(root());
    return registry.models.map(({ path, verdict }) => [
      relative(root(), path).replaceAll("\\", "/"),
      verdict.state,
      isAlarm(verdict),
      verdict.signatures?.length ?? 0,
    ]);
  };

  it("uses one whose signer is trusted, and finds the model by each of them", async () => {
    await signWith(stranger, join(llama(), "model.sig"));
    await signWith(prod, join(llama(), "team.sig"));
    assert.deepEqual(await shown("signature"), [["models/llama", "unchecked", false, 2]]);
    assert.deepEqual(await shown(), [["models/llama", "verified", false, 2]]);
    for (const name of ["model.sig", "team.sig"]) {
      assert.equal(registry.signedBy(join(llama(), name))?.path, llama());
    }
    writeTree(llama(), { "config.json": "[]" });
    assert.deepEqual(await shown(), [["models/llama", "modified", true, 2]]);
    await signWith(stranger, join(llama(), "a.oms.sig"));
    assert.deepEqual(await shown(), [["models/llama", "modified", true, 3]]);
  });

  it("finds the model of a signature at the top of the workspace, which is no model", async () => {
    await signWith(prod, join(llama(), "model.sig"));
    renameSync(join(llama(), "model.sig"), join(root(), "model.sig"));
    assert.deepEqual(await shown(), [["models/llama", "verified", false, 0]]);
    writeTree(llama(), { "model.safetensors": "evil" });
    assert.deepEqual(await shown(), [["models/llama", "modified", true, 0]]);
  });

  it("lists a signature whose model was deleted, and no model", async () => {
    await signWith(prod, join(llama(), "model.sig"));
    cpSync(join(llama(), "model.sig"), join(root(), "model.sig"));
    rmSync(llama(), { recursive: true });
    assert.deepEqual(await shown(), []);
    assert.deepEqual(registry.extents.get(root())?.strays?.first, [
      { path: join(root(), "model.sig"), subject: "llama" },
    ]);
  });
});
