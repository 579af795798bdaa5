import { allCombinations } from "../interop/matrix/combinations.ts";
import { compareEach } from "../interop/matrix/describe.ts";

describe("the whole matrix of methods, curves, shapes, ignore rules, links and hashes", function () {
  this.timeout(300_000);
  compareEach(allCombinations());
});
