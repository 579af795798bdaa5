import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { ROOT } from "../../scripts/fetch.mjs";
import { toolPath } from "../../scripts/tool.ts";
import { type ErrorCode, errorKind, isErrorCode } from "../../src/core/errors.ts";

interface Row {
  readonly check: string;
  readonly codes: readonly string[];
  readonly file: string;
  readonly title: string;
}

const PAGE = readFileSync(join(ROOT, "docs/verification.md"), "utf8");
const ROWS = PAGE.split("\n")
  .filter((line) => line.startsWith("|") && !line.startsWith("| check |") && !line.startsWith("| ---"))
  .map(rowOf);

function rowOf(line: string): Row {
  const cells = line.split("|").map((cell) => cell.trim());
  const [, check = "", , by = "", code = "", test = ""] = cells;
  assert.equal(cells.length, 7, `not five columns: ${line}`);
  assert.notEqual(check, "", line);
  assert.notEqual(by, "", line);
  const named = /^`(?<file>test\/[^`]+\.test\.ts)`, "(?<title>.+)"$/.exec(test)?.groups;
  assert.ok(named?.["file"] && named["title"], `no test in: ${line}`);
  return {
    check,
    codes: [...code.matchAll(/`(\w+)`/g)].map(([, name]) => name ?? ""),
    file: named["file"],
    title: named["title"],
  };
}

/** Of what a caller does, and of logging in and signing: not about a signature that is verified. */
const NOT_VERIFYING = /^(LOGIN_|TOKEN_|PKCS11_|KMS_|SIGNING_(?!METHOD_))/;

/** Codes of a verdict that some code of this program gives. */
function verifyingCodes(): ErrorCode[] {
  const sources = globSync("src/**/*.ts", { cwd: ROOT })
    .filter((path) => !/core[\\/]errors\.ts$/.test(path))
    .map((path) => readFileSync(join(ROOT, path), "utf8"))
    .join("\n");
  const declared = readFileSync(join(ROOT, "src/core/errors.ts"), "utf8").matchAll(/^ {2}(?<code>[A-Z0-9_]+): "/gm);
  return [...declared]
    .map(({ groups }) => groups?.["code"] ?? "")
    .filter(isErrorCode)
    .filter((code) => errorKind(code) === "invalid" || (errorKind(code) === "unable" && !NOT_VERIFYING.test(code)))
    .filter((code) => sources.includes(`"${code}"`));
}

describe("docs/verification.md", () => {
  it("has a row for every code of a signature that is invalid or cannot be verified", () => {
    const named = new Set(ROWS.flatMap(({ codes }) => codes));
    const codes = verifyingCodes();
    assert.ok(codes.length > 50, `found only ${codes.length} codes`);
    assert.deepEqual(
      codes.filter((code) => !named.has(code)),
      [],
    );
  });

  it("names only existing codes", () => {
    assert.deepEqual(
      ROWS.flatMap(({ codes }) => codes).filter((code) => !isErrorCode(code)),
      [],
    );
  });

  it("names an existing test for every check", function () {
    this.timeout(120_000);
    const files = [...new Set(ROWS.map(({ file }) => file))];
    assert.deepEqual(
      files.filter((file) => !existsSync(join(ROOT, file))),
      [],
    );
    const tests = titlesOf(files);
    const missing = ROWS.filter(({ file, title }) => !tests.get(file)?.has(title));
    assert.deepEqual(
      missing.map(({ check, file, title }) => `${check}: ${file}, "${title}"`),
      [],
    );
  });

  it("is linked by SECURITY.md and README.md", () => {
    for (const file of ["SECURITY.md", "README.md"]) {
      assert.match(readFileSync(join(ROOT, file), "utf8"), /\]\(docs\/verification\.md\)/, file);
    }
  });
});

const Listed = v.object({ tests: v.array(v.object({ title: v.string(), file: v.string() })) });

/** Titles by file, as mocha has them: also those that are made of a table. No test is run. */
function titlesOf(files: readonly string[]): Map<string, ReadonlySet<string>> {
  const args = [toolPath("mocha", "mocha"), "--dry-run", "--exit", "--reporter", "json", ...files];
  const output = execFileSync(process.execPath, args, { cwd: ROOT, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  const { tests } = v.parse(Listed, JSON.parse(output.slice(output.indexOf("{"))));
  return new Map(
    files.map((file) => {
      const path = join(ROOT, file);
      return [file, new Set(tests.filter((test) => test.file === path).map(({ title }) => title))];
    }),
  );
}
