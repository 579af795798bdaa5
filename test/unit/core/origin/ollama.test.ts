import assert from "node:assert/strict";
import { unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findOrigin } from "../../../../src/core/origin/find-origin.ts";
import type { OriginFiles } from "../../../../src/core/origin/origin.ts";
import { sha256Of } from "../../../support/downloads/hub-files.ts";
import { buildOllamaStore } from "../../../support/downloads/ollama-store.ts";
import { useTemporaryFolder } from "../../../support/temporary-folder.ts";

const NOTHING: OriginFiles = { match: [], changed: [], missing: [], extra: [], unrecorded: [] };
const WEIGHTS = Buffer.alloc(3000, 1);
const TEMPLATE = Buffer.from("{{ .Prompt }}");
const MANIFEST = "manifests/registry.ollama.ai/library/tiny/1b";
const BLOB = `sha256-${sha256Of(WEIGHTS)}`;

describe("the record of Ollama's store", () => {
  const folder = useTemporaryFolder();
  beforeEach(() => buildOllamaStore(folder(), { [MANIFEST]: { model: WEIGHTS, template: TEMPLATE } }));
  const originOf = async (path: string) =>
    (await findOrigin({ model: join(folder(), path), checkDigests: true })).origin;

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
    const origin = await originOf(MANIFEST);
    assert.equal(origin?.repository, "library/tiny");
    assert.equal(origin?.files.match.length, 3);
    unlinkSync(join(folder(), `blobs/sha256-${sha256Of(TEMPLATE)}`));
    writeFileSync(join(folder(), "blobs", BLOB), Buffer.alloc(3000, 2));
    const { files } = (await originOf(MANIFEST)) ?? {};
    assert.deepEqual(files?.changed, [BLOB]);
    assert.deepEqual(files?.missing, [`sha256-${sha256Of(TEMPLATE)}`]);
  });

  it("keeps the host of another registry", async () => {
    buildOllamaStore(folder(), { "manifests/hf.co/acme/other/latest": { model: Buffer.alloc(9), template: TEMPLATE } });
    assert.equal((await originOf(`blobs/sha256-${sha256Of(Buffer.alloc(9))}`))?.repository, "hf.co/acme/other");
  });

  it("does not exist in another form", async () => {
    writeFileSync(join(folder(), MANIFEST), '{"schemaVersion": 3, "config": {}, "layers": []}');
    assert.equal(await originOf(`blobs/${BLOB}`), undefined);
    writeFileSync(join(folder(), MANIFEST), "{");
    assert.equal(await originOf(`blobs/${BLOB}`), undefined);
  });
});
