import assert from "node:assert/strict";
import { differencesFound, differencesOfSigning } from "../../../../src/core/manifest/differences.ts";
import { buildResources, type Manifest, type Resource } from "../../../../src/core/manifest/manifest.ts";

const SHARD = 8;

interface File {
  readonly size: number;
  readonly digests: readonly string[];
}

function manifest(files: Readonly<Record<string, File>>, shardSize?: number): Manifest {
  const named = Object.entries(files).map(([name, { size }]) => ({ name, size }));
  const digests = Object.values(files).map((file) => file.digests);
  return of(buildResources(named, digests, shardSize), shardSize);
}

function of(resources: readonly Resource[], shardSize?: number): Manifest {
  const sharded = shardSize === undefined ? {} : { shardSize };
  const method = shardSize === undefined ? "files" : "shards";
  return {
    serialization: { method, algorithm: "sha256", ...sharded, allowSymlinks: false, ignorePaths: [] },
    resources,
  };
}

const one = (digest: string): File => ({ size: 3, digests: [digest] });

describe("what a check found, told file by file", () => {
  it("names the digests of what changed, of what is missing, and what was added", () => {
    const signed = manifest({ a: one("a1"), b: one("b1"), c: one("c1") });
    const comparison = {
      matches: false,
      changed: [{ name: "b", expected: "b1", found: "b2" }],
      missing: [{ name: "c", ignored: true }],
      added: [{ name: "d", note: "symlink" } as const],
    };
    assert.deepEqual(differencesFound(comparison, signed), {
      changed: [{ name: "b", signed: { parts: [{ digest: "b1" }] }, found: { parts: [{ digest: "b2" }] } }],
      missing: [{ name: "c", signed: { parts: [{ digest: "c1" }] }, note: "ignored" }],
      added: [{ name: "d", found: { parts: [] }, note: "symlink" }],
    });
  });

  it("puts the shards of a file together, and has its size from them", () => {
    const signed = manifest({ a: { size: 12, digests: ["s1", "s2"] } }, SHARD);
    const range = { start: 8, end: 12 };
    const changed = [
      { name: "a", range, expected: "s2", found: "x2", note: "longer" as const },
      { name: "a", range: { start: 12, end: 14 }, found: "x3", note: "longer" as const },
    ];
    const [file] = differencesFound({ matches: false, changed, missing: [], added: [] }, signed).changed;
    assert.deepEqual(file, {
      name: "a",
      signed: { size: 12, parts: [{ range, digest: "s2" }, { range: { start: 12, end: 14 } }] },
      found: {
        parts: [
          { range, digest: "x2" },
          { range: { start: 12, end: 14 }, digest: "x3" },
        ],
      },
      note: "longer",
    });
  });

  it("finds a single file under the name that the reference implementation gives it", () => {
    const signed = of([{ name: ".", file: ".", digest: "d1" }]);
    const missing = [{ name: "w.gguf", ignored: false }];
    const [file] = differencesFound({ matches: false, changed: [], missing, added: [] }, signed).missing;
    assert.deepEqual(file?.signed?.parts, [{ digest: "d1" }]);
  });
});

describe("what signing again would change", () => {
  it("is what differs, in the order of names, and nothing where nothing does", () => {
    const signed = manifest({ a: one("a1"), b: one("b1"), z: one("z1") });
    const next = manifest({ z: one("z2"), b: one("b1"), new: one("n1") });
    const { changed, missing, added } = differencesOfSigning(signed, next);
    assert.deepEqual(changed, [
      { name: "z", signed: { parts: [{ digest: "z1" }] }, found: { parts: [{ digest: "z2" }] } },
    ]);
    assert.deepEqual(missing, [{ name: "a", signed: { parts: [{ digest: "a1" }] } }]);
    assert.deepEqual(added, [{ name: "new", found: { parts: [{ digest: "n1" }] } }]);
    assert.deepEqual(differencesOfSigning(signed, signed), { changed: [], missing: [], added: [] });
  });

  it("names only the shards that differ, and both sizes", () => {
    const signed = manifest({ a: { size: 12, digests: ["s1", "s2"] } }, SHARD);
    const next = manifest({ a: { size: 13, digests: ["s1", "x2"] } }, SHARD);
    assert.deepEqual(differencesOfSigning(signed, next).changed, [
      {
        name: "a",
        signed: { size: 12, parts: [{ range: { start: 8, end: 12 }, digest: "s2" }] },
        found: { size: 13, parts: [{ range: { start: 8, end: 13 }, digest: "x2" }] },
      },
    ]);
  });

  it("takes a single file's two names for one", () => {
    const reference = of([{ name: ".", file: ".", digest: "d1" }]);
    assert.deepEqual(differencesOfSigning(reference, manifest({ "w.gguf": one("d1") })), {
      changed: [],
      missing: [],
      added: [],
    });
    assert.equal(differencesOfSigning(reference, manifest({ "w.gguf": one("d2") })).changed[0]?.name, "w.gguf");
  });
});
