import assert from "node:assert/strict";
import {
  appendFileSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { findModels } from "../../../../src/core/model/find-models.ts";
import { findOrigin } from "../../../../src/core/origin/find-origin.ts";
import type { OriginFiles } from "../../../../src/core/origin/origin.ts";
import { searchModels } from "../../../../src/engine/search-models.ts";
import { gguf } from "../../../support/downloads/gguf.ts";
import { sha256Of } from "../../../support/downloads/hub-files.ts";
import { buildOllamaStore } from "../../../support/downloads/ollama-store.ts";
import { skip } from "../../../support/results.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const NOTHING: OriginFiles = { match: [], changed: [], missing: [], extra: [], unrecorded: [] };
const WEIGHTS = Buffer.alloc(3000, 1);
const TEMPLATE = Buffer.from("{{ .Prompt }}");
const PARTS = { model: WEIGHTS, template: TEMPLATE };
const OLD = "manifests/registry.ollama.ai/library/tiny/1b";
const LINK = "manifests-v2/ollama.com/library/tiny/1b";
const BLOB = `sha256-${sha256Of(WEIGHTS)}`;
const TEMPLATE_BLOB = `sha256-${sha256Of(TEMPLATE)}`;

for (const manifest of [OLD, LINK]) {
  describe(`the record of Ollama's store in ${dirname(dirname(dirname(dirname(manifest))))}`, () => {
    const folder = useTemporaryFolder();
    before(function () {
      if (manifest === LINK && process.platform === "win32") skip(this, "links need a right there");
    });
    beforeEach(() => buildOllamaStore(folder(), { [manifest]: PARTS }));
    const at = (path: string) => join(folder(), path);
    const originOf = async (path: string) => (await findOrigin({ model: at(path), checkDigests: true })).origin;
    /** The manifest of the newer form is a blob itself. */
    const own = () => (manifest === LINK ? [basename(realpathSync(at(manifest)))] : []);

    it("names a blob's model", async () => {
      assert.deepEqual(await originOf(`blobs/${BLOB}`), {
        source: "ollama",
        repository: "library/tiny",
        revision: "1b",
        basis: "record",
        files: { ...NOTHING, match: [BLOB] },
      });
    });

    it("lists the blobs of a manifest", async () => {
      const origin = await originOf(manifest);
      assert.equal(origin?.repository, "library/tiny");
      const config = `sha256-${sha256Of(Buffer.from('{"model_format":"gguf"}'))}`;
      assert.deepEqual(origin?.files, { ...NOTHING, match: [BLOB, TEMPLATE_BLOB, config, ...own()].sort() });
    });

    it("names a blob with one changed byte, one that is longer, and one that is gone", async () => {
      writeFileSync(at(`blobs/${BLOB}`), Buffer.concat([WEIGHTS.subarray(1), Buffer.from([2])]));
      assert.deepEqual((await originOf(manifest))?.files.changed, [BLOB]);
      assert.deepEqual((await originOf(`blobs/${BLOB}`))?.files.changed, [BLOB]);
      appendFileSync(at(`blobs/${BLOB}`), "x");
      assert.deepEqual((await originOf(manifest))?.files.changed, [BLOB]);
      unlinkSync(at(`blobs/${TEMPLATE_BLOB}`));
      const { files } = (await originOf(manifest)) ?? {};
      assert.deepEqual(files?.missing, [TEMPLATE_BLOB]);
      assert.equal(files?.match.length, 1 + own().length);
    });

    it("takes a link in place of a blob for a change, and reads nothing through it", async function () {
      if (process.platform === "win32") skip(this, "links need a right there");
      renameSync(at(`blobs/${BLOB}`), at("elsewhere"));
      symlinkSync("../elsewhere", at(`blobs/${BLOB}`));
      assert.deepEqual((await originOf(manifest))?.files.changed, [BLOB]);
    });

    it("is not concerned by a blob that another model added", async () => {
      writeTree(folder(), { [`blobs/sha256-${"0".repeat(64)}`]: "added" });
      assert.deepEqual((await originOf(manifest))?.files.extra, []);
      assert.equal(await originOf(`blobs/sha256-${"0".repeat(64)}`), undefined);
    });

    for (const [damage, text] of Object.entries({
      "an unknown version": '{"schemaVersion": 3, "config": {}, "layers": []}',
      "a damaged manifest": "{",
      "an empty manifest": "",
      "a list of manifests":
        '{"schemaVersion": 2, "mediaType": "application/vnd.ollama.manifest.list.v2+json", "manifests": []}',
      "a digest that is a path": JSON.stringify({
        schemaVersion: 2,
        config: { mediaType: "x", digest: `sha256:${"../".repeat(20)}etc/passwd`, size: 1 },
        layers: [],
      }),
    })) {
      it(`does not exist with ${damage}, and no model is listed`, async () => {
        writeFileSync(at(manifest), text);
        assert.equal(await originOf(`blobs/${BLOB}`), undefined);
        assert.equal((await originOf(manifest))?.source, undefined);
        assert.deepEqual(await findModels(folder()), []);
      });
    }

    it("lists its models under their names when the store is searched", async () => {
      const other = manifest.replace("tiny/1b", "other/latest").replace(/registry\.ollama\.ai|ollama\.com/, "hf.co");
      buildOllamaStore(folder(), { [other]: { model: gguf({}), template: TEMPLATE } });
      const listed = [
        { path: at(other), kind: "file", name: "hf.co/library/other:latest", signatures: [] },
        { path: at(manifest), kind: "file", name: "library/tiny:1b", signatures: [] },
      ].sort((a, b) => (a.path < b.path ? -1 : 1));
      assert.deepEqual(await findModels(folder()), listed);
      assert.deepEqual((await searchModels({ folder: folder(), maxEntries: 1000 })).models, listed);
      const below = relative(folder(), dirname(dirname(at(manifest))));
      assert.deepEqual(
        (await findModels(at(below))).map(({ name }) => name),
        ["library/tiny:1b"],
      );
    });
  });
}

describe("Ollama's store", () => {
  const folder = useTemporaryFolder();
  const at = (path: string) => join(folder(), path);

  it("keeps the host of another registry", async () => {
    buildOllamaStore(folder(), { "manifests/hf.co/acme/other/latest": { model: Buffer.alloc(9), template: TEMPLATE } });
    const model = at(`blobs/sha256-${sha256Of(Buffer.alloc(9))}`);
    const { origin } = await findOrigin({ model, checkDigests: true });
    assert.equal(origin?.repository, "hf.co/acme/other");
  });

  it("has a manifest that a changed link leads to, and no file outside of its blobs", async function () {
    if (process.platform === "win32") skip(this, "links need a right there");
    buildOllamaStore(folder(), { [LINK]: PARTS });
    const manifest = readFileSync(at(LINK), "utf8");
    const real = realpathSync(at(LINK));
    writeFileSync(real, manifest.replace(TEMPLATE_BLOB.slice(7), BLOB.slice(7)));
    const { origin } = await findOrigin({ model: at(LINK), checkDigests: true });
    assert.ok(origin?.files.changed.includes(basename(real)));
    writeTree(folder(), { "outside/manifest": manifest });
    rmSync(at(LINK));
    symlinkSync(at("outside/manifest"), at(LINK));
    assert.deepEqual(await findModels(folder()), []);
  });

  it("does not exist where the folder of blobs is missing: a path of four names is no model", async () => {
    buildOllamaStore(folder(), { [OLD]: PARTS });
    renameSync(at("blobs"), at("other"));
    assert.deepEqual(await findModels(folder()), []);
    assert.equal((await findOrigin({ model: at(OLD), checkDigests: true })).origin, undefined);
  });
});
