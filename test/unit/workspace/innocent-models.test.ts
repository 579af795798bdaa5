import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { HashPool } from "../../../src/core/hashing/hash-pool.ts";
import { isAlarm } from "../../../src/core/manifest/innocent-differences.ts";
import { ENGLISH } from "../../../src/core/presentation/localizer.ts";
import { verdictLabel } from "../../../src/core/presentation/verdict-labels.ts";
import { summarizeVerdict } from "../../../src/core/presentation/verdict-summary.ts";
import { Checker } from "../../../src/workspace/checker.ts";
import { ModelRegistry } from "../../../src/workspace/registry.ts";
import { Revalidator } from "../../../src/workspace/revalidator.ts";
import { parseStoredVerdict } from "../../../src/workspace/stored-verdict-schema.ts";
import { storedForm } from "../../../src/workspace/verdict-store.ts";
import { COMMITS } from "../../support/downloads/hub-files.ts";
import { buildDownload } from "../../support/downloads/kept-downloads.ts";
import { signWith } from "../../support/editor-workspace.ts";
import { engineHere } from "../../support/engine-here.ts";
import { makeKeys } from "../../support/keys.ts";
import { noPolicies } from "../../support/policies.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";
import { allToolFiles, writeHubCache } from "../../support/tool-files.ts";

