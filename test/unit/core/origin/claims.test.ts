import assert from "node:assert/strict";
import { findOrigin } from "../../../../src/core/origin/find-origin.ts";
import type { OriginClaim } from "../../../../src/core/origin/origin.ts";
import { gguf } from "../../../support/downloads/gguf.ts";
import { safetensors } from "../../../support/downloads/hub-files.ts";
import { onnx, protobufField, varint } from "../../../support/downloads/onnx.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

describe("the claims of a model's files", () => {
  const folder = useTemporaryFolder();
  const report = (files: Readonly<Record<string, string | Uint8Array>>) => {
    writeTree(folder(), files);
    return findOrigin({ model: folder(), checkDigests: false });
  };
  const claimsOf = async (files: Readonly<Record<string, string | Uint8Array>>) =>
    (await report(files)).claims.map(({ kind, field, value, revision }) => [
      kind,
      field,
      value,
      ...(revision ? [revision] : []),
    ]);

  it("are read from the header of a GGUF file, before and after lists", async () => {
    const header = gguf({
      "general.architecture": "llama",
      "general.name": "Tiny",
      "tokenizer.ggml.tokens": ["a", "b"],
      "general.license": "apache-2.0",
      "general.base_model.0.name": "Base Model",
      "general.base_model.0.organization": "Acme",
      "general.base_model.0.repo_url": "https://huggingface.co/acme/base-model",
      "general.base_model.1.name": "Second",
      "general.base_model.1.organization": "Other",
      "general.base_model.1.version": "v2",
    });
    assert.deepEqual(await claimsOf({ "tiny.gguf": header }), [
      ["name", "general.name", "Tiny"],
      ["license", "general.license", "apache-2.0"],
      ["base-model", "general.base_model.0", "acme/base-model"],
      ["base-model", "general.base_model.1", "Other/Second", "v2"],
    ]);
  });

  it("make a claimed origin if a GGUF file names its repository, and no record does", async () => {
    const { origin } = await report({
      "a.gguf": gguf({ "general.repo_url": "https://huggingface.co/acme/tiny-gguf" }),
    });
    assert.equal(origin?.basis, "claim");
    assert.equal(origin?.repository, "acme/tiny-gguf");
    assert.equal(origin?.purl, undefined);
    assert.deepEqual(origin?.files.unrecorded, ["a.gguf"]);
  });

  for (const [damage, bytes] of Object.entries({
    "an unknown version": gguf({ "general.name": "Tiny" }, 9),
    "a length beyond the file": Buffer.concat([Buffer.from("GGUF"), Buffer.from([3, 0, 0, 0]), Buffer.alloc(64, 0xff)]),
    "another format": Buffer.from("no model"),
    nothing: Buffer.alloc(0),
  })) {
    it(`are not read from a GGUF file with ${damage}`, async () => {
      assert.deepEqual(await claimsOf({ "tiny.gguf": bytes }), []);
    });
  }

  it("are read from model card, configuration, adapter and safetensors header", async () => {
    const claims = await claimsOf({
      "README.md":
        "---\nbase_model:\n- acme/one\n- acme/two\nlicense: mit\ndatasets: acme/data\n---\n# Card\nbase_model: no\n",
      "config.json": '{"_name_or_path": "acme/parent"}',
      "adapter_config.json": '{"base_model_name_or_path": "acme/base", "revision": "v1"}',
      "model.safetensors": safetensors({ "modelspec.title": "Tiny", other: "x" }, 3),
    });
    assert.deepEqual(claims, [
      ["base-model", "base_model", "acme/one"],
      ["base-model", "base_model", "acme/two"],
      ["license", "license", "mit"],
      ["dataset", "datasets", "acme/data"],
      ["base-model", "base_model_name_or_path", "acme/base", "v1"],
      ["source", "_name_or_path", "acme/parent"],
      ["name", "modelspec.title", "Tiny"],
    ]);
  });

  it("are in the metadata of an ONNX file, behind a graph that is not read", async () => {
    const bytes = onnx(
      { names: "{0: 'person'}", author: "Ultralytics", license: "AGPL-3.0", model_name: "" },
      3_000_000,
    );
    assert.deepEqual(await claimsOf({ "net.onnx": bytes }), [
      ["author", "author", "Ultralytics"],
      ["license", "license", "AGPL-3.0"],
    ]);
    assert.deepEqual(
      await claimsOf({ "net.onnx": onnx({ url: "https://huggingface.co/acme/net", maintainer: "k2" }) }),
      [
        ["author", "maintainer", "k2"],
        ["source", "url", "https://huggingface.co/acme/net"],
      ],
    );
  });

  const author = protobufField(14, Buffer.concat([protobufField(1, "author"), protobufField(2, "Acme")]));
  const version = protobufField(1, 10);
  for (const [damage, bytes] of Object.entries({
    "an entry longer than the file": Buffer.concat([version, varint(14 * 8 + 2), varint(2 ** 40), author]),
    "a length of 2^64": Buffer.concat([version, varint(7 * 8 + 2), Buffer.alloc(9, 0xff), Buffer.from([1]), author]),
    "a number without an end": Buffer.concat([version, Buffer.alloc(20, 0xff), author]),
    "a wire type that is not in use": Buffer.concat([version, varint(7 * 8 + 3), author]),
    "an entry of a megabyte": Buffer.concat([
      version,
      protobufField(14, Buffer.concat([protobufField(1, "author"), protobufField(2, "x".repeat(2 ** 20))])),
    ]),
    "an entry that is cut off within its value": Buffer.concat([
      version,
      protobufField(14, protobufField(1, "author").subarray(0, 5)),
      author,
    ]),
    "a text that is not UTF-8": Buffer.concat([
      version,
      protobufField(14, Buffer.concat([protobufField(1, "author"), protobufField(2, Buffer.from([0xff, 0xfe]))])),
    ]),
    "no version of its format": author,
    "a version of 2^40": Buffer.concat([protobufField(1, 2 ** 40), author]),
    "more fields than a model has": Buffer.concat([
      version,
      ...Array.from({ length: 20_000 }, () => protobufField(9, 1)),
      author,
    ]),
    "another format": Buffer.from("no model"),
    nothing: Buffer.alloc(0),
  })) {
    it(`are not read from an ONNX file with ${damage}`, async () => {
      assert.deepEqual(await claimsOf({ "net.onnx": bytes }), []);
    });
  }

  it("are those before the damage, in an ONNX file that is cut off", async () => {
    const whole = onnx({ author: "Acme", license: "mit" });
    assert.deepEqual(await claimsOf({ "net.onnx": whole.subarray(0, -3) }), [["author", "author", "Acme"]]);
  });

  it("are in MLflow's MLmodel: the run, and the repository that the model was loaded from", async () => {
    const text = [
      "artifact_path: summarizer",
      "flavors:",
      "  python_function: { loader_module: mlflow.transformers, python_version: 3.12.1 }",
      "  transformers:",
      "    source_model_name: acme/base",
      `    source_model_revision: ${"a1".repeat(20)}`,
      "mlflow_version: 3.1.0",
      "model_uuid: 2b7a645dc76048d7b02cf6749a3f3417",
      "run_id: 6ce2a1c4e1b745db95305345a393a98f",
      "signature: { inputs: '[]' }",
    ].join("\n");
    assert.deepEqual(await claimsOf({ MLmodel: text }), [
      ["name", "model_uuid", "2b7a645dc76048d7b02cf6749a3f3417"],
      ["source", "run_id", "runs:/6ce2a1c4e1b745db95305345a393a98f/summarizer"],
      ["source", "flavors.transformers.source_model_name", "acme/base", "a1".repeat(20)],
    ]);
  });

  it("are in an MLmodel of MLflow 3, which has the model's own identifier", async () => {
    const text = [
      "artifact_path: file:///home/alice/mlruns/0/models/m-20f4873be9aa49b39a8ca785ed21732f/artifacts",
      "flavors: { sentence_transformers: { source_model_name: acme/embedder } }",
      "model_id: m-20f4873be9aa49b39a8ca785ed21732f",
      "model_uuid: m-20f4873be9aa49b39a8ca785ed21732f",
      "prompts: null",
      "run_id: 4d1c0943fef4424b91cbefe674698695",
      "utc_time_created: '2026-11-26 08:07:53.251522'",
    ].join("\n");
    assert.deepEqual(await claimsOf({ MLmodel: text }), [
      ["name", "model_id", "models:/m-20f4873be9aa49b39a8ca785ed21732f"],
      ["source", "run_id", "runs:/4d1c0943fef4424b91cbefe674698695"],
      ["source", "flavors.sentence_transformers.source_model_name", "acme/embedder"],
    ]);
  });

  for (const [damage, text] of Object.entries({
    "fields of other types": "run_id: [1]\nmodel_uuid: {}\nflavors: [transformers]\n",
    "flavors of other types": "flavors: { transformers: 1, a: [x], __proto__: { source_model_name: x } }\n",
    aliases: "a: &a [x]\nb: &b [*a, *a]\nrun_id: *b\n",
    "more bytes than are read": `run_id: a\n# ${"x".repeat(70_000)}\n`,
    "deep nesting": `run_id: a\nb: ${"[".repeat(60_000)}`,
    "another format": "[",
    nothing: "",
  })) {
    it(`are not read from an MLmodel with ${damage}`, async () => {
      assert.deepEqual(await claimsOf({ MLmodel: text }), []);
    });
  }

  it("are not read from front matter and JSON that cannot be parsed", async () => {
    const bomb = `---\na: &a [x]\nb: &b [*a, *a]\nbase_model: *b\n---\n`;
    assert.deepEqual(await claimsOf({ "README.md": bomb, "config.json": "{", "adapter_config.json": "[]" }), []);
    assert.deepEqual(await claimsOf({ "README.md": "---\nbase_model: [\n---\n" }), []);
    assert.deepEqual(await claimsOf({ "README.md": "---\nbase_model: {a: b}\nlicense: mit\n---\n" }), [
      ["license", "license", "mit"],
    ]);
  });

  it("are limited in length, and each is listed once", async () => {
    const long = gguf({ "general.name": "x".repeat(5000) });
    const { claims } = await report({ "a-00001-of-00002.gguf": long, "a-00002-of-00002.gguf": long });
    assert.equal(claims.length, 1);
    const [claim] = claims satisfies readonly OriginClaim[];
    assert.equal(claim?.value.length, 300);
  });
});
