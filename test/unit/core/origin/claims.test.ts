import assert from "node:assert/strict";
import { findOrigin } from "../../../../src/core/origin/find-origin.ts";
import type { OriginClaim } from "../../../../src/core/origin/origin.ts";
import { gguf } from "../../../support/downloads/gguf.ts";
import { safetensors } from "../../../support/downloads/hub-files.ts";
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
