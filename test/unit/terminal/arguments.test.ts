import assert from "node:assert/strict";
import { asksForHelp, parseArguments } from "../../../src/terminal/arguments.ts";
import { parseSize } from "../../../src/terminal/options.ts";
import { failsWith } from "../../support/errors.ts";

const SPECS = {
  "private-key FILE": "",
  "ignore-paths PATH …": "",
  "[no-]ignore-git-paths": "",
  json: "",
};

describe("command line arguments", () => {
  it("accept options before, between and after operands, spelled with hyphens or underscores", () => {
    const args = parseArguments(SPECS, ["--json", "model", "--private_key", "a_b.pem", "--ignore_paths=x_y"]);
    assert.deepEqual(args.operands, ["model"]);
    assert.equal(args.text("private-key"), "a_b.pem");
    assert.deepEqual(args.list("ignore-paths"), ["x_y"]);
    assert.equal(args.flag("json"), true);
    assert.equal(args.flag("ignore-git-paths"), undefined);
  });

  it("collect repeatable options, and use the last value of others", () => {
    const args = parseArguments(SPECS, [
      ...["--ignore-paths", "a", "--ignore-paths", "b"],
      ...["--private-key", "1", "--private-key", "2"],
      ...["--no-ignore-git-paths", "--ignore-git-paths", "--no_ignore_git_paths"],
    ]);
    assert.deepEqual(args.list("ignore-paths"), ["a", "b"]);
    assert.equal(args.text("private-key"), "2");
    assert.equal(args.flag("ignore-git-paths"), false);
  });

  it("are taken literally after --", () => {
    const args = parseArguments(SPECS, ["--", "--private_key", "-x"]);
    assert.deepEqual(args.operands, ["--private_key", "-x"]);
    assert.equal(asksForHelp(["m", "--", "--help"]), false);
    assert.equal(asksForHelp(["m", "-h"]), true);
  });

  it("accept a value that looks like an option only if it is joined with =", () => {
    assert.equal(parseArguments(SPECS, ["--private-key=--odd"]).text("private-key"), "--odd");
  });

  const refused: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["an unknown option", ["--nothing"], /^There is no option --nothing\.$/],
    ["an unknown short option", ["-x"], /^There is no option -x\.$/],
    ["a negation of what has none", ["--no-json"], /^There is no option --no-json\.$/],
    ["a missing value", ["--private-key"], /^--private-key needs a value: FILE\.$/],
    ["an option in place of a value", ["--private-key", "--json"], /"--json" looks like an option/],
    ["a value for a switch", ["--json=yes"], /^--json takes no value\.$/],
    ["a name out of Object's prototype", ["--constructor"], /^There is no option --constructor\.$/],
  ];
  for (const [what, argv, message] of refused) {
    it(`reject ${what}`, async () => {
      const error = await failsWith("USAGE", () => parseArguments(SPECS, argv));
      assert.match(error.message, message);
    });
  }
});

describe("sizes in bytes", () => {
  const sizes: readonly (readonly [string, number])[] = [
    ["1000000000", 1e9],
    ["1GB", 1e9],
    ["1.5 gb", 15e8],
    ["500MiB", 524_288_000],
    ["8kB", 8000],
    ["7b", 7],
  ];
  for (const [text, bytes] of sizes) {
    it(`are parsed: ${text} is ${bytes}`, () => assert.equal(parseSize(text, "--shard-size"), bytes));
  }
  for (const text of ["", "0", "-1", "1G", "1.5", "0.0001kB", "1e9", "9007199254740993", "9999999TB", "0x10"]) {
    it(`are rejected: "${text}"`, async () => {
      const { message } = await failsWith("USAGE", () => parseSize(text, "--shard-size"));
      assert.match(message, /^--shard-size: ".*" is not a number of bytes\. Examples: /);
    });
  }
});
