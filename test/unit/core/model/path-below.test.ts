import assert from "node:assert/strict";
import { posix, win32 } from "node:path";
import { isInside, nameBelow } from "../../../../src/core/model/path-below.ts";

describe("nameBelow", () => {
  const onPosix: readonly (readonly [string, string, string | undefined])[] = [
    ["/ws", "/ws/models/a.bin", "models/a.bin"],
    ["/ws", "/ws", "."],
    ["/", "/a", "a"],
    ["/ws", "/ws/..a", "..a"],
    ["/ws", "/ws-2/a", undefined],
    ["/ws", "/", undefined],
    ["/ws", "/WS/a", undefined],
    ["/ws", "/ws/back\\slash", "back\\slash"],
  ];
  for (const [folder, path, name] of onPosix) {
    it(`of ${path} in ${folder} is ${name ?? "none"}`, () => assert.equal(nameBelow(folder, path, posix), name));
  }

  const onWindows: readonly (readonly [string, string, string | undefined])[] = [
    ["c:\\ws", "C:\\ws\\models\\a.bin", "models/a.bin"],
    ["c:\\ws", "C:\\WS\\Models", "Models"],
    ["c:\\ws", "C:\\ws", "."],
    ["C:\\", "c:\\a", "a"],
    ["C:\\ws", "C:\\ws\\..a", "..a"],
    ["C:\\ws", "C:\\ws-2\\a", undefined],
    ["C:\\ws", "D:\\ws\\a", undefined],
    ["\\\\server\\share\\ws", "\\\\Server\\share\\ws\\a\\b", "a/b"],
    ["\\\\server\\share", "\\\\server\\other\\a", undefined],
    ["\\\\server\\share", "C:\\a", undefined],
    ["\\\\?\\C:\\ws", "\\\\?\\C:\\ws\\a", "a"],
  ];
  for (const [folder, path, name] of onWindows) {
    it(`of ${path} in ${folder} is ${name ?? "none"}, on Windows`, () => {
      assert.equal(nameBelow(folder, path, win32), name);
      assert.equal(isInside(folder, path, win32), name !== undefined);
    });
  }
});
