import assert from "node:assert/strict";
import { DerError, readCount, readDer, readOid } from "../../../../src/core/verification/certificates/der.ts";

const bytes = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");

describe("DER", () => {
  const malformed: Readonly<Record<string, string>> = {
    nothing: "",
    "a tag alone": "30",
    "a length that is cut off": "30 82 01",
    "a value that is cut off": "04 02 00",
    "bytes after the end": "05 00 00",
    "an indefinite length": "30 80 00 00",
    "a padded length": "04 81 01 00",
    "a length of five bytes": "04 85 00 00 00 00 01 00",
    "a string in pieces": "24 04 04 02 41 42",
    "a primitive list": "10 00",
    "a tag of several bytes": "1f 1f 00",
    "a list that ends in the middle of a value": "30 03 04 02 00",
    "a list in a list without end": `${"30 80".repeat(80)}`,
  };
  for (const [what, hex] of Object.entries(malformed)) {
    it(`is not ${what}`, () => assert.throws(() => readDer(bytes(hex)), DerError));
  }

  it("has a limit for nesting", () => {
    let value = Buffer.alloc(0);
    for (let depth = 0; depth < 70; depth++) {
      const head = value.length < 0x80 ? [0x30, value.length] : [0x30, 0x81, value.length];
      value = Buffer.concat([Buffer.of(...head), value]);
    }
    assert.throws(() => readDer(value), /nested too deeply/);
  });

  it("has object identifiers of any size, in one encoding", () => {
    const read = (hex: string) => readOid(readDer(bytes(hex)));
    assert.equal(read("06 03 55 1d 1e"), "2.5.29.30");
    assert.equal(read("06 06 2a 86 48 86 f7 0d"), "1.2.840.113549");
    assert.equal(read("06 0b 69 83 ff ff ff ff ff ff ff ff 7f"), "2.25.36893488147419103231");
    for (const hex of ["06 00", "06 01 80", "06 03 55 80 1d", "06 02 55 9d"]) assert.throws(() => read(hex), DerError);
  });

  it("has integers from 0 to 2³¹ - 1 where it counts", () => {
    const read = (hex: string) => readCount(readDer(bytes(hex)));
    assert.equal(read("02 01 00"), 0);
    assert.equal(read("02 04 7f ff ff ff"), 2 ** 31 - 1);
    for (const hex of ["02 00", "02 01 ff", "02 05 01 00 00 00 00", "04 01 00"])
      assert.throws(() => read(hex), DerError);
  });
});
