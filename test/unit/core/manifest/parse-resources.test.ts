import assert from "node:assert/strict";
import fc from "fast-check";
import type { ErrorCode } from "../../../../src/core/errors.ts";
import type { Serialization } from "../../../../src/core/manifest/manifest.ts";
import { MAX_RESOURCES, parseResources } from "../../../../src/core/manifest/parse-resources.ts";
import { failsWith } from "../../../support/errors.ts";

const digest = "ab".repeat(32);
const files: Serialization = { method: "files", algorithm: "sha256", allowSymlinks: false, ignorePaths: [] };
const shards: Serialization = { ...files, method: "shards", shardSize: 8 };
const resource = (name: string, more: object = {}) => ({ name, digest, algorithm: "sha256", ...more });
const parse = (entries: readonly unknown[], serialization = files) =>
  parseResources(entries, serialization, "model.sig");

describe("parsing resources", () => {
  it("reads files", () => {
    assert.deepEqual(parse([resource("a/b")]), [{ name: "a/b", file: "a/b", digest }]);
  });

  it("reads the range of a shard after the last colon but one", () => {
    assert.deepEqual(parse([resource("ab:0:8:0:5")], shards), [
      { name: "ab:0:8:0:5", file: "ab:0:8", range: { start: 0, end: 5 }, digest },
    ]);
  });

  it("accepts names with a backslash or a colon, which Linux and macOS allow", () => {
    const names = ["x:y.txt", "C:/a", "a\\b", "..\\a"];
    const file = ({ file }: { file: string }): string => file;
    assert.deepEqual(parse(names.map((name) => resource(name))).map(file), names);
    assert.deepEqual(
      parse(
        names.map((name) => resource(`${name}:0:8`)),
        shards,
      ).map(file),
      names,
    );
  });

  it("accepts a file of one letter in shards, which looks like a drive", () => {
    assert.equal(parse([resource("c:0:8")], shards)[0]?.file, "c");
  });

  it("accepts a file name with a line break in shards", () => {
    assert.equal(parse([resource("a\nb:0:8")], shards)[0]?.file, "a\nb");
  });

  it("accepts the reference's name for the algorithm of a shard", () => {
    const [found] = parse([resource("a:0:8", { algorithm: "sha256-sharded-8" })], shards);
    assert.deepEqual(found?.range, { start: 0, end: 8 });
  });

  it("accepts shards in any order", () => {
    const names = ["a:16:20", "a:0:8", "b:0:3", "a:8:16"];
    const found = parse(
      names.map((name) => resource(name)),
      shards,
    );
    assert.deepEqual(
      found.map(({ name }) => name),
      names,
    );
  });

  it("accepts the single-file name that the reference writes", () => {
    assert.equal(parse([resource(".")])[0]?.file, ".");
    assert.equal(parse([resource(".:0:8"), resource(".:8:9")], shards).length, 2);
  });

  it("checks the length of digests by algorithm", () => {
    const blake2b: Serialization = { ...files, algorithm: "blake2b" };
    const long = "ab".repeat(64);
    const [found] = parse([resource("a", { algorithm: "blake2b", digest: long })], blake2b);
    assert.equal(found?.digest, long);
  });

  const refused: readonly (readonly [string, ErrorCode, RegExp, readonly unknown[], Serialization?])[] = [
    ["none", "RESOURCES_EMPTY", /signs no file/, []],
    ["a number", "PREDICATE_MALFORMED", /resource 0/, [7]],
    ["null", "PREDICATE_MALFORMED", /resource 1/, [resource("a"), null]],
    ["no name", "PREDICATE_MALFORMED", /needs a name/, [{ digest, algorithm: "sha256" }]],
    ["no digest", "PREDICATE_MALFORMED", /needs a name/, [{ name: "a", algorithm: "sha256" }]],
    ["no algorithm", "PREDICATE_MALFORMED", /an algorithm/, [{ name: "a", digest }]],
    ["a name twice", "RESOURCE_DUPLICATE", /"a" twice/, [resource("a"), resource("b"), resource("a")]],
    ["a shard twice", "RESOURCE_DUPLICATE", /"a:0:8" twice/, [resource("a:0:8"), resource("a:0:8")], shards],
    ["an empty name", "RESOURCE_NAME", /is empty/, [resource("")]],
    ["`..`", "RESOURCE_NAME", /leads out of the model/, [resource("../a")]],
    ["`..` inside", "RESOURCE_NAME", /leads out of the model/, [resource("a/../../b")]],
    ["`..` at the end", "RESOURCE_NAME", /leads out of the model/, [resource("a/..")]],
    ["an absolute name", "RESOURCE_NAME", /absolute/, [resource("/etc/passwd")]],
    ["NUL", "RESOURCE_NAME", /NUL/, [resource("a\0b")]],
    ["a trailing slash", "RESOURCE_NAME", /ends in/, [resource("a/")]],
    ["`./`", "RESOURCE_NAME", /not canonical/, [resource("./a")]],
    ["`//`", "RESOURCE_NAME", /not canonical/, [resource("a//b")]],
    ["half a surrogate pair", "RESOURCE_NAME", /not valid Unicode/, [resource("a\ud800")]],
    ["a shard of `..`", "RESOURCE_NAME", /leads out/, [resource("../a:0:8")], shards],
    ["the single-file name beside another", "RESOURCE_NAME", /single file.*"b"/, [resource("."), resource("b")]],
    ["a short digest", "RESOURCE_DIGEST", /64 lower-case hex/, [resource("a", { digest: "ab" })]],
    [
      "a digest of another algorithm's length",
      "RESOURCE_DIGEST",
      /64 lower-case/,
      [resource("a", { digest: "ab".repeat(64) })],
    ],
    ["an upper-case digest", "RESOURCE_DIGEST", /lower-case/, [resource("a", { digest: digest.toUpperCase() })]],
    ["another algorithm", "RESOURCE_ALGORITHM", /"blake3" for "a"/, [resource("a", { algorithm: "blake3" })]],
    [
      "the reference's shard name for files",
      "RESOURCE_ALGORITHM",
      /sharded/,
      [resource("a", { algorithm: "sha256-sharded-8" })],
    ],
    [
      "the reference's shard name of another size",
      "RESOURCE_ALGORITHM",
      /sharded-9/,
      [resource("a:0:8", { algorithm: "sha256-sharded-9" })],
      shards,
    ],
    ["a shard without a range", "SHARD_RANGE", /byte range/, [resource("a")], shards],
    ["a shard that ends where it starts", "SHARD_RANGE", /byte range/, [resource("a:8:8")], shards],
    ["a shard with leading zeros", "SHARD_RANGE", /byte range/, [resource("a:00:8")], shards],
    ["a shard past all numbers", "SHARD_RANGE", /byte range/, [resource("a:0:9999999999999999")], shards],
    ["a range without a file", "SHARD_RANGE", /byte range/, [resource(":0:8")], shards],
    ["shards that overlap", "SHARD_RANGE", /overlap/, [resource("a:0:8"), resource("a:4:12")], shards],
    ["two shards from the same byte", "SHARD_RANGE", /overlap/, [resource("a:0:8"), resource("a:0:5")], shards],
    ["shards with a gap", "SHARD_RANGE", /gap from byte 8 to 16/, [resource("a:0:8"), resource("a:16:24")], shards],
    ["shards that do not begin at 0", "SHARD_RANGE", /gap from byte 0 to 8/, [resource("a:8:16")], shards],
    ["a short shard before the last", "SHARD_RANGE", /not 8 bytes/, [resource("a:0:5"), resource("a:5:13")], shards],
    ["a shard that is too long", "SHARD_RANGE", /not 8 bytes/, [resource("a:0:9")], shards],
  ];
  for (const [name, code, message, entries, serialization] of refused) {
    it(`rejects ${name}`, async () => {
      assert.match((await failsWith(code, () => parse(entries, serialization))).message, message);
    });
  }

  it("rejects more than the limit, and names it", async () => {
    const many = new Array<unknown>(MAX_RESOURCES + 1);
    assert.match((await failsWith("RESOURCES_TOO_MANY", () => parse(many))).message, /limit is 2000000/);
  });

  it("rejects every name that leads out of the model", () => {
    const part = fc.constantFrom("..", ".", "", "a", "C:", "\\", "\0", "b c");
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const name = parts.join("/");
        let accepted: string | undefined;
        try {
          accepted = parse([resource(name)])[0]?.file;
        } catch {
          return;
        }
        if (accepted === ".") return;
        assert.ok(
          parts.every((one) => ["a", "b c", "C:", "\\"].includes(one)),
          name,
        );
      }),
    );
  });
});
