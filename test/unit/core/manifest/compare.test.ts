import assert from "node:assert/strict";
import { compare, matchFiles } from "../../../../src/core/manifest/compare.ts";
import { buildResources, type Manifest, rootDigest } from "../../../../src/core/manifest/manifest.ts";
import type { FileList, RefusalReason } from "../../../../src/core/model/file-list.ts";

const SHARD = 8;
const hex = (label: string) => Buffer.from(label.padEnd(32, ".")).toString("hex");

interface Found {
  readonly size: number;
  readonly digests: readonly string[];
}

function fileList(found: Readonly<Record<string, Found>>, more: Partial<FileList> = {}): FileList {
  const files = Object.entries(found).map(([name, { size }]) => ({
    name,
    path: `/m/${name}`,
    size,
    state: `${size} 0 0 0 0`,
  }));
  return { root: "/m", kind: "directory", files, totalBytes: 0, ignored: [], refused: [], outside: [], ...more };
}

function manifestOf(signed: Readonly<Record<string, Found>>, shardSize?: number): Manifest {
  const files = Object.entries(signed).map(([name, { size }]) => ({ name, size }));
  const resources = buildResources(
    files,
    Object.values(signed).map(({ digests }) => digests),
    shardSize,
  );
  return {
    serialization: {
      method: shardSize === undefined ? "files" : "shards",
      algorithm: "sha256",
      ...(shardSize !== undefined && { shardSize }),
      allowSymlinks: false,
      ignorePaths: [],
    },
    resources,
  };
}

function run(
  signed: Readonly<Record<string, Found>>,
  found: Readonly<Record<string, Found>>,
  options: { shardSize?: number; letPass?: boolean; list?: Partial<FileList> } = {},
) {
  const manifest = manifestOf(signed, options.shardSize);
  const matching = matchFiles(manifest, fileList(found, options.list));
  const digests = matching.present.map(({ file }) => found[file.name]?.digests ?? []);
  return {
    ...compare(manifest, matching, digests, options.letPass ?? false),
    empty: matching.empty.map(({ name }) => name),
  };
}

const one = (label: string, size = 1): Found => ({ size, digests: [hex(label)] });

