import assert from "node:assert/strict";
import { MAX_JSON_DEPTH, parseBoundedJson } from "../../../../src/core/bundle/bounded-json.ts";
import { failsWith } from "../../../support/errors.ts";

const parse = (text: string | Buffer) => parseBoundedJson(Buffer.from(text), "model.sig", "BUNDLE_NOT_JSON");

describe("bounded JSON", () => {
  it("parses what JSON.parse parses", () => {
    const text = '{"a":["b\\\\",{"c\\"]":[]}],"d":"\\\\\\"[[["}';
    assert.deepEqual(parse(text), JSON.parse(text));
  });

  it("allows nesting up to the limit, and names the limit past it", async () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    assert.doesNotThrow(() => parse(nested(MAX_JSON_DEPTH)));
    const error = await failsWith("BUNDLE_TOO_DEEP", () => parse(nested(MAX_JSON_DEPTH + 1)));
    assert.match(error.message, /64 levels/);
  });

  it("counts neither brackets in strings nor brackets that were closed", () => {
    assert.doesNotThrow(() => parse(JSON.stringify("[".repeat(1000))));
    assert.doesNotThrow(() => parse(`[${"[],".repeat(1000)}[]]`));
    assert.doesNotThrow(() => parse(JSON.stringify([`\\"${"{".repeat(1000)}`])));
  });

  it("refuses 100 MB of nested arrays before it builds any", async () => {
    await failsWith("BUNDLE_TOO_DEEP", () => parse(Buffer.alloc(100_000_000, "[")));
  });

  it("says what is not JSON and what is not UTF-8", async () => {
    assert.match((await failsWith("BUNDLE_NOT_JSON", () => parse('{"a":'))).message, /cut short/);
    assert.match((await failsWith("BUNDLE_NOT_JSON", () => parse('{"unterminated'))).message, /cut short/);
    const latin1 = Buffer.from('{"a":"\xe9"}', "latin1");
    assert.match((await failsWith("BUNDLE_NOT_JSON", () => parse(latin1))).message, /not UTF-8/);
  });
});
