import assert from "node:assert/strict";
import { type EntryKind, listedKind } from "../../../../src/core/model/list-folder.ts";

describe("the kind of a listed entry", () => {
  const entry = (kind: EntryKind) => ({
    isDirectory: () => kind === "folder",
    isFile: () => kind === "file",
    isSymbolicLink: () => kind === "link",
  });

  it("is that of the list, and nothing is looked up", () => {
    const never = () => assert.fail("looked up");
    for (const kind of ["folder", "file", "link", "special"] as const)
      assert.equal(listedKind(entry(kind), never, "linux"), kind);
    for (const kind of ["folder", "file", "special"] as const)
      assert.equal(listedKind(entry(kind), never, "win32"), kind);
  });

  for (const kind of ["folder", "file", "link", "special"] as const) {
    it(`is looked up for a reparse point of Windows: a ${kind}`, () => {
      assert.equal(
        listedKind(entry("link"), () => entry(kind), "win32"),
        kind,
      );
    });
  }
});
