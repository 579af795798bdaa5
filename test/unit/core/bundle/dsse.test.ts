import assert from "node:assert/strict";
import { legacyEncoding, preAuthenticationEncoding } from "../../../../src/core/bundle/dsse.ts";

describe("DSSE encodings", () => {
  it("counts bytes, not characters", () => {
    const encoded = Buffer.concat(preAuthenticationEncoding("http://example.com/é", Buffer.from("hello wörld")));
    assert.equal(encoded.toString(), "DSSEv1 21 http://example.com/é 12 hello wörld");
  });

  // What Python's repr() prints for these bytes.
  const python: readonly (readonly [Buffer, string])[] = [
    [Buffer.from('{"a":1}'), `b'{"a":1}'`],
    [Buffer.from("it's"), `b"it's"`],
    [Buffer.from(`'"`), `b'\\'"'`],
    [Buffer.from("\\ \t\n\r"), "b'\\\\ \\t\\n\\r'"],
    [Buffer.of(0, 0x1f, 0x7f, 0xff, 0x7e), "b'\\x00\\x1f\\x7f\\xff~'"],
  ];
  for (const [payload, text] of python) {
    it(`writes the old encoding of ${text}`, () => {
      const [encoded] = legacyEncoding("t", payload);
      assert.equal(encoded?.toString(), `DSSEV1 1 t ${payload.length} ${text}`);
    });
  }
});
