import assert from "node:assert/strict";
import fc from "fast-check";
import {
  codePointOrder,
  compareCodePoints,
  isBelowSurrogates,
  type NameProblem,
  nameProblem,
} from "../../../../src/core/model/names.ts";

describe("compareCodePoints", () => {
  it("sorts a name beyond the basic plane after one at its end, unlike `<`", () => {
    assert.ok(compareCodePoints("\u{1f600}", "\uff21") > 0);
    assert.ok("\u{1f600}" < "\uff21");
  });

  it("sorts `-` and `.` before `/`, so that a file can precede a folder with the same prefix", () => {
    const names = ["a/b", "a.b", "a-b", "a0", "a", "A", "aa"];
    assert.deepEqual(names.sort(compareCodePoints), ["A", "a", "a-b", "a.b", "a/b", "a0", "aa"]);
  });

  it("is the order of the UTF-8 bytes", () => {
    const text = fc.string({ unit: "binary", maxLength: 12 });
    fc.assert(
      fc.property(text, text, text, (shared, a, b) => {
        const expected = Buffer.compare(Buffer.from(shared + a), Buffer.from(shared + b));
        assert.equal(Math.sign(compareCodePoints(shared + a, shared + b)), expected);
      }),
    );
  });
});

describe("codePointOrder", () => {
  it("is the same for names without surrogates, and detects these", () => {
    const text = fc.string({
      unit: fc.constantFrom("a", "b", "/", "é", "\ud7ff", "\ue000", "\uff21", "\u{1f600}"),
      maxLength: 6,
    });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const below = isBelowSurrogates(a) && isBelowSurrogates(b);
        assert.equal(below, !/[\ue000\uff21\u{1f600}]/u.test(a + b));
        assert.equal(Math.sign(codePointOrder(below)(a, b)), Math.sign(compareCodePoints(a, b)));
      }),
    );
  });
});

describe("nameProblem", () => {
  const bad: readonly (readonly [string, NameProblem])[] = [
    ["", "empty"],
    ["/etc/passwd", "absolute"],
    ["//host/share", "absolute"],
    ["a\0b", "nul"],
    ["..", "parent"],
    ["../x", "parent"],
    ["a/../b", "parent"],
    ["a/..", "parent"],
    [".", "not-canonical"],
    ["./x", "not-canonical"],
    ["a/./b", "not-canonical"],
    ["a//b", "not-canonical"],
    ["a/", "trailing-slash"],
    ["a\ud800", "not-unicode"],
    ["\udc00/a", "not-unicode"],
  ];
  for (const [name, problem] of bad) {
    it(`rejects ${JSON.stringify(name)} as ${problem}`, () => assert.equal(nameProblem(name), problem));
  }

  for (const name of [
    "a",
    "a/b/c",
    "...",
    "..a",
    "a..",
    ".hidden",
    "a b",
    "model:0:10",
    "dir/C:x",
    "C:/x",
    "c:x",
    "a\\b",
    "..\\x",
    "1:x",
    "line\nbreak",
    "\u{1f600}",
    "e\u0301",
    "\u00e9",
    "\ufffd",
    "*?[",
  ]) {
    it(`accepts ${JSON.stringify(name)}`, () => assert.equal(nameProblem(name), undefined));
  }

  it("accepts any path of plain components", () => {
    const component = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 8 })
      .filter((text) => !/[/\0]/.test(text) && text !== "." && text !== "..");
    fc.assert(
      fc.property(fc.array(component, { minLength: 1, maxLength: 5 }), (components) => {
        assert.equal(nameProblem(components.join("/")), undefined);
      }),
    );
  });
});
