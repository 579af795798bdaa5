import assert from "node:assert/strict";
import { MAX_JSON_DEPTH, parseBoundedJson } from "../../../../src/core/bundle/bounded-json.ts";
import { failsWith } from "../../../support/errors.ts";

const parse = (text: string | Buffer) =>
  parseBoundedJson(Buffer.from(text), "model.sig", { notJson: "BUNDLE_NOT_JSON", malformed: "BUNDLE_MALFORMED" });

describe("bounded JSON", () => {
  it("parses what JSON.parse parses", () => {
    const text = '{"a":["b\\\\",{"c\\"]":[]}],"d":"\\\\\\"[[["}';
    assert.deepEqual(parse(text), JSON.parse(text));
  });

  it("allows nesting up to the limit, and reports the limit beyond it", async () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    assert.doesNotThrow(() => parse(nested(MAX_JSON_DEPTH)));
    const error = await failsWith("BUNDLE_TOO_DEEP", () => parse(nested(MAX_JSON_DEPTH + 1)));
    assert.match(error.message, /64 levels/);
  });

  it("counts neither brackets in strings nor closed brackets", () => {
    assert.doesNotThrow(() => parse(JSON.stringify("[".repeat(1000))));
    assert.doesNotThrow(() => parse(`[${"[],".repeat(1000)}[]]`));
    assert.doesNotThrow(() => parse(JSON.stringify([`\\"${"{".repeat(1000)}`])));
  });

  const twice: readonly (readonly [string, string])[] = [
    ["at the top", '{"a":1,"b":2,"a":1}'],
    ["in an object in an array", '[0,{"x":[{"a":1,"a":{}}]}]'],
    ["once with an escape", '{"a":1,"\\u0061":2}'],
    ["with spaces before the colon", '{"a" :1,"a"\n\t:2}'],
    ["where the value that is lost has members, too", '{"a":{"b":1,"c":{"d":2}},"a":0}'],
    ["where the value that stays has members, too", '{"a":0,"a":{"b":1}}'],
    ["with the name of the prototype", '{"__proto__":{},"__proto__":{"a":1}}'],
    ["with the empty name", '{"":1,"":2}'],
    ["with a number as its name", '{"0":1,"0":2}'],
    ["as the last of many", `{${Array.from({ length: 5000 }, (_, i) => `"k${i}":${i}`).join()},"k17":0}`],
  ];
  for (const [where, text] of twice) {
    it(`rejects a field that comes twice: ${where}`, async () => {
      const error = await failsWith("BUNDLE_MALFORMED", () => parse(text));
      assert.match(error.message, /^model\.sig is ambiguous: it has the same field twice in one object/);
    });
  }

  it("accepts fields that differ in case, in normalization, or in the object that contains them", () => {
    for (const text of [
      '{"a":{"a":1},"b":[{"a":2},{"a":3}]}',
      '{"a":1,"A":2}',
      '{"\u00e9":1,"e\u0301":2}',
      '{"__proto__":{"a":1},"constructor":2,"toString":{"__proto__":3}}',
      '{"a:":"b:\\":","c\\\\":":{\\"d\\":1}"}',
      ' { "a" : "\\"a\\":1" , "b" : null , "c" : [ null , true ] } ',
      '{"a":1,"a ":2,"":3}',
    ]) {
      assert.deepEqual(parse(text), JSON.parse(text));
    }
  });

  it("rejects 100 MB of nested arrays before it builds any", async () => {
    await failsWith("BUNDLE_TOO_DEEP", () => parse(Buffer.alloc(100_000_000, "[")));
  });

  it("reports what is not JSON and what is not UTF-8", async () => {
    assert.match((await failsWith("BUNDLE_NOT_JSON", () => parse('{"a":'))).message, /cut short/);
    assert.match((await failsWith("BUNDLE_NOT_JSON", () => parse('{"unterminated'))).message, /cut short/);
    const latin1 = Buffer.from('{"a":"\xe9"}', "latin1");
    assert.match((await failsWith("BUNDLE_NOT_JSON", () => parse(latin1))).message, /not UTF-8/);
  });
});
