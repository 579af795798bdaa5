import assert from "node:assert/strict";
import { canHoldName, windowsNameWarning } from "../../../../src/core/model/windows-names.ts";

describe("canHoldName", () => {
  const problems: Readonly<Record<string, readonly string[]>> = {
    character: [
      ...["x:y.txt", "C:/x", "a\\b", "..\\x", "\\\\host\\share", "a<b", "a>b", 'a"b', "a|b", "a?", "*.bin", "a/b:c/d"],
      ...["line\nbreak", "a\u0001", "\u001f/a"],
    ],
    ending: ["a.", "a ", "dir./x", "dir /x", "...", "a/b."],
    device: [
      ...["CON", "con", "prn", "Aux", "nul", "COM1", "com9", "LPT1", "lpt9", "CONIN$", "conout$"],
      ...["COM\u00b9", "com\u00b2.txt", "LPT\u00b3"],
      ...["NUL.txt", "nul.tar.gz", "NUL .txt", "a/CON", "aux/x", "a/com5.bin/b"],
    ],
  };
  for (const [problem, names] of Object.entries(problems)) {
    for (const name of names) {
      it(`rejects the ${problem} of ${JSON.stringify(name)}, on Windows only`, () => {
        assert.equal(canHoldName(name, "win32"), false);
        assert.equal(canHoldName(name, "linux"), true);
        assert.equal(canHoldName(name, "darwin"), true);
      });
    }
  }

  const possible = [
    ...["a", "a/b.c/d", ".hidden", "..a", "a b", " a", "model[1]", "e\u0301", "\ufffd", "\u{1f600}", "\u0080"],
    ...["CONSOLE", "con1", "COM", "COM0", "COM10", "LPT", "lpt\u2074", "xCON", "a-nul", "null.txt", "config.CON"],
  ];
  for (const name of possible) {
    it(`accepts ${JSON.stringify(name)} on Windows`, () => assert.equal(canHoldName(name, "win32"), true));
  }
});

describe("windowsNameWarning", () => {
  const warning = (...names: string[]) => windowsNameWarning(names.map((name) => ({ name })));

  it("names the files, the first three and a count", () => {
    assert.equal(warning("a", "b/c"), undefined);
    assert.match(warning("a", "x:y.txt") ?? "", /cannot be verified on Windows.*: "x:y\.txt"\.$/);
    assert.match(warning("1:", "2:", "3:", "4:", "5:") ?? "", /: "1:", "2:", "3:" and 2 more\.$/);
  });
});
