import assert from "node:assert/strict";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { findModels } from "../../../../src/core/model/find-models.ts";
import type { FindOptions } from "../../../../src/core/model/find-options.ts";
import { verify } from "../../../../src/core/operations/verify/verify.ts";
import { bundleText, fileResources, makeStatement, signBundle } from "../../../support/bundles.ts";
import { makeKeys } from "../../../support/keys.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const keys = makeKeys();
const SIGNED = bundleText(signBundle(makeStatement(fileResources({ "a.bin": "x" }), { name: "llama" }), { keys }));

describe("models that are links, or lie behind one", () => {
  const folder = useTemporaryFolder();
  const root = () => join(folder(), "workspace");
  const link = (target: string, name: string) => symlinkSync(target, join(root(), name));

  /** As the editor searches, relative to the workspace; a folder ends in `/`. */
  async function found(options: FindOptions = {}): Promise<string[]> {
    const name = (path: string) => relative(root(), path).replaceAll("\\", "/") || ".";
    return (await findModels(root(), { followLinks: true, ...options })).map((model) => {
      const line = name(model.path) + (model.kind === "directory" ? "/" : "");
      return [line, ...model.signatures.map(name)].join(" <- ");
    });
  }

  before(function () {
    if (process.platform === "win32") this.skip();
  });
  beforeEach(() => mkdirSync(root()));

  it("are listed under the link, also where that leaves the workspace", async () => {
    writeTree(folder(), { "data/llama/net.onnx": "", "data/bert/net.onnx": "" });
    link("../data", "models");
    link("../data/bert", "mine");
    assert.deepEqual(await found(), ["mine/", "models/llama/"]);
  });

  it("are listed once: by the path that is no link, where there is one", async () => {
    writeTree(root(), { "models/v1/net.onnx": "", "models/v2/net.onnx": "" });
    link("models/v2", "current");
    link("models", "a");
    link("current", "twice");
    assert.deepEqual(await found(), ["models/v1/", "models/v2/"]);
  });

  it("are listed once, by the first of several links", async () => {
    writeTree(folder(), { "data/llama/net.onnx": "" });
    link("../data/llama", "b");
    link("../data/llama", "a");
    link("../data", "c");
    assert.deepEqual(await found(), ["a/"]);
  });

  it("are found with the signature in them, and verified through the link", async () => {
    writeTree(folder(), { "data/llama/a.bin": "x", "data/llama/model.sig": SIGNED });
    link("../data/llama", "llama");
    assert.deepEqual(await found(), ["llama/ <- llama/model.sig"]);
    const trust = { keys: [{ label: "k", pem: keys.publicPem }] };
    const verdict = await verify({ model: join(root(), "llama"), signature: join(root(), "llama/model.sig"), trust });
    assert.equal(verdict.state, "verified");
  });

  it("are found with the signature beside the link", async () => {
    writeTree(folder(), { "data/llama/a.bin": "x", "workspace/llama.sig": SIGNED });
    link("../data/llama", "llama");
    assert.deepEqual(await found(), ["llama/ <- llama.sig"]);
  });

  it("lead in no circle, and to no folder around the workspace", async () => {
    writeTree(folder(), { "beside/net.onnx": "", "workspace/a/net.onnx": "", "data/deep/net.onnx": "" });
    link("..", "up");
    link("/", "everything");
    link("../a", "a/self");
    link("loop", "loop");
    link("nowhere", "broken");
    symlinkSync("..", join(folder(), "data/deep/back"));
    symlinkSync(root(), join(folder(), "data/home"));
    link("../data", "data");
    const skipped: string[] = [];
    const onSkip = (path: string, reason: string) => skipped.push(`${relative(root(), path)} ${reason}`);
    assert.deepEqual(await found({ onSkip }), ["a/", "data/deep/"]);
    assert.deepEqual(skipped.sort(), ["everything link", "up link"]);
  });

  it("are searched last, so that the limit of entries cuts off what lies elsewhere", async () => {
    writeTree(root(), { "z/net.onnx": "" });
    writeTree(folder(), Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`data/${at}/net.onnx`, ""])));
    link("../data", "a");
    let limit: number | undefined;
    const onLimit = (found: number) => {
      limit = found;
    };
    assert.deepEqual(await found({ maxEntries: 100, onLimit }), ["z/"]);
    assert.equal(limit, 100);
  });

  it("are left out by name and by setting like any folder, and where a model owns the link", async () => {
    writeTree(folder(), { "data/net.onnx": "", "workspace/skill/SKILL.md": "" });
    for (const name of ["node_modules", "excluded", "skill/assets"]) link(join(folder(), "data"), name);
    assert.deepEqual(await found({ exclude: (path) => path === "excluded" }), ["skill/"]);
  });

  it("are single files once, too", async () => {
    writeTree(root(), {
      "models/llama/net.gguf": "",
      "models/llama/config.json": "{}",
      "models/llama.gguf": "",
      "other/a.gguf": "",
      "other/b/x.onnx": "",
    });
    link("models/llama.gguf", "best.gguf");
    link("a.gguf", "other/latest.gguf");
    link("models/llama/net.gguf", "net.gguf");
    cpSync(join(root(), "other/a.gguf"), join(folder(), "a.gguf"));
    link("../a.gguf", "outside.gguf");
    assert.deepEqual(await found(), ["models/llama/", "models/llama.gguf", "other/a.gguf", "other/b/", "outside.gguf"]);
  });
});
