import assert from "node:assert/strict";
import { claimsLegacyLayout, parseStatement } from "../../../../src/core/bundle/statement.ts";
import type { ErrorCode } from "../../../../src/core/errors.ts";
import { fileResources, type Json, type JsonObject, makeStatement, shardResources } from "../../../support/bundles.ts";
import { failsWith } from "../../../support/errors.ts";

const files = { "a.bin": "1", "b/c.bin": "22" };
const resources = fileResources(files);
const parse = (statement: Json) => parseStatement(Buffer.from(JSON.stringify(statement)), "model.sig");
const statement = (change: JsonObject = {}): JsonObject => ({ ...makeStatement(resources), ...change });
const serialized = (serialization: JsonObject): JsonObject => makeStatement(resources, { serialization });
const predicate = (change: JsonObject): JsonObject =>
  statement({ predicate: { ...(statement()["predicate"] as JsonObject), ...change } });

describe("parsing a statement", () => {
  it("reads resources, serialization and root digest", () => {
    const { manifest, subjectName, legacy, rootDigest } = parse(makeStatement(resources, { name: "llama" }));
    assert.equal(subjectName, "llama");
    assert.equal(legacy, false);
    assert.match(rootDigest, /^[0-9a-f]{64}$/);
    assert.deepEqual(
      manifest.resources.map(({ file }) => file),
      ["a.bin", "b/c.bin"],
    );
    assert.deepEqual(manifest.serialization, {
      method: "files",
      algorithm: "sha256",
      allowSymlinks: false,
      ignorePaths: [".git", ".gitattributes", ".github", ".gitignore"],
    });
  });

  it("accepts any order of resources, and computes the root digest in that order", () => {
    const reversed = [...resources].reverse();
    assert.deepEqual(
      parse(makeStatement(reversed)).manifest.resources.map(({ file }) => file),
      ["b/c.bin", "a.bin"],
    );
  });

  describe("with names that Windows cannot have", () => {
    const foreign = ["C:/Windows/win.ini", "..\\..\\secret", "x:y.txt", "a.", "nul"];
    const parseOn = (platform: NodeJS.Platform, json: Json) =>
      parseStatement(Buffer.from(JSON.stringify(json)), "model.sig", platform);
    const layouts: Readonly<Record<string, (name: string) => JsonObject>> = {
      files: (name) => makeStatement(fileResources({ a: "1", [name]: "2" })),
      shards: (name) =>
        makeStatement(shardResources({ a: "1", [name]: "2" }, 8), {
          serialization: { method: "shards", shard_size: 8 },
        }),
      "the deprecated layout": (name) => ({
        _type: "https://in-toto.io/Statement/v1",
        predicateType: "https://model_signing/Digests/v0.1",
        subject: fileResources({ a: "1", [name]: "2" }).map(({ name, digest }) => ({
          name,
          digest: { sha256: digest },
        })),
      }),
    };

    for (const [layout, make] of Object.entries(layouts)) {
      it(`accepts them elsewhere, and is unverifiable on Windows: ${layout}`, async () => {
        for (const name of foreign) {
          for (const platform of ["linux", "darwin"] as const) {
            const { manifest } = parseOn(platform, make(name));
            assert.deepEqual(manifest.resources.map(({ file }) => file).sort(), ["a", name].sort());
          }
          const error = await failsWith("RESOURCE_NAME_UNSUPPORTED", () => parseOn("win32", make(name)));
          assert.equal(error.kind, "unable");
          assert.deepEqual(error.details, { name });
          assert.match(
            error.message,
            /a file name that Windows does not support\. Verify the model on Linux or macOS\.$/,
          );
        }
      });
    }

    it("rejects what is malformed on Windows, too", async () => {
      for (const platform of ["linux", "win32"] as const) {
        await failsWith("RESOURCE_NAME", () =>
          parseOn(platform, makeStatement(fileResources({ "x:y": "1", "../z": "2" }))),
        );
        const torn = {
          ...makeStatement(fileResources({ "x:y": "1" })),
          subject: makeStatement(resources)["subject"] ?? null,
        };
        await failsWith("ROOT_DIGEST_MISMATCH", () => parseOn(platform, torn));
      }
    });
  });

  it("ignores fields of a resource that it does not know", () => {
    const more = resources.map((resource) => ({ ...resource, media_type: "x", annotations: { a: 1 } }));
    assert.equal(parse(makeStatement(more)).manifest.resources.length, 2);
  });

  it("rejects a field that comes twice, also one that it ignores", async () => {
    const text = JSON.stringify(statement());
    for (const [field, twice] of [
      ['"resources":', '"resources":[],"resources":'],
      ['"digest":', '"digest":"00","d\\u0069gest":'],
      ['"name":', '"note":1,"note":2,"name":'],
    ] as const) {
      const changed = Buffer.from(text.replace(field, twice));
      assert.notEqual(changed.toString(), text);
      const error = await failsWith("STATEMENT_MALFORMED", () => parseStatement(changed, "model.sig"));
      assert.match(error.message, /^The statement in model\.sig is ambiguous: .*same field twice/);
    }
  });

  it("accepts a statement without ignored paths", () => {
    const { serialization } = statement()["predicate"] as { serialization: JsonObject };
    delete serialization["ignore_paths"];
    assert.deepEqual(parse(predicate({ serialization })).manifest.serialization.ignorePaths, []);
  });

  it("reads a shard size that is written as 8.0", () => {
    const sharded = makeStatement(shardResources({ a: "0123456789" }, 8), {
      serialization: { method: "shards", shard_size: 8 },
    });
    const text = JSON.stringify(sharded).replace('"shard_size":8', '"shard_size":8.0');
    assert.equal(parseStatement(Buffer.from(text), "model.sig").manifest.serialization.shardSize, 8);
  });

  it("reads the deprecated layout of version 0.2", () => {
    const subject = resources.map(({ name, digest }) => ({ name, digest: { sha256: digest } }));
    const old = {
      _type: "https://in-toto.io/Statement/v1",
      predicateType: "https://model_signing/Digests/v0.1",
      subject,
    };
    const parsed = parse({ ...old, predicate: { unused: "x" } });
    assert.equal(parsed.legacy, true);
    assert.deepEqual(
      parsed.manifest.resources.map(({ name }) => name),
      ["a.bin", "b/c.bin"],
    );
    assert.ok(claimsLegacyLayout(Buffer.from(JSON.stringify(old))));
    assert.ok(!claimsLegacyLayout(Buffer.from(JSON.stringify(statement()))));
  });

  const refused: readonly (readonly [string, ErrorCode, RegExp, Json])[] = [
    ["an array", "STATEMENT_MALFORMED", /statement in model\.sig is malformed/, []],
    [
      "another statement type",
      "STATEMENT_TYPE",
      /another type/,
      statement({ _type: "https://in-toto.io/Statement/v0.1" }),
    ],
    [
      "another predicate type",
      "PREDICATE_TYPE",
      /not a model signature.*slsa/,
      statement({ predicateType: "https://slsa.dev/provenance/v1" }),
    ],
    [
      "no predicate",
      "PREDICATE_MALFORMED",
      /without a predicate/,
      Object.fromEntries(Object.entries(statement()).filter(([key]) => key !== "predicate")),
    ],
    ["an unknown field in the statement", "PREDICATE_MALFORMED", /extra/, statement({ extra: 1 })],
    ["an unknown field in the predicate", "PREDICATE_MALFORMED", /predicate\.extra/, predicate({ extra: 1 })],
    ["an unknown field in the serialization", "PREDICATE_MALFORMED", /serialization\.extra/, serialized({ extra: 1 })],
    ["no subject", "PREDICATE_MALFORMED", /subject/, statement({ subject: [] })],
    [
      "two subjects",
      "PREDICATE_MALFORMED",
      /subject/,
      statement({ subject: [1, 2].map(() => ({ name: "m", digest: { sha256: "a".repeat(64) } })) }),
    ],
    ["a subject without a name", "PREDICATE_MALFORMED", /subject\.0\.name/, makeStatement(resources, { name: "" })],
    [
      "a root digest that is not hex",
      "PREDICATE_MALFORMED",
      /subject\.0\.digest\.sha256/,
      makeStatement(resources, { digest: "x" }),
    ],
    [
      "a root digest of something else",
      "ROOT_DIGEST_MISMATCH",
      /contradicts itself/,
      makeStatement(resources, { digest: "a".repeat(64) }),
    ],
    ["empty resources", "RESOURCES_EMPTY", /signs no file/, makeStatement([])],
    ["an unknown method", "METHOD_UNSUPPORTED", /method "chunks"/, serialized({ method: "chunks" })],
    ["an unknown hash", "HASH_UNSUPPORTED", /hash "md5".*sha256, blake2b, blake3/, serialized({ hash_type: "md5" })],
    [
      "a hash that is a property of every object",
      "HASH_UNSUPPORTED",
      /toString/,
      serialized({ hash_type: "toString" }),
    ],
    ["a shard size for files", "PREDICATE_MALFORMED", /only for shards/, serialized({ shard_size: 8 })],
    ["shards without a size", "PREDICATE_MALFORMED", /only for shards/, serialized({ method: "shards" })],
    ["a shard size of 0", "PREDICATE_MALFORMED", /shard_size/, serialized({ method: "shards", shard_size: 0 })],
    ["a shard size of 1.5", "PREDICATE_MALFORMED", /shard_size/, serialized({ method: "shards", shard_size: 1.5 })],
    [
      "symlinks that are neither true nor false",
      "PREDICATE_MALFORMED",
      /allow_symlinks/,
      serialized({ allow_symlinks: "false" }),
    ],
    ["an empty ignored path", "PREDICATE_MALFORMED", /ignore_paths/, serialized({ ignore_paths: [""] })],
    [
      "an old subject that is no object",
      "STATEMENT_MALFORMED",
      /malformed at its top/,
      statement({ predicateType: "https://model_signing/Digests/v0.1", subject: [1] }),
    ],
    [
      "an old statement without subjects",
      "RESOURCES_EMPTY",
      /signs no file/,
      statement({ predicateType: "https://model_signing/Digests/v0.1", subject: [] }),
    ],
    [
      "an old statement whose subject is no list",
      "STATEMENT_MALFORMED",
      /subject/,
      statement({ predicateType: "https://model_signing/Digests/v0.1", subject: 1 }),
    ],
  ];
  for (const [name, code, message, input] of refused) {
    it(`rejects ${name}`, async () => {
      assert.match((await failsWith(code, () => parse(input))).message, message);
    });
  }

  it("rejects what is not JSON", async () => {
    const error = await failsWith("STATEMENT_NOT_JSON", () => parseStatement(Buffer.from("hello"), "model.sig"));
    assert.match(error.message, /The statement in model\.sig is not JSON/);
  });
});
