import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { encodeManifest, type PartialManifest, parseManifest } from "../../../../src/core/manifest/partial-manifest.ts";
import { failsWith } from "../../../support/errors.ts";

const SCHEMA: object = JSON.parse(
  readFileSync(new URL("../../../../schemas/manifest.schema.json", import.meta.url), "utf8"),
);
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(SCHEMA);

const state = { mtimeNs: "1790000000123456789", ctimeNs: "1790000000123456790", inode: "18446744073709551615" };
const hex = "ab".repeat(32);
const FILES: PartialManifest = {
  model: 'a "model"',
  part: { index: 1, count: 3 },
  serialization: { method: "files", algorithm: "sha256", allowSymlinks: false, ignorePaths: [".git", "model.sig"] },
  privateKeys: ["key.pem"],
  files: [
    { name: "a\nb", size: 0, ...state, digests: [hex] },
    { name: "\u{1f600}", size: 2 ** 50, ...state, digests: [hex] },
  ],
};
const SHARDS: PartialManifest = {
  ...FILES,
  part: { index: 0, count: 1 },
  serialization: { ...FILES.serialization, method: "shards", algorithm: "blake2b", shardSize: 10 },
  files: [
    { name: "empty", size: 0, ...state, start: 0, digests: [] },
    { name: "large", size: 25, ...state, start: 10, digests: ["cd".repeat(64), "ef".repeat(64)] },
  ],
};

async function rejects(text: string, message: RegExp): Promise<void> {
  const error = await failsWith("MANIFEST_UNREADABLE", () => parseManifest(text, "part.json"));
  assert.match(error.message, message);
}

const textOf = (manifest: PartialManifest): string => [...encodeManifest(manifest)].join("");

describe("the manifest of a part", () => {
  for (const [kind, manifest] of Object.entries({ files: FILES, shards: SHARDS })) {
    it(`of ${kind} is read as it was written, and matches the published schema`, () => {
      const text = textOf(manifest);
      assert.deepEqual(parseManifest(text, "part.json"), manifest);
      assert.ok(validate(JSON.parse(text)), JSON.stringify(validate.errors, null, 2));
      assert.equal(text.trimEnd().split("\n").length, manifest.files.length + 2, "a line for each file");
    });
  }

  it("may have no file", () => {
    const none = { ...FILES, files: [] };
    assert.deepEqual(parseManifest(textOf(none), "part.json"), none);
  });

  const faults: Readonly<Record<string, (json: Record<string, unknown>) => unknown>> = {
    "another format": (json) => ({ ...json, format: "model-provenance/manifest/v2" }),
    "an unknown field": (json) => ({ ...json, extra: 1 }),
    "part 3 of 3": (json) => ({ ...json, part: { index: 3, count: 3 } }),
    "a negative part": (json) => ({ ...json, part: { index: -1, count: 3 } }),
    "too many parts": (json) => ({ ...json, part: { index: 0, count: 100_001 } }),
    "no files": ({ files: _, ...json }) => json,
    "an unknown hash": (json) => ({ ...json, serialization: { ...FILES.serialization, hashType: "md5" } }),
    "shards without a size": (json) => ({ ...json, serialization: serializationOf("shards") }),
    "a size without shards": (json) => ({ ...json, serialization: { ...serializationOf("files"), shardSize: 10 } }),
    "a digest of another length": (json) => ({ ...json, files: [{ ...entry, digests: ["ab"] }] }),
    "a digest in upper case": (json) => ({ ...json, files: [{ ...entry, digests: [hex.toUpperCase()] }] }),
    "two digests of a whole file": (json) => ({ ...json, files: [{ ...entry, digests: [hex, hex] }] }),
    "no digest of a whole file": (json) => ({ ...json, files: [{ ...entry, digests: [] }] }),
    "a start in a whole file": (json) => ({ ...json, files: [{ ...entry, start: 0 }] }),
    "a size that is no number": (json) => ({ ...json, files: [{ ...entry, size: "1" }] }),
    "a time that is no number": (json) => ({ ...json, files: [{ ...entry, mtimeNs: "now" }] }),
    "something else altogether": () => [],
  };
  const entry = { name: "a", size: 1, ...state, digests: [hex] };
  const serializationOf = (method: string) => ({ method, hashType: "sha256", allowSymlinks: false, ignorePaths: [] });
  for (const [fault, spoil] of Object.entries(faults)) {
    it(`is rejected with ${fault}, and the error names it`, async () => {
      const json = spoil(JSON.parse(textOf(FILES)));
      await rejects(JSON.stringify(json), /^part\.json is not a manifest/);
    });
  }

  it("is rejected with shards at a wrong offset, or more than the file has", async () => {
    for (const change of [{ start: 5 }, { start: 20 }, { start: 40, digests: [] }]) {
      const files = [{ ...SHARDS.files[1], ...change }];
      const json = { ...JSON.parse(textOf(SHARDS)), files };
      await rejects(JSON.stringify(json), /"large"/);
    }
  });

  it("is rejected if it is truncated", async () => {
    await rejects(textOf(FILES).slice(0, -5), /not JSON/);
  });
});
