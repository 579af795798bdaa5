import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/fetch.mjs";
import { mainCombinations } from "./matrix/combinations.ts";
import { compareEach } from "./matrix/describe.ts";
import { page } from "./matrix/table.ts";

const README = join(ROOT, "test", "interop", "README.md");

describe("the matrix of methods, curves, shapes, ignore rules, links and hashes", function () {
  this.timeout(120_000);
  const outcomes = compareEach(mainCombinations());

  it("has the results that the table lists", () => {
    const text = page(outcomes);
    if (process.env["INTEROP_TABLE"] === "write") writeFileSync(README, text);
    assert.equal(readFileSync(README, "utf8"), text, "INTEROP_TABLE=write npm run test:interop writes it anew");
  });
});
