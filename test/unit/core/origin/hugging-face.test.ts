import assert from "node:assert/strict";
import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { findOrigin } from "../../../../src/core/origin/find-origin.ts";
import { contradictsRecord, type OriginFiles } from "../../../../src/core/origin/origin.ts";
import { bundleText, fileResources, makeStatement, signBundle } from "../../../support/bundles.ts";
import { COMMITS, REVISIONS, sha256Of } from "../../../support/downloads/hub-files.ts";
import { buildDownload } from "../../../support/downloads/kept-downloads.ts";
import { makeKeys } from "../../../support/keys.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const ALL = ["README.md", "config.json", "model.safetensors", "onnx/model.onnx", "tokenizer.json"];
const SNAPSHOT = `models--acme--tiny/snapshots/${COMMITS.first}`;
const PURL = `pkg:huggingface/acme/tiny@${COMMITS.first}`;
const NOTHING: OriginFiles = { match: [], changed: [], missing: [], extra: [], unrecorded: [] };

const without = (...names: string[]) => ALL.filter((name) => !names.includes(name));

/** Changes the last byte of a file, through a link or not. */
function changeByte(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

describe("the record of a Hugging Face cache", () => {
  const folder = useTemporaryFolder();
  const check = async (path: string, checkDigests = true) => {
    const report = await findOrigin({ model: join(folder(), path), checkDigests });
    assert.ok(report.origin !== undefined, "there is no origin");
    return { ...report, origin: report.origin };
  };

  it("has repository, commit and the digests of all files", async () => {
    buildDownload(folder(), "cache-full");
    const report = await check(SNAPSHOT);
    assert.deepEqual(report.origin, {
      source: "huggingface",
      repository: "acme/tiny",
      revision: COMMITS.first,
      purl: PURL,
      basis: "record",
      files: { ...NOTHING, match: ALL },
    });
    assert.equal(contradictsRecord(report), false);
  });

  it("is compared by name and size if digests are not requested", async () => {
    buildDownload(folder(), "cache-full");
    appendFileSync(join(folder(), SNAPSHOT, "model.safetensors"), "x");
    const { origin } = await check(SNAPSHOT, false);
    assert.deepEqual(origin.files, {
      ...NOTHING,
      changed: ["model.safetensors"],
      unchecked: without("model.safetensors"),
    });
  });

  for (const name of ["cache-full", "cache-copies"]) {
    it(`shows a file that changed in one byte (${name})`, async () => {
      buildDownload(folder(), name);
      for (const file of ["model.safetensors", "config.json"]) changeByte(join(folder(), SNAPSHOT, file));
      const report = await check(SNAPSHOT);
      const changed = ["config.json", "model.safetensors"];
      assert.deepEqual(report.origin.files, { ...NOTHING, changed, match: without(...changed) });
      assert.equal(contradictsRecord(report), true);
    });

    it(`shows a file that was removed, and one that was added (${name})`, async () => {
      buildDownload(folder(), name);
      unlinkSync(join(folder(), SNAPSHOT, "tokenizer.json"));
      writeFileSync(join(folder(), SNAPSHOT, "modeling_tiny.py"), "import os\n");
      const report = await check(SNAPSHOT);
      const files = { missing: ["tokenizer.json"], extra: ["modeling_tiny.py"], match: without("tokenizer.json") };
      assert.deepEqual(report.origin.files, { ...NOTHING, ...files });
      assert.equal(contradictsRecord(report), true);
    });

    it(`says that a file is not in it, although it is named like a signature (${name})`, async () => {
      buildDownload(folder(), name);
      const statement = makeStatement(fileResources({ "config.json": "" }));
      writeFileSync(join(folder(), SNAPSHOT, "model.sig"), bundleText(signBundle(statement, { keys: makeKeys() })));
      writeFileSync(join(folder(), SNAPSHOT, "payload.sig"), "import os\n");
      const report = await check(SNAPSHOT);
      const files = { extra: ["payload.sig"], unrecorded: ["model.sig"], match: ALL };
      assert.deepEqual(report.origin.files, { ...NOTHING, ...files });
      assert.equal(contradictsRecord(report), true);
    });

    it(`has no record of digests in a tree list of another version (${name})`, async () => {
      buildDownload(folder(), name);
      const list = join(folder(), `models--acme--tiny/trees/${COMMITS.first}.json`);
      writeFileSync(list, readFileSync(list, "utf8").replace('"format_version": 1', '"format_version": 2'));
      writeFileSync(join(folder(), SNAPSHOT, "added.txt"), "");
      const { origin } = await check(SNAPSHOT);
      assert.equal(origin.repository, "acme/tiny");
      // The names of the blobs still are digests; a copy has no such name.
      const recorded = name === "cache-full" ? ALL : [];
      const unrecorded = ["README.md", "added.txt", ...ALL.slice(1)].filter((file) => !recorded.includes(file));
      assert.deepEqual(origin.files, { ...NOTHING, match: recorded, unrecorded });
    });
  }

  for (const [damage, text] of Object.entries({
    "cut short": '{"format_version": 1, "files": {"a',
    "another form": '{"format_version": 1, "files": []}',
    "a digest that is none": '{"format_version": 1, "files": {"a": {"size": 1, "blob_id": "x"}}}',
    "a name that leads out": `{"format_version": 1, "files": {"../a": {"size": 1, "blob_id": "${"0".repeat(40)}"}}}`,
  })) {
    it(`uses the names of blobs if the tree list is damaged: ${damage}`, async () => {
      buildDownload(folder(), "cache-full");
      writeFileSync(join(folder(), `models--acme--tiny/trees/${COMMITS.first}.json`), text);
      const { origin } = await check(SNAPSHOT);
      assert.deepEqual(origin.files, { ...NOTHING, match: ALL });
    });
  }

  it("may lack files after a download with patterns", async () => {
    buildDownload(folder(), "cache-patterns");
    const report = await check(SNAPSHOT);
    const missing = ["README.md", "onnx/model.onnx"];
    assert.deepEqual(report.origin.files, { ...NOTHING, match: without(...missing), missing });
    assert.equal(contradictsRecord(report), false);
  });

  it("has no tree list if single files were downloaded", async () => {
    buildDownload(folder(), "cache-one-file");
    writeFileSync(join(folder(), SNAPSHOT, "notes.txt"), "");
    const report = await check(SNAPSHOT);
    const match = ["config.json", "model.safetensors"];
    assert.deepEqual(report.origin.files, { ...NOTHING, match, unrecorded: ["notes.txt"] });
    changeByte(join(folder(), SNAPSHOT, "model.safetensors"));
    assert.deepEqual((await check(SNAPSHOT)).origin.files.changed, ["model.safetensors"]);
  });

  it("lacks the files after an interruption", async () => {
    buildDownload(folder(), "cache-interrupted");
    const { origin } = await check(SNAPSHOT);
    assert.ok(origin.files.missing.includes("onnx/model.onnx"));
    assert.deepEqual([...origin.files.match, ...origin.files.missing].sort(), [...ALL].sort());
  });

  it("separates two revisions", async () => {
    buildDownload(folder(), "cache-two-revisions");
    const second = `models--acme--tiny/snapshots/${COMMITS.second}`;
    for (const [path, revision] of [
      [SNAPSHOT, COMMITS.first],
      [second, COMMITS.second],
    ] as const) {
      const { origin } = await check(path);
      assert.equal(origin.revision, revision);
      assert.deepEqual(origin.files.match, ALL);
    }
    // The weights of one revision in the place of the other's: a digest of the cache, but not of this commit.
    const weights = join(folder(), second, "model.safetensors");
    unlinkSync(weights);
    symlinkSync(join("../../blobs", REVISIONS_BLOB), weights);
    assert.deepEqual((await check(second)).origin.files.changed, ["model.safetensors"]);
  });

  it("is read for kernels, which have no package URL", async () => {
    buildDownload(folder(), "cache-kernel");
    const { origin } = await check(`kernels--acme--tiny/snapshots/${COMMITS.first}`);
    assert.equal(origin.repository, "acme/tiny");
    assert.equal(origin.purl, undefined);
    assert.deepEqual(origin.files.match, ALL);
  });

  it("is found from a folder and from a single file of a snapshot", async () => {
    buildDownload(folder(), "cache-full");
    const part = await check(`${SNAPSHOT}/onnx`);
    assert.deepEqual(part.origin.files, { ...NOTHING, match: ["model.onnx"] });
    const file = await check(`${SNAPSHOT}/model.safetensors`);
    assert.deepEqual(file.origin.files, { ...NOTHING, match: ["model.safetensors"] });
    assert.equal(file.origin.purl, PURL);
  });

  it("follows no symlink that leads elsewhere", async () => {
    buildDownload(folder(), "cache-full");
    const path = join(folder(), SNAPSHOT, "model.safetensors");
    const elsewhere = join(folder(), "elsewhere");
    copyFileSync(path, elsewhere);
    unlinkSync(path);
    symlinkSync(elsewhere, path);
    symlinkSync(folder(), join(folder(), SNAPSHOT, "folder"));
    const { origin } = await check(SNAPSHOT);
    assert.deepEqual(origin.files.changed, ["model.safetensors"]);
    assert.deepEqual(origin.files.extra, ["folder"]);
  });

  it("follows a blob into the store that repositories share, if it is marked as one", async () => {
    buildDownload(folder(), "cache-full");
    const hash = "ab".repeat(32);
    const blob = join(folder(), "models--acme--tiny/blobs", REVISIONS_BLOB);
    buildShared(folder(), hash, readFileSync(blob));
    rmSync(blob);
    symlinkSync(`../../blobs/ab/${hash}`, blob);
    assert.deepEqual((await check(SNAPSHOT)).origin.files.changed, ["model.safetensors"]);
    writeFileSync(join(folder(), "blobs/.huggingface-shared-blobs"), "1\n");
    assert.deepEqual((await check(SNAPSHOT)).origin.files, { ...NOTHING, match: ALL });
  });
});

describe("the record of a folder that the Hugging Face client downloaded into", () => {
  const folder = useTemporaryFolder();
  const check = async (checkDigests = true, path = ".") => {
    const report = await findOrigin({ model: join(folder(), path), checkDigests });
    assert.ok(report.origin !== undefined, "there is no origin");
    return { ...report, origin: report.origin };
  };

  it("has the commit and the digests, and no repository", async () => {
    buildDownload(folder(), "folder-full");
    const { origin } = await check();
    assert.deepEqual(origin, {
      source: "huggingface",
      revision: COMMITS.first,
      basis: "record",
      files: { ...NOTHING, match: ALL },
    });
  });

  it("shows changed, removed and added files", async () => {
    buildDownload(folder(), "folder-full");
    changeByte(join(folder(), "onnx/model.onnx"));
    unlinkSync(join(folder(), "README.md"));
    writeFileSync(join(folder(), "added.bin"), "");
    const report = await check();
    assert.deepEqual(report.origin.files, {
      ...NOTHING,
      match: without("onnx/model.onnx", "README.md"),
      changed: ["onnx/model.onnx"],
      missing: ["README.md"],
      extra: ["added.bin"],
    });
    assert.equal(contradictsRecord(report), true);
    const part = await check(true, "onnx");
    assert.deepEqual(part.origin.files, { ...NOTHING, changed: ["model.onnx"] });
  });

  it("applies to a file that was written later, by its digest", async () => {
    buildDownload(folder(), "folder-one-file");
    utimesSync(join(folder(), "model.safetensors"), new Date("2099-01-01"), new Date("2099-01-01"));
    writeFileSync(join(folder(), "notes.txt"), "");
    assert.deepEqual((await check()).origin.files, {
      ...NOTHING,
      match: ["model.safetensors"],
      unrecorded: ["notes.txt"],
    });
    changeByte(join(folder(), "model.safetensors"));
    assert.deepEqual((await check()).origin.files.changed, ["model.safetensors"]);
    unlinkSync(join(folder(), "model.safetensors"));
    assert.deepEqual((await check()).origin.files.missing, ["model.safetensors"]);
  });

  it("lists the whole commit after a download with patterns", async () => {
    buildDownload(folder(), "folder-patterns");
    const { files } = (await check()).origin;
    assert.deepEqual(files, {
      ...NOTHING,
      match: ["config.json", "tokenizer.json"],
      missing: without("config.json", "tokenizer.json"),
    });
  });

  for (const [damage, text] of Object.entries({
    empty: "",
    "one line": `${COMMITS.first}\n`,
    "an unknown digest": `${COMMITS.first}\nsha512:00\n1.0\n`,
    "more lines, of a later version": `${COMMITS.first}\n${"0".repeat(40)}\n1.0\nmore\n`,
  })) {
    it(`does not exist if its only file is damaged: ${damage}`, async () => {
      buildDownload(folder(), "folder-one-file");
      writeFileSync(join(folder(), ".cache/huggingface/download/model.safetensors.metadata"), text);
      const report = await findOrigin({ model: folder(), checkDigests: true });
      assert.equal(report.origin, undefined);
      assert.equal(contradictsRecord(report), false);
    });
  }
});

/** Where the cache keeps the weights of the first revision. */
const REVISIONS_BLOB = blobOf("model.safetensors");

function blobOf(name: string): string {
  const file = REVISIONS[0]?.files.get(name);
  assert.ok(file !== undefined);
  return sha256Of(file.content);
}

function buildShared(cache: string, hash: string, bytes: Uint8Array): void {
  writeTree(cache, { [`blobs/${hash.slice(0, 2)}/${hash}`]: bytes });
}
