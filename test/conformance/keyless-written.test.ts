import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { HashPool } from "../../src/core/hashing/hash-pool.ts";
import { sign } from "../../src/core/operations/sign/sign.ts";
import { readTrustConfigFile } from "../../src/core/verification/trust-root-files.ts";
import { type LocalSigstore, startLocalSigstore } from "../support/sigstore/local-sigstore.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";
import { VECTORS } from "../support/vectors.ts";

describe("the specification's schemas", () => {
  if (VECTORS === undefined) {
    it("are skipped without the test vectors (set OMS_VECTORS)");
    return;
  }
  const schemas = join(VECTORS, "spec/schemas/v1.0");
  const ajv = new Ajv2020({ strict: false });
  for (const name of readdirSync(schemas)) ajv.addSchema(JSON.parse(readFileSync(join(schemas, name), "utf8")));
  const accepts = (layer: "bundle" | "envelope" | "statement" | "predicate", value: unknown) => {
    const validate = ajv.getSchema(`https://model_signing/${layer}/v1.0/schema`);
    assert.ok(validate !== undefined, layer);
    assert.ok(validate(value), `${layer}: ${ajv.errorsText(validate.errors)}`);
  };
  const folder = useTemporaryFolder();
  const pool = new HashPool({ workers: 0 });
  let sigstore: LocalSigstore;
  before(async () => {
    sigstore = await startLocalSigstore();
  });
  after(async () => {
    await sigstore.stop();
    await pool.dispose();
  });

  for (const version of [1, 2] as const) {
    it(`accept what we sign with a login and Rekor v${version}`, async () => {
      const model = join(folder(), "model");
      const signature = join(model, "model.sig");
      writeTree(model, { a: "0123456789", "b/ü": "x", empty: "" });
      const root = await readTrustConfigFile(sigstore.trustConfigs[version].path);
      const token = await sigstore.token("alice@example.com");
      await sign({ model, signature, pool, identity: { method: "sigstore", root, token } });
      const text = readFileSync(signature, "utf8");
      const bundle = JSON.parse(text);
      accepts("bundle", bundle);
      accepts("envelope", bundle.dsseEnvelope);
      const statement = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, "base64").toString());
      accepts("statement", statement);
      accepts("predicate", statement.predicate);
      assert.equal(bundle.mediaType, "application/vnd.dev.sigstore.bundle.v0.3+json");
      assert.ok(text.endsWith("}\n"));
    });
  }
});