const keys = makeKeys();
const pool = new HashPool({ workers: 0 });
const FILES = { "config.json": "{\n}\n", "weights.bin": "w" };
const pointer = (text: string) =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${createHash("sha256").update(text).digest("hex")}\nsize ${text.length}\n`;

/** What the editor knows of a model, and shows of it: each innocent case, with the attack beside it. */
describe("the registry, for differences without tampering,", () => {
  const root = useTemporaryFolder();
  let registry: ModelRegistry;
  let checker: Checker;
  let model: string;

  beforeEach(async () => {
    registry = new ModelRegistry();
    const trust = { keys: [{ label: "release.pub", pem: keys.publicPem }] };
    const services = { trust: async () => trust, engine: engineHere(pool), watch: async () => {}, log() {} };
    checker = new Checker({ registry, ...services });
    model = join(root(), "llama");
    writeTree(model, FILES);
    const signature = await signWith(model, keys.privatePem, pool);
    registry.add({ path: model, kind: "directory", signatures: [signature] }, undefined);
  });
  after(() => pool.dispose());

  const shown = async (path = model): Promise<readonly unknown[]> => {
    await checker.check(path, "files", { asked: true });
    const verdict = registry.get(path)?.verdict;
    assert.ok(verdict !== undefined);
    const { label, colour, badge } = verdictLabel(verdict, ENGLISH.t);
    return [verdict.state, label, colour, badge, summarizeVerdict(verdict, ENGLISH), isAlarm(verdict)];
  };

  it("has a reason for a Git LFS pointer, and another one for a pointer to other content", async () => {
    writeTree(model, { "weights.bin": pointer("w") });
    assert.deepEqual(await shown(), [
      "unverifiable",
      "Can't be verified here",
      "neutral",
      undefined,
      "content not downloaded",
      false,
    ]);
    writeTree(model, { "weights.bin": pointer("evil") });
    assert.deepEqual(await shown(), ["modified", "Changed since signing", "red", "✗", "1 changed", true]);
    writeTree(model, { "weights.bin": pointer("w") });
    assert.equal((await shown())[0], "unverifiable");
  });

  it("is amber for files of tools, and red for a Python file with such a name", async () => {
    writeTree(model, allToolFiles());
    assert.deepEqual(await shown(), [
      "modified",
      "Files added by tools",
      "amber",
      "!",
      "signed files unchanged; 10 files added by tools",
      false,
    ]);
    writeTree(model, { ".DS_Store": "import os\n" });
    assert.deepEqual(await shown(), ["modified", "Changed since signing", "red", "✗", "10 added", true]);
  });

  it("is red for converted line ends", async () => {
    writeTree(model, { "config.json": "{\r\n}\r\n" });
    assert.deepEqual((await shown()).slice(0, 3), ["modified", "Changed since signing", "red"]);
    assert.equal(registry.get(model)?.verdict.reasons[0]?.code, "FILE_LINE_ENDINGS");
  });

  it("verifies a snapshot of a Hugging Face cache, and finds a blob that changed", async function () {
    if (process.platform === "win32") this.skip();
    const etags = { "config.json": "a".repeat(40), "weights.bin": "b".repeat(40) };
    const files = Object.entries(FILES).map(([name, content], at) => [
      name,
      { etag: Object.values(etags)[at] ?? "", content },
    ]);
    const snapshot = writeHubCache(join(root(), "hub"), Object.fromEntries(files));
    const signature = join(snapshot, "model.sig");
    renameSync(join(model, "model.sig"), signature);
    registry.add({ path: snapshot, kind: "directory", signatures: [signature] }, undefined);
    assert.deepEqual((await shown(snapshot)).slice(0, 3), ["verified", "Verified", "green"]);
    assert.deepEqual(registry.get(snapshot)?.verdict.coverage?.hubLinks, ["config.json", "weights.bin"]);
    writeTree(join(root(), "hub/models--acme--llama"), { [`blobs/${etags["weights.bin"]}`]: "x" });
    assert.deepEqual((await shown(snapshot)).slice(0, 3), ["modified", "Changed since signing", "red"]);
  });

  it("verifies a snapshot whose blobs lie in the store of all repositories, and finds a change there", async function () {
    if (process.platform === "win32") this.skip();
    buildDownload(join(root(), "hub"), "cache-shared");
    const snapshot = join(root(), "hub/models--acme--tiny/snapshots", COMMITS.first);
    const plain = join(root(), "plain");
    const names = ["README.md", "config.json", "model.safetensors", "onnx/model.onnx", "tokenizer.json"];
    for (const name of names) writeTree(plain, { [name]: readFileSync(join(snapshot, name)) });
    const signature = join(snapshot, "model.sig");
    copyFileSync(await signWith(plain, keys.privatePem, pool), signature);
    registry.add({ path: snapshot, kind: "directory", signatures: [signature] }, undefined);
    assert.deepEqual((await shown(snapshot)).slice(0, 3), ["verified", "Verified", "green"]);
    assert.deepEqual(registry.get(snapshot)?.verdict.coverage?.hubLinks, names);
    rmSync(join(root(), "hub/blobs/.huggingface-shared-blobs"));
    assert.deepEqual((await shown(snapshot)).slice(0, 3), ["modified", "Changed since signing", "red"]);
  });

  it("recognizes a signature of another tool, and one that is a Git LFS pointer", async () => {
    writeTree(model, { "model.sig": "untrusted comment: x\nimport os\n" });
    assert.deepEqual((await shown()).slice(0, 3), ["invalid", "Signature not valid", "red"]);
    writeTree(model, { "model.sig": "-----BEGIN PGP SIGNATURE-----\n\nwsBz\n-----END PGP SIGNATURE-----\n" });
    assert.deepEqual(
      [...(await shown()).slice(0, 3), registry.get(model)?.verdict.reasons[0]?.code],
      ["invalid", "Signature not valid", "red", "BUNDLE_FOREIGN_SIGNATURE"],
    );
  });

  it("verifies again when content was downloaded meanwhile", async () => {
    writeTree(model, { "weights.bin": pointer("w") });
    await shown();
    const revalidator = new Revalidator({
      registry,
      checker,
      policies: noPolicies(root()),
      automatic: () => "cached",
      covered: () => false,
      failed: (error) => assert.fail(String(error)),
      quietMs: 1,
    });
    writeTree(model, FILES);
    const verified = new Promise<void>((resolve) => {
      registry.onDidChange(() => registry.get(model)?.verdict.state === "verified" && resolve());
    });
    await revalidator.fileChanged(join(model, "weights.bin"));
    assert.equal(registry.get(model)?.verdict.state, "stale");
    await verified;
    revalidator.dispose();
  });

  it("is amber again after a reload of the window, and never for another note", async () => {
    writeTree(model, allToolFiles());
    await shown();
    const verdict = registry.get(model)?.verdict;
    assert.ok(verdict !== undefined);
    const recalled = parseStoredVerdict(JSON.parse(storedForm(verdict) ?? "null"));
    assert.ok(recalled !== undefined);
    assert.equal(verdictLabel(recalled, ENGLISH.t).colour, "amber");
    assert.deepEqual(recalled.comparison, verdict.comparison);
  });
});
