import assert from "node:assert/strict";
import fc from "fast-check";
import { baseOf, Glob, globProblem, literalCharacters } from "../../../../src/core/policy/glob.ts";

/** The definition, as a regular expression: slow on purpose-built patterns, but plainly right. */
function byDefinition(pattern: string): RegExp {
  const source = pattern.replaceAll(/\*+|[^*]/gs, (part) => {
    if (part === "*") return "[^/]*";
    return part.startsWith("*") ? "[^]*" : part.replace(/[.+?^$(){}[\]|\\/]/, "\\$&");
  });
  return new RegExp(`^${source}$`);
}

const text = (characters: readonly string[], maxLength: number) =>
  fc.array(fc.constantFrom(...characters), { maxLength }).map((parts) => parts.join(""));

describe("patterns for paths", function () {
  this.timeout(30_000);
  it("match as they are defined", () => {
    fc.assert(
      fc.property(text(["a", "b", "/", ".", "*", "**"], 7), text(["a", "b", "/", "."], 9), (pattern, path) => {
        assert.equal(new Glob(pattern).matches(path), byDefinition(pattern).test(path));
      }),
      { numRuns: 3000 },
    );
  });

  /** Every text of these characters with one to four of them. */
  const below = (function make(length: number): string[] {
    return length === 0 ? [""] : make(length - 1).flatMap((start) => ["", ..."ab/."].map((next) => start + next));
  })(4).filter((end) => end !== "");

  it("may match below a folder exactly if there is such a path", () => {
    fc.assert(
      fc.property(text(["a", "b", "/", ".", "*", "**"], 4), text(["a", "b", "/", "."], 5), (pattern, folder) => {
        const expected = below.some((end) => byDefinition(pattern).test(`${folder}/${end}`));
        assert.equal(new Glob(pattern).mayMatchBelow(folder), expected, `${pattern} ${folder}`);
      }),
      { numRuns: 1000 },
    );
  });

  it("concern what they match, what is in it, and what contains it", () => {
    const glob = new Glob("models/*/v1");
    for (const path of ["models", "models/a", "models/a/v1", "models/a/v1/deep/er"])
      assert.ok(glob.touches(path), path);
    for (const path of ["model", "models/a/v2", "other/models/a"]) assert.ok(!glob.touches(path), path);
  });

  it("have as prefix the folders before their first wildcard", () => {
    const bases = ["models/**", "models/a-*", "**", "*.gguf", "a/b/*/c", "models/llama", "."].map(baseOf);
    assert.deepEqual(bases, ["models", "models", ".", ".", "a/b", "models/llama", "."]);
  });

  it("match only themselves if they have no wildcard", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (pattern, path) => {
        fc.pre(!pattern.includes("*"));
        assert.equal(new Glob(pattern).matches(path), pattern === path);
      }),
    );
  });

  it("read each character at most once for each part of the pattern", () => {
    const path = "a".repeat(100_000);
    let looks = 0;
    const original = String.prototype.charCodeAt;
    String.prototype.charCodeAt = function counted(this: string, index: number): number {
      looks++;
      return original.call(this, index);
    };
    try {
      assert.equal(new Glob(`${"a*".repeat(20)}b`).matches(path), false);
      assert.equal(new Glob(`${"**a".repeat(20)}b`).matches(path), false);
    } finally {
      String.prototype.charCodeAt = original;
    }
    assert.ok(looks < 3 * path.length, `${looks} looks`);
  });

  it("are reported if they can match nothing", () => {
    const useless = ["models\\x", "/models", "../models", "a/../b", "./models", "models/", "a//b", ".."];
    for (const pattern of useless) assert.notEqual(globProblem(pattern), undefined, pattern);
    for (const pattern of ["models/**", "**", "*", ".", "a/b.c", ".hidden/*"])
      assert.equal(globProblem(pattern), undefined);
  });

  it("are reported with the characters that have a meaning elsewhere", () => {
    assert.deepEqual(literalCharacters("m?del[s]/{a}!"), ["?", "[", "]", "{", "}", "!"]);
    assert.deepEqual(literalCharacters("models/**"), []);
  });
});
