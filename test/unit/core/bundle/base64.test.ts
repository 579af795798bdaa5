import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeBase64 } from "../../../../src/core/bundle/base64.ts";

describe("Base64", () => {
  it("decodes both alphabets, padded or not", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (array) => {
        const bytes = Buffer.from(array);
        assert.deepEqual(decodeBase64(bytes.toString("base64")), bytes);
        assert.deepEqual(decodeBase64(bytes.toString("base64url")), bytes);
      }),
    );
  });

  for (const text of ["", "=", "A", "AAAAA", "AA=", "AAA==", "AA A", "AA\nAA", "A-+A", "é", "AAA===="]) {
    it(`rejects ${JSON.stringify(text)}`, () => {
      assert.equal(decodeBase64(text), undefined);
    });
  }

  it("decodes a text of 100 million characters", () => {
    assert.equal(decodeBase64("A".repeat(100_000_000))?.length, 75_000_000);
  });
});
