import assert from "node:assert/strict";
import fc from "fast-check";
import { indentJson } from "../../../../src/engine/signature-view/indent-json.ts";

describe("JSON as lines", () => {
  it("has one part per line, indented by its depth", () => {
    assert.deepEqual(indentJson('{"a":[1,{"b":"x, {y}"}],"c":{},"d":[]}'), [
      "{",
      '  "a": [',
      "    1,",
      "    {",
      '      "b": "x, {y}"',
      "    }",
      "  ],",
      '  "c": {},',
      '  "d": []',
      "}",
    ]);
  });

  it("is the same JSON as before, and already indented JSON comes out the same", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const lines = indentJson(JSON.stringify(value));
        assert.deepEqual(JSON.parse(lines.join("\n")), JSON.parse(JSON.stringify(value)));
        assert.deepEqual(indentJson(lines.join("\n")), lines);
      }),
    );
  });

  it("keeps numbers, escapes and names twice the same as they are written", () => {
    const text = '{"a":1.0e+2,"a":"\\u0041\\/"}';
    assert.equal(
      indentJson(text)
        .join("")
        .replaceAll(/(?<=[{,:]) +/g, ""),
      text,
    );
  });

  it("shows text that is not JSON unchanged", () => {
    assert.deepEqual(indentJson('{"a":"cut sh'), ["{", '  "a": "cut sh']);
    assert.deepEqual(indentJson('{"a":1}\n{"b":2}\n'), ["{", '  "a": 1', "}", "{", '  "b": 2', "}"]);
    assert.deepEqual(indentJson(""), []);
  });
});
