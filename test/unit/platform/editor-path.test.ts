import assert from "node:assert/strict";
import { editorPath } from "../../../src/platform/editor-path.ts";

describe("a path as the editor spells it", () => {
  it("has the drive's letter in lower case, on Windows", () => {
    assert.equal(editorPath("C:\\Users\\A", "win32"), "c:\\Users\\A");
    assert.equal(editorPath("c:\\Users\\A", "win32"), "c:\\Users\\A");
    assert.equal(editorPath("\\\\Server\\share", "win32"), "\\\\Server\\share");
  });

  it("is unchanged elsewhere", () => assert.equal(editorPath("C:/x", "linux"), "C:/x"));
});
