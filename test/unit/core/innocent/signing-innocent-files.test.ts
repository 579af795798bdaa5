import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs, { readFileSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { readBundle } from "../../../../src/core/bundle/read-bundle.ts";
import { parseStatement } from "../../../../src/core/bundle/statement.ts";
import { ProvenanceError } from "../../../../src/core/errors.ts";
import { HashPool } from "../../../../src/core/hashing/hash-pool.ts";
import { type SignOptions, sign } from "../../../../src/core/operations/sign/sign.ts";
import { verify } from "../../../../src/core/operations/verify/verify.ts";
import { makeKeys } from "../../../support/keys.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";
import { allToolFiles } from "../../../support/tool-files.ts";

const keys = makeKeys();
const pool = new HashPool({ workers: 0 });
const identity = { method: "key", privateKey: { label: "prod.key", pem: keys.privatePem } } as const;
const trust = { keys: [{ label: "prod.pub", pem: keys.publicPem }] };

describe("signing a model with files that are probably not meant to be signed", () => {
  const folder = useTemporaryFolder();
  const model = () => join(folder(), "llama");
  const signature = () => join(model(), "model.sig");
  const signIt = (options: Partial<SignOptions> = {}) =>
    sign({ model: model(), signature: signature(), identity, pool, ...options });
  const signed = async () => {
    const { manifest } = parseStatement((await readBundle(signature())).envelope.payload, "model.sig");
    const ignored = manifest.serialization.ignorePaths.filter((path) => !/^(?:\.git|model\.sig$)/.test(path));
    return { files: manifest.resources.map(({ file }) => file), ignored };
  };
  const fails = async (code: string, options: Partial<SignOptions> = {}): Promise<string> => {
    let message = "";
    await assert.rejects(signIt(options), (error: unknown) => {
      assert.ok(error instanceof ProvenanceError);
      assert.equal(error.code, code);
      message = error.message;
      return true;
    });
    assert.throws(() => readFileSync(signature()), { code: "ENOENT" });
    return message;
  };

  beforeEach(() => writeTree(model(), { "config.json": "{}", "weights/a.bin": "w" }));
  after(() => pool.dispose());

  it("includes files of tools by default, with a warning", async () => {
    writeTree(model(), allToolFiles());
    const { warnings } = await signIt();
    assert.match(
      warnings.join("\n"),
      /^Tools wrote these files, and they are signed: .* and 7 more\. .*--exclude-junk/m,
    );
    assert.ok((await signed()).files.includes(".DS_Store"));
  });

  it("excludes files of tools by their exact paths if asked to", async () => {
    const names = Object.keys(allToolFiles());
    writeTree(model(), { ...allToolFiles(), "notes/.DS_Store": "import os\n", ".cache/huggingface/evil.py": "x" });
    const { warnings, coverage } = await signIt({ excludeToolFiles: true });
    const { files, ignored } = await signed();
    assert.deepEqual(files, [".cache/huggingface/evil.py", "config.json", "notes/.DS_Store", "weights/a.bin"]);
    assert.deepEqual(ignored, names.toSorted());
    assert.equal(coverage.files, 4);
    assert.deepEqual(
      coverage.ignored.filter(({ source }) => source === "caller").map(({ name }) => name),
      names.toSorted(),
    );
    assert.deepEqual(warnings, []);
    assert.equal((await verify({ model: model(), signature: signature(), trust, pool })).state, "verified");
    // A folder is never excluded: files that are added to it later would not be covered.
    writeTree(model(), { ".cache/huggingface/download/model.safetensors": "evil" });
    assert.equal((await verify({ model: model(), signature: signature(), trust, pool })).state, "modified");
  });

  it("never excludes code, settings and compiled code, and names them", async () => {
    writeTree(model(), { "__pycache__/x.pyc": "x", ".vscode/tasks.json": "{}", "y.lock": "" });
    const { warnings } = await signIt({ excludeToolFiles: true });
    assert.deepEqual(warnings, [
      "These are signed, too: .vscode, __pycache__, y.lock. Delete what does not belong to the model, and sign again.",
    ]);
    assert.ok((await signed()).files.includes("__pycache__/x.pyc"));
  });

  it("fails for a .env, unless it is named or excluded", async () => {
    writeTree(model(), { "sub/.env": "TOKEN=1", ".env.example": "TOKEN=", "x.env": "" });
    assert.match(await fails("MODEL_ENV_FILE"), /^llama was not signed: "sub\/\.env" usually contains passwords/);
    await fails("MODEL_ENV_FILE", { namedFiles: [".env"] });
    await signIt({ ignorePaths: ["sub/.env"] });
    assert.ok(!(await signed()).files.includes("sub/.env"));
    rmSync(signature());
    await signIt({ namedFiles: ["sub/.env"] });
    assert.ok((await signed()).files.includes("sub/.env"));
  });

  it("fails for a Git LFS pointer, unless pointers are allowed", async () => {
    const oid = createHash("sha256").update("w").digest("hex");
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 1\n`;
    writeTree(model(), { "weights/a.bin": pointer });
    assert.match(
      await fails("MODEL_LFS_POINTER"),
      /^llama was not signed: "weights\/a\.bin" is a Git LFS pointer, not the content\. Run git lfs pull, then sign\.$/,
    );
    await signIt({ allowLfsPointers: true });
    assert.equal((await verify({ model: model(), signature: signature(), trust, pool })).state, "verified");
    writeTree(model(), { "weights/a.bin": "w" });
    assert.equal((await verify({ model: model(), signature: signature(), trust, pool })).state, "modified");
  });

  const index = JSON.stringify({ metadata: {}, weight_map: { a: "m-1-of-2.safetensors", b: "m-2-of-2.safetensors" } });
  const incomplete: Readonly<Record<string, readonly [Readonly<Record<string, string>>, RegExp]>> = {
    "a part that the index names": [
      { "m.safetensors.index.json": index, "m-1-of-2.safetensors": "1" },
      /"m-2-of-2\.safetensors" is missing, which m\.safetensors\.index\.json names/,
    ],
    "an unfinished download": [{ "b.gguf.incomplete": "b" }, /"b\.gguf\.incomplete" is an unfinished download/],
    "one of a browser": [{ "b.gguf.part": "b" }, /"b\.gguf\.part" is an unfinished download/],
    "one of aria2": [{ "b.gguf": "b", "b.gguf.aria2": "" }, /aria2 has not finished "b\.gguf"/],
    "content that DVC keeps": [
      { "b.gguf.dvc": "outs:\n- md5: 0\n" },
      /"b\.gguf" is missing, which DVC keeps elsewhere/,
    ],
  };
  for (const [name, [files, message]] of Object.entries(incomplete)) {
    it(`fails for an incomplete model, unless that is confirmed: ${name}`, async () => {
      writeTree(model(), files);
      assert.match(await fails("MODEL_INCOMPLETE"), message);
      await signIt({ allowIncomplete: true });
      assert.ok((await signed()).files.includes(Object.keys(files)[0] ?? ""));
    });
  }

  it("works for a complete model with an index, DVC's pointers and lock files", async () => {
    writeTree(model(), {
      "m.safetensors.index.json": index,
      "m-1-of-2.safetensors": "1",
      "m-2-of-2.safetensors": "2",
      "weights/a.bin.dvc": "outs:\n- md5: 0\n",
      "uv.lock": "version = 1\n",
      "other.index.json": "not JSON",
    });
    await signIt();
  });

  it("ignores names outside of the folder in an index", async () => {
    const map = JSON.stringify({ weight_map: { a: "../x", b: "/etc/passwd", c: "a\\b" } });
    writeTree(model(), { "m.safetensors.index.json": map });
    await signIt();
  });

  it("opens a small file once for private keys and LFS pointers, and once for its digest", async () => {
    writeTree(model(), { "tokenizer.json": "x".repeat(200) });
    const { openSync } = fs;
    let opened = 0;
    fs.openSync = (path, ...rest) => {
      if (path === join(model(), "tokenizer.json")) opened++;
      return openSync(path, ...rest);
    };
    syncBuiltinESMExports();
    try {
      await signIt();
    } finally {
      fs.openSync = openSync;
      syncBuiltinESMExports();
    }
    assert.equal(opened, 2);
  });

  it("expands patterns into exact paths, and fails for one that matches nothing", async () => {
    writeTree(model(), { "a.log": "", "sub/b.log": "", "sub/deep/c.log": "", "[x].txt": "" });
    const one = { pattern: "*.log", prefix: "" };
    await signIt({ ignorePatterns: [one] });
    assert.deepEqual((await signed()).ignored, ["a.log"]);
    rmSync(signature());
    await signIt({ ignorePatterns: [{ pattern: "sub/**.log", prefix: "" }, one], ignorePaths: ["[x].txt"] });
    assert.deepEqual((await signed()).ignored, ["[x].txt", "a.log", "sub/b.log", "sub/deep/c.log"]);
    rmSync(signature());
    await signIt({ ignorePaths: ["a.log", "sub"], ignorePatterns: [one, { pattern: "sub/*.log", prefix: "" }] });
    assert.deepEqual((await signed()).ignored, ["a.log", "sub"]);
    rmSync(signature());
    assert.match(await fails("IGNORE_PATH", { ignorePatterns: [{ pattern: "*.tmp", prefix: "" }] }), /matches no file/);
    await fails("IGNORE_PATH", { ignorePaths: ["*.log"] });
  });
});
