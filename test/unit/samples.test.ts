import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SAMPLE_PASSPHRASE } from "../../scripts/samples/keys.ts";
import { makeSamples } from "../../scripts/samples/make.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";

describe("the samples", () => {
  const folder = useTemporaryFolder();
  const read = (name: string): Buffer => readFileSync(join(folder(), name));

  it("are the same at every run, and restore what was changed", () => {
    const models = makeSamples(folder());
    const files = readdirSync(folder(), { recursive: true, encoding: "utf8" }).filter((name) =>
      statSync(join(folder(), name)).isFile(),
    );
    const before = new Map(files.map((name) => [name, read(name)]));
    appendFileSync(join(folder(), "tiny-llama/model.safetensors"), "x");
    writeFileSync(join(folder(), "tiny-llama/model.sig"), "a signature");
    assert.deepEqual(makeSamples(folder()), models);
    for (const [name, content] of before) assert.ok(read(name).equals(content), name);
    assert.equal(read("tiny-llama/model.sig").toString(), "a signature");
  });

  it("have a safetensors file whose header matches its tensors", () => {
    makeSamples(folder());
    const file = read("tiny-llama/model.safetensors");
    const length = Number(file.readBigUInt64LE(0));
    const header: Record<string, { data_offsets: [number, number]; shape: number[] }> = JSON.parse(
      file.subarray(8, 8 + length).toString(),
    );
    delete header["__metadata__"];
    let end = 0;
    for (const { data_offsets, shape } of Object.values(header)) {
      assert.equal(data_offsets[0], end);
      end = data_offsets[1];
      assert.equal(end - data_offsets[0], 4 * shape.reduce((product, size) => product * size, 1));
    }
    assert.equal(file.length, 8 + length + end);
    const config: { vocab_size: number; hidden_size: number } = JSON.parse(read("tiny-llama/config.json").toString());
    assert.deepEqual(header["model.embed_tokens.weight"]?.shape, [config.vocab_size, config.hidden_size]);
  });

  it("have GGUF and ONNX files with the right first bytes", () => {
    makeSamples(folder());
    const gguf = read("gguf/tiny-f32.gguf");
    assert.equal(gguf.toString("latin1", 0, 4), "GGUF");
    assert.equal(gguf.readUInt32LE(4), 3);
    assert.equal(gguf.length % 32, 0);
    assert.deepEqual([...read("onnx/linear.onnx").subarray(0, 3)], [0x08, 8, 0x12]);
  });

  it("have matching keys that only their owner can read", () => {
    makeSamples(folder());
    for (const curve of ["p256", "p384", "p521"]) {
      const path = `keys/${curve}.pem`;
      const publicPem = createPublicKey(createPrivateKey(read(path))).export({ type: "spki", format: "pem" });
      assert.equal(publicPem, read(`keys/${curve}.pub.pem`).toString());
      if (process.platform !== "win32") assert.equal(statSync(join(folder(), path)).mode & 0o077, 0);
    }
    const encrypted = createPrivateKey({ key: read("keys/p384-encrypted.pem"), passphrase: SAMPLE_PASSPHRASE });
    assert.ok(encrypted.equals(createPrivateKey(read("keys/p384.pem"))));
    const certificate = new X509Certificate(read("keys/certificate.pem"));
    const between = new X509Certificate(read("keys/intermediate.pem"));
    assert.ok(certificate.checkPrivateKey(createPrivateKey(read("keys/certificate-key.pem"))));
    assert.ok(certificate.verify(between.publicKey));
    assert.ok(between.verify(new X509Certificate(read("keys/root.pem")).publicKey));
  });
});
