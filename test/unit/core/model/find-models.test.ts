import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { findModels } from "../../../../src/core/model/find-models.ts";
import type { FindOptions } from "../../../../src/core/model/find-options.ts";
import { findSignatures } from "../../../../src/core/model/find-signatures.ts";
import type { SignatureWithoutModel } from "../../../../src/core/model/found-model.ts";
import { bundleText, fileResources, makeStatement, signBundle } from "../../../support/bundles.ts";
import { failsWith } from "../../../support/errors.ts";
import { makeKeys } from "../../../support/keys.ts";
import { asOrdinaryUser } from "../../../support/ordinary-user.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const windows = process.platform === "win32";
const keys = makeKeys();

/** The text of a bundle over files of that name, for a model called `subject`. */
function signs(subject: string, ...files: string[]): string {
  const resources = fileResources(Object.fromEntries(files.map((name) => [name, "x"])));
  return bundleText(signBundle(makeStatement(resources, { name: subject }), { keys }));
}

const SIGNED = signs("model", "a", "b");
const FOREIGN = bundleText(signBundle({ predicateType: "https://slsa.dev/provenance/v1" }, { keys }));

const findSignature = async (path: string) => (await findSignatures(path))[0];

describe("findModels", function () {
  this.timeout(60_000); // some tests make thousands of files
  const folder = useTemporaryFolder();

  /** One line a model, relative to the search: `path` or `path <- signature, …`, with a final `/` for folders. */
  async function found(options?: FindOptions, root = folder()): Promise<string[]> {
    const name = (path: string) => relative(folder(), path).replaceAll("\\", "/") || ".";
    return (await findModels(root, options)).map((found) => {
      const model = name(found.path) + (found.kind === "directory" ? "/" : "");
      const signatures = found.signatures.map(name);
      return signatures.length === 0 ? model : `${model} <- ${signatures.join(", ")}`;
    });
  }

  describe("by model files at the top of a folder", () => {
    for (const name of [
      "model.safetensors",
      "model-00001-of-00002.safetensors",
      "llama.Q4_K_M.gguf",
      "net.onnx",
      "best.pt",
      "weights.pth",
      "v1.ckpt",
      "pytorch_model.bin",
      "pytorch_model-00001-of-00003.bin",
      "adapter_model.bin",
      "diffusion_pytorch_model.bin",
      "model.fp16.bin",
      "ggml-base.en.bin",
      "net.keras",
      "net.h5",
      "saved_model.pb",
      "net.tflite",
      "net.mlmodel",
      "net.mlpackage/Manifest.json",
      "weights.npz",
      "forest.pkl",
      "forest.joblib",
      "asr.nemo",
      "mobile.pte",
      "gemma.litertlm",
      "__0_0.distcp",
      "MLmodel",
      "adapter_model.safetensors",
      "model_index.json",
      "flax_model.msgpack",
      "MODEL.SAFETENSORS",
    ]) {
      it(`finds ${name}`, async () => {
        writeTree(folder(), { [`sub/${name}`]: "x" });
        assert.deepEqual(await found(), ["sub/"]);
      });
    }

    for (const name of [
      "data.bin",
      "remodel2.bin",
      "config.json",
      "tokenizer.json",
      "notes.pt.txt",
      "net.onnx/x",
      "a.pb",
    ]) {
      it(`does not find ${name}`, async () => {
        writeTree(folder(), { [`sub/${name}`]: "x" });
        assert.deepEqual(await found(), []);
      });
    }

    it("finds the root itself, and a Core ML package opened as the root", async () => {
      writeTree(folder(), { "net.onnx": "x" });
      assert.deepEqual(await found(), ["./"]);
      writeTree(folder(), {
        "x.mlpackage/Data/com.apple.CoreML/model.mlmodel": "x",
        "x.mlpackage/Manifest.json": "{}",
      });
      assert.deepEqual(await found({}, join(folder(), "x.mlpackage")), ["x.mlpackage/"]);
    });

    it("returns the folder, not its parts, for weights in sub-folders of a model", async () => {
      writeTree(folder(), {
        "pipeline/model_index.json": "{}",
        "pipeline/unet/config.json": "{}",
        "pipeline/unet/diffusion_pytorch_model.safetensors": "x",
        "pipeline/vae/diffusion_pytorch_model.safetensors": "x",
        "sentence/modules.json": "[]",
        "sentence/model.safetensors": "x",
        "sentence/2_Dense/config.json": "{}",
        "sentence/2_Dense/model.safetensors": "x",
        "whole/config.json": "{}",
        "whole/model.safetensors": "x",
        "whole/onnx/model.onnx": "x",
      });
      assert.deepEqual(await found(), ["pipeline/", "sentence/", "whole/"]);
    });

    it("returns the root of an MLflow model, and not the folder with its data", async () => {
      writeTree(folder(), {
        "run/MLmodel": "",
        "run/data/model.pth": "",
        "run/model/config.json": "{}",
        "run/model/model.safetensors": "",
      });
      assert.deepEqual(await found(), ["run/"]);
    });

    it("assigns weights one folder below a configuration and a tokenizer to the folder with these", async () => {
      writeTree(folder(), {
        "a/config.json": "{}",
        "a/tokenizer.json": "{}",
        "a/onnx/model.onnx": "x",
        "a/onnx2/model.onnx": "x",
        "b/config.json": "{}",
        "b/onnx/model.onnx": "x",
        "c/config.json": "{}",
        "c/tokenizer_config.json": "{}",
      });
      assert.deepEqual(await found(), ["a/", "b/onnx/"]);
    });

    it("is ordered by code point of the path", async () => {
      writeTree(folder(), {
        "b/x.onnx": "",
        "a-b/x.onnx": "",
        "a/x.onnx": "",
        "C/x.onnx": "",
        "\u{1f600}/x.onnx": "",
        "\uff21/x.onnx": "",
      });
      assert.deepEqual(await found(), ["C/", "a/", "a-b/", "b/", "\uff21/", "\u{1f600}/"]);
    });
  });

  describe("by signature", () => {
    for (const name of [
      "model.sig",
      "release.sig",
      "skill.oms.sig",
      "x.oms.sig",
      "x.sigstore.json",
      "claims.jsonl",
      "MODEL.SIG",
      ".kaggle/signing.json",
    ]) {
      it(`finds a folder by ${name}, whatever else is in it`, async () => {
        writeTree(folder(), { [`data/${name}`]: SIGNED, "data/a": "x" });
        assert.deepEqual(await found(), [`data/ <- data/${name}`]);
        assert.equal(await findSignature(join(folder(), "data")), join(folder(), "data", name));
      });
    }

    it("checks the content: signatures of other tools do not count, nor do bundles under other names", async () => {
      writeTree(folder(), {
        "a/x.sig": "MEUCIQDx0pT2d1Jmw3O0c5v0k1g=",
        "b/x.sigstore.json": FOREIGN,
        "c/claims.jsonl": `${FOREIGN}`,
        "d/.kaggle/signing.json": "{}",
        "e/bundle.json": SIGNED,
        "e/a": "x",
        "f/signing.json": SIGNED,
        "f/a": "x",
        "g/model.sig/x": SIGNED,
        "g/model.sig/a": "x",
      });
      assert.deepEqual(await found(), []);
    });

    it("finds the bundle among several in claims.jsonl", async () => {
      writeTree(folder(), { "a/claims.jsonl": `${FOREIGN}${SIGNED}`, "a/a": "x" });
      assert.deepEqual(await found(), ["a/ <- a/claims.jsonl"]);
    });

    it("includes a damaged signature, and another tool's, if the file name is that of a signature", async () => {
      writeTree(folder(), {
        "damaged/model.sig": SIGNED.slice(0, 50),
        "empty/model.sig": "",
        "bare/model.sig": "MEUCIQDx0pT2d1Jmw3O0c5v0k1g=",
        "skill/skill.oms.sig": "{",
        "file/m.gguf": "x",
        "file/m.gguf.oms.sig": "{",
      });
      assert.deepEqual(await found(), [
        "bare/ <- bare/model.sig",
        "damaged/ <- damaged/model.sig",
        "empty/ <- empty/model.sig",
        "file/m.gguf <- file/m.gguf.oms.sig",
        "skill/ <- skill/skill.oms.sig",
      ]);
    });

    it("prefers a real bundle to a file that only has the name, then the best-known name, then the order", async () => {
      writeTree(folder(), {
        "a/model.sig": "MEUCIQDx0pT2d1Jmw3O0c5v0k1g=",
        "a/x.sigstore.json": SIGNED,
        "a/a": "x",
        "b/model.sig": SIGNED,
        "b/a.oms.sig": SIGNED,
        "b/a": "x",
        "c/2.sig": SIGNED,
        "c/1.sig": SIGNED,
        "c/a": "x",
        "d/claims.jsonl": SIGNED,
        "d/.kaggle/signing.json": SIGNED,
        "d/a": "x",
      });
      assert.deepEqual(await found(), [
        "a/ <- a/x.sigstore.json, a/model.sig",
        "b/ <- b/model.sig, b/a.oms.sig",
        "c/ <- c/1.sig, c/2.sig",
        "d/ <- d/claims.jsonl, d/.kaggle/signing.json",
      ]);
    });

    it("follows a signature that is a symlink, as in a Hugging Face cache", async function () {
      if (windows) this.skip();
      writeTree(folder(), { "blobs/1": SIGNED, "blobs/2": "x", "snapshots/abc/a": "x" });
      symlinkSync("../../blobs/1", join(folder(), "snapshots/abc/model.sig"));
      symlinkSync("../../blobs/2", join(folder(), "snapshots/abc/model.safetensors"));
      assert.deepEqual(await found(), ["snapshots/abc/ <- snapshots/abc/model.sig"]);
    });

    it("does not block on a pipe with the name of a signature", async function () {
      if (windows) this.skip();
      writeTree(folder(), { "a/": "" });
      execFileSync("mkfifo", [join(folder(), "a", "x.sig")]);
      assert.deepEqual(await found(), []);
    });
  });

  describe("by a signature, its model:", () => {
    it("a single file next to it, by its statement", async () => {
      writeTree(folder(), {
        "m.gguf": "x",
        "model.sig": signs("m.gguf", "."),
        "n/n.gguf": "x",
        "n/s.sig": signs("n.gguf", "n.gguf"),
      });
      assert.deepEqual(await found(), ["m.gguf <- model.sig", "n/n.gguf <- n/s.sig"]);
      assert.equal(await findSignature(join(folder(), "m.gguf")), join(folder(), "model.sig"));
      assert.equal(await findSignature(folder()), undefined);
    });

    it("the file that it is named after, if the statement's name is no file", async () => {
      writeTree(folder(), { "new.gguf": "x", "new.gguf.sig": signs("old.gguf", "old.gguf") });
      assert.deepEqual(await found(), ["new.gguf <- new.gguf.sig"]);
    });

    it("the folder that contains it, by its files or its name", async () => {
      writeTree(folder(), {
        "one/model.sig": signs("one", "m.gguf"),
        "one/m.gguf": "x",
        "renamed/model.sig": signs("llama", "a", "b"),
        "renamed/b": "x",
        "emptied/model.sig": signs("emptied", "a", "b"),
      });
      assert.deepEqual(await found(), [
        "emptied/ <- emptied/model.sig",
        "one/ <- one/model.sig",
        "renamed/ <- renamed/model.sig",
      ]);
    });

    it("a folder below it with the subject's name and its files, rather than the one that contains it", async () => {
      const tree = { "models/org/llama/a": "x", "models/org/llama/model.safetensors": "x", "backup/llama/other": "x" };
      writeTree(folder(), { ...tree, "model.sig": signs("llama", "a", "b"), "README.md": "x" });
      assert.deepEqual(await found(), ["models/org/llama/ <- model.sig"]);
      const llama = join(folder(), "models/org/llama");
      assert.deepEqual(await findSignatures(llama, { within: folder() }), [join(folder(), "model.sig")]);
      assert.deepEqual(await findSignatures(llama), []);
      assert.deepEqual(await findSignatures(llama, { within: join(folder(), "models") }), []);
      assert.deepEqual(await findSignatures(folder()), []);
    });

    it("none that is here, which is a note and no model", async () => {
      writeTree(folder(), {
        "model.sig": signs("llama", "a", "b"),
        "gone/model.sig": signs("m.gguf", "."),
        "evil/model.sig": signs("../one/m.gguf", "../one/m.gguf"),
        "up/model.sig": signs("..", "../evil/model.sig", "/etc/passwd"),
        "g/a.gguf": "x",
        "g/b.gguf.sig": signs("b.gguf", "b.gguf"),
        "one/m.gguf": "x",
      });
      const strays: string[] = [];
      const onStray = ({ path, subject }: SignatureWithoutModel) =>
        strays.push(`${relative(folder(), path).replaceAll("\\", "/")}: ${subject}`);
      assert.deepEqual(await found({ onStray }), ["g/", "one/"]);
      assert.deepEqual(strays.sort(), [
        "evil/model.sig: ../one/m.gguf",
        "g/b.gguf.sig: b.gguf",
        "gone/model.sig: m.gguf",
        "model.sig: llama",
        "up/model.sig: ..",
      ]);
    });

    it("the model that contains it, even if all of that model's files were renamed", async () => {
      writeTree(folder(), { "x/model.sig": signs("llama", "a", "b"), "x/other.safetensors": "x" });
      assert.deepEqual(await found(), ["x/ <- x/model.sig"]);
      assert.equal(await findSignature(join(folder(), "x")), join(folder(), "x/model.sig"));
    });

    it("a folder next to it, by its statement or by its own name", async () => {
      writeTree(folder(), {
        "model.sig": signs("llama", "a", "b"),
        "llama/a": "x",
        "phi.sig": signs("model", "a", "b"),
        "phi/a": "x",
      });
      assert.deepEqual(await found(), ["llama/ <- model.sig", "phi/ <- phi.sig"]);
      assert.equal(await findSignature(join(folder(), "llama")), join(folder(), "model.sig"));
      assert.equal(await findSignature(join(folder(), "phi")), join(folder(), "phi.sig"));
    });

    it("of a folder and one of the same name in it: the one that has the files", async () => {
      writeTree(folder(), {
        "llama/model.sig": signs("llama", "a", "b"),
        "llama/a": "x",
        "llama/llama/a": "x",
        "llama/llama/b": "x",
        "phi/model.sig": signs("phi", "a", "b"),
        "phi/phi/a": "x",
      });
      assert.deepEqual(await found(), ["llama/ <- llama/model.sig", "phi/phi/ <- phi/model.sig"]);
    });

    it("the same model for several, those inside before the one next to it", async () => {
      writeTree(folder(), {
        "llama.sig": signs("llama", "a", "b"),
        "llama/a": "x",
        "llama/team.sig": signs("llama", "a", "b"),
        "llama/model.sig": SIGNED,
      });
      assert.deepEqual(await found(), ["llama/ <- llama/model.sig, llama/team.sig, llama.sig"]);
      assert.deepEqual(
        (await findSignatures(join(folder(), "llama"))).map((path) => relative(folder(), path)),
        ["llama/model.sig", "llama/team.sig", "llama.sig"].map((path) => join(path)),
      );
    });
  });

  describe("loose GGUF files", () => {
    it("make their folder the model if none has its own signature", async () => {
      writeTree(folder(), { "g/a.gguf": "", "g/b.gguf": "" });
      assert.deepEqual(await found(), ["g/"]);
    });

    it("are separate models if one has", async () => {
      writeTree(folder(), { "g/a.gguf": "", "g/b.gguf": "", "g/README.md": "", "g/a.gguf.sig": signs("a.gguf", ".") });
      assert.deepEqual(await found(), ["g/a.gguf <- g/a.gguf.sig", "g/b.gguf"]);
    });

    it("are separate models next to folders that are models", async () => {
      writeTree(folder(), {
        "models/mistral.gguf": "",
        "models/README.md": "",
        "models/llama/config.json": "{}",
        "models/llama/model.safetensors": "",
        "models/phi/deep/net.onnx": "",
      });
      assert.deepEqual(await found(), ["models/llama/", "models/mistral.gguf", "models/phi/deep/"]);
    });

    it("stay one model if they are parts, or described, next to folders that are models", async () => {
      writeTree(folder(), {
        "split/m-00001-of-00002.gguf": "",
        "split/m-00002-of-00002.gguf": "",
        "split/adapter/adapter_config.json": "{}",
        "split/adapter/adapter_model.safetensors": "",
        "described/config.json": "{}",
        "described/m.gguf": "",
        "described/checkpoint/config.json": "{}",
        "described/checkpoint/model.safetensors": "",
      });
      assert.deepEqual(await found(), ["described/", "described/checkpoint/", "split/", "split/adapter/"]);
    });

    it("do not hide a folder with other weights", async () => {
      writeTree(folder(), { "g/a.gguf": "", "g/model.safetensors": "", "g/a.gguf.sig": signs("a.gguf", ".") });
      assert.deepEqual(await found(), ["g/", "g/a.gguf <- g/a.gguf.sig"]);
    });
  });

  it("finds agent skills", async () => {
    writeTree(folder(), {
      "skills/pdf/SKILL.md": "",
      "skills/pdf/run.py": "",
      "skills/small/skill.md": "",
      "skills/signed/SKILL.md": "",
      "skills/signed/skill.oms.sig": SIGNED,
      "skills/signed/a": "x",
    });
    assert.deepEqual(await found(), ["skills/pdf/", "skills/signed/ <- skills/signed/skill.oms.sig", "skills/small/"]);
  });

  describe("a folder inside a model", () => {
    it("is a model of its own if it is signed or a skill; what is signed has all the rest for its parts", async () => {
      writeTree(folder(), {
        "big/model.safetensors": "",
        "big/config.json": "",
        "big/deep/er/adapter/adapter_model.safetensors": "",
        "big/deep/er/adapter/model.sig": SIGNED,
        "big/deep/er/adapter/a": "x",
        "big/skill/SKILL.md": "",
        "big/skill/net.onnx": "",
        "signed/model.sig": SIGNED,
        "signed/a": "x",
        "signed/sub/config.json": "{}",
        "signed/sub/net.onnx": "",
      });
      assert.deepEqual(await found(), [
        "big/",
        "big/deep/er/adapter/ <- big/deep/er/adapter/model.sig",
        "big/skill/",
        "signed/ <- signed/model.sig",
      ]);
    });

    it("is a model if it has its own configuration, as checkpoints and adapters have", async () => {
      writeTree(folder(), {
        "run/config.json": "{}",
        "run/model.safetensors": "",
        "run/checkpoint-500/config.json": "{}",
        "run/checkpoint-500/model.safetensors": "",
        "run/checkpoint-500/onnx/model.onnx": "",
        "run/lora/adapter_config.json": "{}",
        "run/lora/adapter_model.safetensors": "",
        "front/config.json": "{}",
        "front/tokenizer.json": "{}",
        "front/checkpoint-1/config.json": "{}",
        "front/checkpoint-1/model.safetensors": "",
      });
      assert.deepEqual(await found(), ["front/checkpoint-1/", "run/", "run/checkpoint-500/", "run/lora/"]);
    });

    it("is not hidden by loose weights above", async () => {
      writeTree(folder(), {
        "yolo.pt": "",
        "models/a/config.json": "{}",
        "models/a/model.safetensors": "",
        "models/b/net.onnx": "",
        "models/b/c/net.onnx": "",
        "models/d/x.mlpackage/Manifest.json": "{}",
        "models/d/x.mlpackage/Data/com.apple.CoreML/model.mlmodel": "",
      });
      assert.deepEqual(await found(), ["./", "models/a/", "models/b/", "models/b/c/", "models/d/"]);
    });
  });

  it("treats as models what the caller names: folders with everything in them, and files that are in no model", async () => {
    writeTree(folder(), {
      "data/weights.dat": "",
      "data/weights.dat.sig": "",
      "data/notes.txt": "",
      "named/a.bin": "",
      "named/sub/net.onnx": "",
      "model/net.onnx": "",
      "model/x.dat": "",
    });
    const isModel = (name: string): boolean => name === "named" || name.endsWith(".dat") || name.endsWith(".dat.sig");
    assert.deepEqual(await found({ isModel }), ["data/weights.dat", "model/", "named/"]);
  });

  it("skips packages, environments and what the caller excludes, and reports the first two", async () => {
    writeTree(folder(), {
      "node_modules/x/net.onnx": "",
      ".git/net.onnx": "",
      "a/__pycache__/net.onnx": "",
      "env/pyvenv.cfg": "",
      "env/lib/python3.12/site-packages/net.onnx": "",
      "windows/pyvenv.cfg": "",
      "windows/Lib/site-packages/net.onnx": "",
      "conda/conda-meta/history": "",
      "conda/lib/python3.11/site-packages/net.onnx": "",
      "out/net.onnx": "",
      "keep/out/net.onnx": "",
      "keep/deep/tmp/net.onnx": "",
    });
    const asked: string[] = [];
    const exclude = (name: string) => {
      asked.push(name);
      return name === "out" || name === "keep/deep/tmp";
    };
    const skipped: string[] = [];
    const onSkip = (path: string, reason: string) =>
      skipped.push(`${relative(folder(), path).replaceAll("\\", "/")}: ${reason}`);
    assert.deepEqual(await found({ exclude, onSkip }), ["keep/out/"]);
    assert.ok(!asked.some((name) => name.startsWith("out/") || name.includes("\\")));
    assert.deepEqual(skipped.sort(), [
      ".git: name",
      "a/__pycache__: name",
      "conda: environment",
      "env: environment",
      "node_modules: name",
      "windows: environment",
    ]);
  });

  it("searches a folder that only has the marker of an environment, is a model itself, or is named by the caller", async () => {
    const packages = "lib/python3.12/site-packages/net.onnx";
    writeTree(folder(), {
      "marked/pyvenv.cfg": "",
      "marked/sub/net.onnx": "",
      "conda/conda-meta/history": "",
      "conda/sub/net.onnx": "",
      "signed/pyvenv.cfg": "",
      "signed/model.sig": SIGNED,
      "signed/a": "x",
      [`signed/${packages}`]: "",
      "weights/pyvenv.cfg": "",
      "weights/net.onnx": "",
      [`weights/${packages}`]: "",
      "named/pyvenv.cfg": "",
      [`named/${packages}`]: "",
      "node_modules/named/net.onnx": "",
    });
    const mustEnter = (name: string) => /^(named|node_modules)(\/|$)/.test(name);
    assert.deepEqual(await found({ mustEnter }), [
      "conda/sub/",
      "marked/sub/",
      "named/lib/python3.12/site-packages/",
      "node_modules/named/",
      "signed/ <- signed/model.sig",
      "weights/",
      "weights/lib/python3.12/site-packages/",
    ]);
  });

  it("never skips the root", async () => {
    writeTree(folder(), {
      "pyvenv.cfg": "",
      "lib/python3.12/site-packages/x/net.onnx": "",
      "node_modules/net.onnx": "",
    });
    assert.deepEqual(await found(), ["lib/python3.12/site-packages/x/"]);
    assert.deepEqual(await found({}, join(folder(), "node_modules")), ["node_modules/"]);
  });

  it("reports symlinks to folders instead of following them, unless that is requested", async function () {
    if (windows) this.skip();
    writeTree(folder(), { "elsewhere/net.onnx": "", "root/a/net.onnx": "" });
    symlinkSync("../elsewhere", join(folder(), "root", "link"));
    symlinkSync("..", join(folder(), "root", "a", "up"));
    const skipped: string[] = [];
    const onSkip = (path: string, reason: string) => skipped.push(`${relative(folder(), path)} ${reason}`);
    assert.deepEqual(await found({ onSkip }, join(folder(), "root")), ["root/a/"]);
    assert.deepEqual(skipped, ["root/link link"]);
  });

  it("skips folders that cannot be read, but not the root", async function () {
    if (windows) this.skip();
    writeTree(folder(), { "a/net.onnx": "", "closed/net.onnx": "" });
    const closed = join(folder(), "closed");
    await asOrdinaryUser(folder(), { [closed]: 0o000 }, async () => {
      assert.deepEqual(await found(), ["a/"]);
      await failsWith("MODEL_UNREADABLE", () => findModels(closed));
      await failsWith("MODEL_UNREADABLE", () => findSignature(closed));
      await failsWith("MODEL_UNREADABLE", () => findModels(join(closed, "net.onnx")));
    });
    await asOrdinaryUser(folder(), { [closed]: 0o111 }, async () => {
      await failsWith("MODEL_UNREADABLE", () => findSignature(join(closed, "net.onnx")));
    });
  });

  it("finds a folder's own signature if the folder around it cannot be listed", async function () {
    if (windows) this.skip();
    writeTree(folder(), { "closed/signed/model.sig": SIGNED, "closed/signed/a": "x", "closed/other/x": "" });
    const closed = join(folder(), "closed");
    await asOrdinaryUser(folder(), { [closed]: 0o111 }, async () => {
      assert.equal(await findSignature(join(closed, "signed")), join(closed, "signed", "model.sig"));
      assert.equal(await findSignature(join(closed, "other")), undefined);
    });
  });

  it("stops at the limit, reports that once, and returns what is nearest", async () => {
    writeTree(folder(), { "near/net.onnx": "" });
    const deep = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`far/deep/${i}/net.onnx`, ""]));
    writeTree(folder(), deep);
    const limits: number[] = [];
    const onLimit = (limit: number) => limits.push(limit);
    assert.deepEqual(await found({ maxEntries: 20, onLimit }), ["near/"]);
    assert.deepEqual(limits, [20]);
    limits.length = 0;
    assert.equal((await found({ maxEntries: 124, onLimit })).length, 61);
    assert.deepEqual(limits, []);
    await found({ maxEntries: 123, onLimit });
    assert.deepEqual(limits, [123]);
  });

  it("finds the kernels of a Hugging Face cache, which hold code and no weights", async () => {
    const snapshot = `kernels--acme--activation/snapshots/${"a1".repeat(20)}`;
    const code = "build/torch/activation.so";
    writeTree(folder(), {
      [`${snapshot}/${code}`]: "",
      [`spaces--acme--app/snapshots/${"a1".repeat(20)}/${code}`]: "",
    });
    assert.deepEqual(await found(), [`${snapshot}/`]);
  });

  it("accepts a single file as the root", async () => {
    writeTree(folder(), { "m.gguf": "", "m.gguf.sig": signs("m.gguf", "."), "n.gguf": "" });
    assert.deepEqual(await found({}, join(folder(), "m.gguf")), ["m.gguf <- m.gguf.sig"]);
    assert.deepEqual(await found({}, join(folder(), "n.gguf")), ["n.gguf"]);
  });

  it("can be cancelled, and fails for a missing root", async () => {
    await failsWith("CANCELLED", () => findModels(folder(), { signal: AbortSignal.abort() }));
    await failsWith("MODEL_NOT_FOUND", () => findModels(join(folder(), "nowhere")));
    await failsWith("MODEL_NOT_FOUND", () => findSignature(join(folder(), "nowhere")));
    writeTree(folder(), Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`${i}/x`, ""])));
    const controller = new AbortController();
    const search = findModels(folder(), { signal: controller.signal });
    controller.abort();
    await failsWith("CANCELLED", () => search);
  });
});
