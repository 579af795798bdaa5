import assert from "node:assert/strict";
import { compareManifests } from "../../../../src/core/manifest/compare-manifests.ts";
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

const SAME = { matches: true, changed: [], missing: [], added: [] };
const one = (digest: string): File => ({ size: 3, digests: [digest] });

describe("compareManifests", () => {
  it("lists what differs, in the order of names, and nothing if nothing does", () => {
    const signed = manifest({ a: one("a1"), b: one("b1"), z: one("z1") });
    const next = manifest({ z: one("z2"), b: one("b1"), new: one("n1") });
    assert.deepEqual(compareManifests(signed, next), {
      matches: false,
      changed: [{ name: "z", expected: "z1", found: "z2" }],
      missing: [{ name: "a", ignored: false }],
      added: [{ name: "new" }],
    });
    assert.deepEqual(compareManifests(signed, signed), SAME);
  });

  it("lists only the shards that differ", () => {
    const signed = manifest({ a: { size: 12, digests: ["s1", "s2"] } }, SHARD);
    const next = manifest({ a: { size: 17, digests: ["s1", "s2", "x3"] } }, SHARD);
    assert.deepEqual(compareManifests(signed, next).changed, [
      { name: "a", range: { start: 8, end: 12 }, expected: "s2", found: "s2" },
      { name: "a", range: { start: 16, end: 17 }, found: "x3" },
    ]);
  });

  it("treats the two names of a single file as one", () => {
    const reference = of([{ name: ".", file: ".", digest: "d1" }]);
    assert.deepEqual(compareManifests(reference, manifest({ "w.gguf": one("d1") })), SAME);
    assert.equal(compareManifests(reference, manifest({ "w.gguf": one("d2") })).changed[0]?.name, "w.gguf");
  });
});
