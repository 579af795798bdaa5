import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parseBundle } from "../../src/core/bundle/parse-bundle.ts";
import { parseStatement } from "../../src/core/bundle/statement.ts";
import { HashPool } from "../../src/core/hashing/hash-pool.ts";
import { type SignOptions, sign } from "../../src/core/operations/sign/sign.ts";
import { verifyBundle } from "../../src/core/verification/verify-bundle.ts";
import { makeChain } from "../support/certificates.ts";
import { failsWith } from "../support/errors.ts";
import { makeKeys } from "../support/keys.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";
import { VECTORS } from "../support/vectors.ts";

/** The schemas and bundles that come with the OMS 1.0 specification. */
describe("the specification", () => {
  if (VECTORS === undefined) {
    it("is skipped without the test vectors (set OMS_VECTORS)");
    return;
  }
  const folderOfVectors: string = VECTORS;
  const vectors = join(folderOfVectors, "spec/test-vectors/v1.0");
  const read = (kind: string, name: string) => readFileSync(join(vectors, kind, name));

  describe("has schemas that accept what we sign with", () => {
    const ajv = new Ajv2020({ strict: false });
    const schemas = join(folderOfVectors, "spec/schemas/v1.0");
    for (const name of readdirSync(schemas)) ajv.addSchema(JSON.parse(readFileSync(join(schemas, name), "utf8")));
    const accepts = (layer: "bundle" | "envelope" | "statement" | "predicate", value: unknown) => {
      const validate = ajv.getSchema(`https://model_signing/${layer}/v1.0/schema`);
      assert.ok(validate !== undefined, layer);
      assert.ok(validate(value), `${layer}: ${ajv.errorsText(validate.errors)}`);
    };
    const folder = useTemporaryFolder();
    const pool = new HashPool({ workers: 0 });
    after(() => pool.dispose());
    const { leaf, intermediate } = makeChain();
    const source = (pem: string) => ({ label: "x.pem", pem });
    const key = { method: "key", privateKey: source(makeKeys("P-384").privatePem) } as const;
    const certificate = {
      method: "certificate",
      privateKey: source(leaf.keys.privatePem),
      certificate: source(leaf.pem),
      chain: [source(intermediate.pem)],
    } as const;
    const written: Readonly<Record<string, Pick<SignOptions, "identity" | "algorithm" | "shardSize" | "ignorePaths">>> =
      {
        "a key, files": { identity: key },
        "a key, shards": { identity: key, shardSize: 3 },
        "a key, BLAKE2b": { identity: key, algorithm: "blake2b" },
        "a key, BLAKE3 in shards": { identity: key, algorithm: "blake3", shardSize: 4 },
        "a certificate": { identity: certificate, ignorePaths: ["b"] },
      };
    for (const [name, options] of Object.entries(written)) {
      it(name, async () => {
        const model = join(folder(), "model");
        const signature = join(model, "model.sig");
        writeTree(model, { a: "0123456789", "b/ü": "x", empty: "" });
        await sign({ model, signature, pool, ...options });
        const bundle = JSON.parse(readFileSync(signature, "utf8"));
        accepts("bundle", bundle);
        accepts("envelope", bundle.dsseEnvelope);
        const statement = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, "base64").toString());
        accepts("statement", statement);
        accepts("predicate", statement.predicate);
      });
    }
  });

  describe("has valid bundles that", () => {
    for (const name of readdirSync(join(vectors, "valid"))) {
      it(`parse: ${name}`, () => {
        const bundle = parseBundle(read("valid", name), name);
        assert.equal(`${bundle.material.method}.bundle.json`, name);
        assert.equal(parseStatement(bundle.envelope.payload, name).manifest.resources.length, 2);
      });
    }

    it("are authentic, if signed with a key or a certificate", async () => {
      const pem = (name: string) => ({
        label: name,
        pem: readFileSync(join(folderOfVectors, "reference/keys/certificate", name), "utf8"),
      });
      const trust = { keys: [pem("signing-key-pub.pem")], certificates: { roots: [pem("ca-cert.pem")] } };
      for (const name of ["key.bundle.json", "certificate.bundle.json"]) {
        const { signer } = await verifyBundle(parseBundle(read("valid", name), name), trust, name);
        assert.equal(`${signer.method}.bundle.json`, name);
      }
    });
  });

  describe("has invalid bundles", () => {
    const codes = {
      "empty.bundle.json": "BUNDLE_NOT_JSON",
      "missing-envelope.bundle.json": "ENVELOPE_MISSING",
      "missing-tlog-entries.bundle.json": "MATERIAL_MISSING",
      "missing-verification-material.bundle.json": "MATERIAL_MISSING",
    } as const;
    it("that are all covered by these tests", () => {
      assert.deepEqual(readdirSync(join(vectors, "invalid")).sort(), Object.keys(codes));
      assert.deepEqual(readdirSync(join(vectors, "invalid-payload")), ["wrong-predicate.bundle.json"]);
    });
    for (const [name, code] of Object.entries(codes)) {
      it(`of which ${name} is rejected`, () => failsWith(code, () => parseBundle(read("invalid", name), name)));
    }
    it("of which wrong-predicate.bundle.json is rejected", async () => {
      const name = "wrong-predicate.bundle.json";
      const { envelope } = parseBundle(read("invalid-payload", name), name);
      await failsWith("PREDICATE_TYPE", () => parseStatement(envelope.payload, name));
    });
  });
});
