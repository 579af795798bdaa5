import assert from "node:assert/strict";
import { nodeProblem } from "../../src/required-node.js";

const RANGE = "^22.22.2 || ^24.15.0 || >=26.0.0";

describe("nodeProblem", () => {
  for (const running of ["22.22.2", "22.30.0", "24.15.0", "24.15.1", "26.0.0", "27.3.1", "100.0.0"]) {
    it(`supports ${running}`, () => assert.equal(nodeProblem(running, RANGE), undefined));
  }

  const inAll = "22.22.2 or a newer 22, 24.15.0 or a newer 24, 26.0.0 or newer";
  const problems: readonly (readonly [running: string, wanted: string])[] = [
    ["14.21.3", "22.22 or newer"],
    ["20.20.2", "22.22 or newer"],
    ["22.9.0", "22.22 or newer"],
    ["22.21.99", "22.22 or newer"],
    ["22.22.1", "22.22.2 or newer"],
    ["23.11.0", inAll],
    ["24.0.0", inAll],
    ["24.14.9", inAll],
    ["25.9.0", inAll],
  ];
  for (const [running, wanted] of problems) {
    it(`says which version is needed instead of ${running}`, () => {
      const expected = `model-provenance needs Node ${wanted}; this is Node ${running}. Install it from https://nodejs.org.`;
      assert.equal(nodeProblem(running, RANGE), expected);
    });
  }

  it("parses the ranges of the dependencies", () => {
    assert.equal(nodeProblem("22.22.2", "^20.19.0 || >=22.12.0"), undefined);
    assert.equal(nodeProblem("22.22.2", ">= 14.6"), undefined);
    assert.equal(nodeProblem("26.0.0", ">=20.0.0"), undefined);
    assert.match(nodeProblem("22.22.2", "^24.15.0 || >=26.0.0") ?? "", /needs Node 24\.15 or newer/);
  });

  it("treats a pre-release as its release", () => {
    assert.equal(nodeProblem("26.0.0-nightly20260101", RANGE), undefined);
  });
});
