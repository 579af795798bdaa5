import assert from "node:assert/strict";
import { join } from "node:path";
import { HashPool } from "../../../../src/core/hashing/hash-pool.ts";
import { partlyCovered } from "../../../../src/core/model/weight-parts.ts";
import { sign } from "../../../../src/core/operations/sign/sign.ts";
import { verify } from "../../../../src/core/operations/verify/verify.ts";
import { partlyText } from "../../../../src/core/presentation/coverage-text.ts";
import { ENGLISH } from "../../../../src/core/presentation/localizer.ts";
import { makeKeys } from "../../../support/keys.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

describe("weights in several files", () => {
  const folder = useTemporaryFolder();
  const texts = (...names: string[]) =>
    partlyCovered(new Set(names), folder()).map((parts) => partlyText(parts, ENGLISH.t));

  it("are counted by the numbers in their names", () => {
    assert.deepEqual(texts("m-00001-of-00003.gguf"), [
      "1 of 3 parts covered; m-00002-of-00003.gguf and 1 more are not",
    ]);
    assert.deepEqual(texts("a/m-00001-of-00002.safetensors", "config.json"), [
      "1 of 2 parts covered; a/m-00002-of-00002.safetensors is not",
    ]);
    assert.deepEqual(texts("m-00001-of-00002.gguf", "m-00002-of-00002.gguf"), []);
    assert.equal(texts("m-00001-of-99999.gguf").length, 1);
  });

  it("include the external data of ONNX", () => {
    writeTree(folder(), { "model.onnx": "", "model.onnx.data": "", "other.onnx": "" });
    assert.deepEqual(texts("model.onnx", "other.onnx"), ["1 of 2 parts covered; model.onnx.data is not"]);
    assert.deepEqual(texts("model.onnx", "model.onnx.data"), []);
  });

  it("are the external data of ONNX in several files", () => {
    writeTree(folder(), { "model.onnx": "", "model.onnx_data": "", "model.onnx_data_1": "", "model.onnx_data_3": "" });
    assert.deepEqual(texts("model.onnx", "model.onnx_data"), ["2 of 3 parts covered; model.onnx_data_1 is not"]);
  });

  it("are what an index names, whatever the files are called", async () => {
    const keys = makeKeys();
    const pool = new HashPool({ workers: 0 });
    const index = JSON.stringify({ weight_map: { x: "a.safetensors", y: "b.safetensors", z: "b.safetensors" } });
    const files = { "model.safetensors.index.json": index, "a.safetensors": "a", "b.safetensors": "b" };
    writeTree(folder(), { ...files, "c.safetensors": "c", "other.safetensors.index.json": "{" });
    const identity = { method: "key", privateKey: { label: "k", pem: keys.privatePem } } as const;
    const signed = (name: string) =>
      sign({ model: join(folder(), name), signature: join(folder(), "x.sig"), identity, pool, force: true });
    assert.deepEqual((await signed("a.safetensors")).warnings, ["1 of 2 parts covered; b.safetensors is not."]);
    assert.deepEqual((await signed("c.safetensors")).warnings, []);
    await pool.dispose();
  });

  it("are named where the signer left one of them out", async () => {
    const keys = makeKeys();
    const pool = new HashPool({ workers: 0 });
    const index = JSON.stringify({ weight_map: { x: "a.safetensors", y: "b.safetensors" } });
    const model = join(folder(), "llama");
    writeTree(model, { "model.safetensors.index.json": index, "a.safetensors": "a", "b.safetensors": "b" });
    const signature = join(folder(), "llama.sig");
    const identity = { method: "key", privateKey: { label: "k", pem: keys.privatePem } } as const;
    await sign({ model, signature, identity, pool, ignorePaths: ["b.safetensors"], allowIncomplete: true });
    const verdict = await verify({ model, signature, trust: { keys: [{ label: "p", pem: keys.publicPem }] }, pool });
    assert.equal(verdict.state, "verified");
    assert.deepEqual(
      verdict.coverage?.partly?.map((parts) => partlyText(parts, ENGLISH.t)),
      ["1 of 2 parts covered; b.safetensors is not"],
    );
    await pool.dispose();
  });

  it("are named if one of them is signed or verified alone", async () => {
    const keys = makeKeys();
    const pool = new HashPool({ workers: 0 });
    writeTree(folder(), { "m-00001-of-00002.gguf": "a", "m-00002-of-00002.gguf": "b" });
    const model = join(folder(), "m-00001-of-00002.gguf");
    const signature = `${model}.sig`;
    const identity = { method: "key", privateKey: { label: "k", pem: keys.privatePem } } as const;
    const text = "1 of 2 parts covered; m-00002-of-00002.gguf is not";
    const { warnings } = await sign({ model, signature, identity, pool });
    assert.deepEqual(warnings, [`${text}.`]);
    const verdict = await verify({ model, signature, trust: { keys: [{ label: "p", pem: keys.publicPem }] }, pool });
    assert.equal(verdict.state, "verified");
    assert.deepEqual(
      verdict.coverage?.partly?.map((parts) => partlyText(parts, ENGLISH.t)),
      [text],
    );
    await pool.dispose();
  });
});