describe("the comparison of signed and actual files", () => {
  it("matches what is the same", () => {
    const files = { a: one("1"), "b/c": one("2") };
    assert.deepEqual(run(files, files), { matches: true, changed: [], missing: [], added: [], empty: [] });
  });

  it("names every changed, missing and added file, in code-point order", () => {
    const result = run(
      { z: one("1"), b: one("2"), gone: one("3"), a: one("4") },
      { new2: one("5"), b: one("x"), new1: one("6"), z: one("y"), a: one("4") },
    );
    assert.equal(result.matches, false);
    assert.deepEqual(result.changed, [
      { name: "b", expected: hex("2"), found: hex("x") },
      { name: "z", expected: hex("1"), found: hex("y") },
    ]);
    assert.deepEqual(result.missing, [{ name: "gone", ignored: false }]);
    assert.deepEqual(result.added, [{ name: "new1" }, { name: "new2" }]);
  });

  it("compares names byte for byte", () => {
    const composed = "\u00e9";
    const decomposed = "e\u0301";
    const result = run(
      { [composed]: one("1"), "Model.bin": one("2") },
      { [decomposed]: one("1"), "model.bin": one("2") },
    );
    assert.deepEqual(
      result.missing.map(({ name }) => name),
      ["Model.bin", composed],
    );
    assert.deepEqual(
      result.added.map(({ name }) => name),
      [decomposed, "model.bin"],
    );
  });

  it("rejects a file without a digest", () => {
    const manifest = manifestOf({ a: one("1") });
    const comparison = compare(manifest, matchFiles(manifest, fileList({ a: one("1") })), [], false);
    assert.deepEqual(comparison.changed, [{ name: "a", expected: hex("1") }]);
  });

  it("ignores added files only if asked to, and never changed and missing ones", () => {
    const signed = { a: one("1") };
    assert.equal(run(signed, { a: one("1"), b: one("2") }).matches, false);
    assert.equal(run(signed, { a: one("1"), b: one("2") }, { letPass: true }).matches, true);
    assert.equal(run(signed, { a: one("x") }, { letPass: true }).matches, false);
    assert.equal(run(signed, {}, { letPass: true }).matches, false);
  });

  it("reports that a missing file was ignored", () => {
    const ignored = [{ name: "dir", source: "signer" }] as const;
    assert.deepEqual(run({ "dir/a": one("1") }, {}, { list: { ignored } }).missing, [{ name: "dir/a", ignored: true }]);
  });

  for (const [reason, note] of [
    ["symlink", "symlink"],
    ["symlink-cycle", "symlink"],
    ["symlink-broken", "symlink"],
    ["special", "special"],
    ["not-utf8", "not-utf8"],
    ["not-portable", "not-portable"],
  ] as const satisfies readonly (readonly [RefusalReason, string])[]) {
    it(`counts an unsigned entry that is ${reason} as added`, () => {
      const result = run({ a: one("1") }, { a: one("1") }, { list: { refused: [{ name: "x", reason }] } });
      assert.deepEqual(result.added, [{ name: "x", note }]);
      assert.equal(result.matches, false);
    });
  }

  it("counts a signed file that became a link or a pipe as changed", () => {
    for (const [reason, note] of [
      ["symlink", "symlink"],
      ["special", "special"],
    ] as const) {
      const result = run({ a: one("1") }, {}, { list: { refused: [{ name: "a", reason }] } });
      assert.deepEqual(result.changed, [{ name: "a", expected: hex("1"), note }]);
      assert.deepEqual(result.missing, []);
    }
    const shards = run(
      { a: { size: 9, digests: [hex("1"), hex("2")] } },
      {},
      {
        shardSize: SHARD,
        list: { refused: [{ name: "a", reason: "symlink" }] },
      },
    );
    assert.deepEqual(
      shards.changed.map(({ range }) => range),
      [
        { start: 0, end: 8 },
        { start: 8, end: 9 },
      ],
    );
  });

  describe("of a single file", () => {
    const single = { kind: "file" } as const;
    it("accepts its name, and the reference's `.`", () => {
      for (const name of ["model.gguf", "."]) {
        assert.equal(run({ [name]: one("1") }, { "model.gguf": one("1") }, { list: single }).matches, true, name);
      }
    });

    it("does not accept another name", () => {
      const result = run({ "old.gguf": one("1") }, { "model.gguf": one("1") }, { list: single });
      assert.deepEqual(result.missing, [{ name: "old.gguf", ignored: false }]);
      assert.deepEqual(result.added, [{ name: "model.gguf" }]);
    });

    it("does not accept `.` for a folder", () => {
      const result = run({ ".": one("1") }, { "model.gguf": one("1") });
      assert.equal(result.matches, false);
      assert.deepEqual(result.missing, [{ name: ".", ignored: false }]);
    });
  });

  describe("in shards", () => {
    const signed = { a: { size: 20, digests: [hex("1"), hex("2"), hex("3")] } };
    const shards = { shardSize: SHARD };

    it("matches what is the same, whatever the order of the payload", () => {
      assert.equal(run(signed, signed, shards).matches, true);
      const manifest = manifestOf(signed, SHARD);
      const reversed: Manifest = { ...manifest, resources: [...manifest.resources].reverse() };
      const matching = matchFiles(reversed, fileList(signed));
      assert.equal(compare(reversed, matching, [signed.a.digests], false).matches, true);
    });

    it("names the shard that changed", () => {
      const result = run(signed, { a: { size: 20, digests: [hex("1"), hex("x"), hex("3")] } }, shards);
      assert.deepEqual(result.changed, [
        { name: "a", range: { start: 8, end: 16 }, expected: hex("2"), found: hex("x") },
      ]);
    });

    it("finds a file that grew within its last shard, even with the same digest", () => {
      const result = run(signed, { a: { size: 21, digests: signed.a.digests } }, shards);
      assert.deepEqual(
        result.changed.map(({ note, range }) => [note, range]),
        [["longer", { start: 16, end: 20 }]],
      );
    });

    it("finds a file that grew by a shard", () => {
      const exact = { a: { size: 16, digests: [hex("1"), hex("2")] } };
      const result = run(exact, { a: { size: 17, digests: [hex("1"), hex("2"), hex("3")] } }, shards);
      assert.deepEqual(result.changed, [{ name: "a", range: { start: 16, end: 17 }, found: hex("3"), note: "longer" }]);
    });

    it("finds a file that shrank by a shard", () => {
      const result = run(signed, { a: { size: 16, digests: [hex("1"), hex("2")] } }, shards);
      assert.deepEqual(result.changed, [
        { name: "a", range: { start: 16, end: 20 }, expected: hex("3"), note: "shorter" },
      ]);
    });

    it("finds a file that became empty", () => {
      const result = run(signed, { a: { size: 0, digests: [] } }, shards);
      assert.equal(result.changed.length, 3);
      assert.ok(result.changed.every(({ note }) => note === "shorter"));
    });

    it("ignores empty files, which shards do not record, and reports them", () => {
      const result = run(signed, { ...signed, "__init__.py": { size: 0, digests: [] } }, shards);
      assert.equal(result.matches, true);
      assert.deepEqual(result.empty, ["__init__.py"]);
      assert.deepEqual(run({ a: one("1") }, { a: one("1"), e: { size: 0, digests: [hex("")] } }).added, [
        { name: "e" },
      ]);
    });
  });
});

describe("building a manifest", () => {
  it("orders resources by code point of the name, shards too", () => {
    const files = ["b", "\u{1F600}", "\uFF21", "a"].map((name) => ({ name, size: 9 }));
    const digests = files.map(() => [hex("1"), hex("2")]);
    assert.deepEqual(
      buildResources(files, digests, SHARD).map(({ name }) => name),
      ["a", "b", "\uFF21", "\u{1F600}"].flatMap((name) => [`${name}:0:8`, `${name}:8:9`]),
    );
  });

  it("computes the root digest over bytes, not hex", () => {
    // sha256(00 01)
    const resources = ["00", "01"].map((digest, index) => ({ name: `${index}`, file: `${index}`, digest }));
    assert.equal(rootDigest(resources), "b413f47d13ee2fe6c845b2ee141af81de858df4ec549a58b7970bb96645bc8d2");
  });
});
