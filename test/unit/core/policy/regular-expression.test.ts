import assert from "node:assert/strict";
import fc from "fast-check";
import { RE2JS } from "re2js";
import {
  MAX_PROGRAM,
  RegExpChecker,
  type RegExpRemark,
  RegularExpression,
  regExpSuspicions,
} from "../../../../src/core/policy/regular-expression.ts";

/** Reads of characters while `action` runs. */
function reads(action: () => void): number {
  const prototype = String.prototype;
  const { charCodeAt, codePointAt } = prototype;
  let count = 0;
  prototype.charCodeAt = function counted(this: string, index: number): number {
    count++;
    return charCodeAt.call(this, index);
  };
  prototype.codePointAt = function counted(this: string, index: number): number | undefined {
    count++;
    return codePointAt.call(this, index);
  };
  try {
    action();
  } finally {
    Object.assign(prototype, { charCodeAt, codePointAt });
  }
  return count;
}

/** Each takes a backtracking engine practically for ever. */
const CATASTROPHIC = [
  "(a+)+$",
  "^(a+)+$",
  "(a|aa)+$",
  "(a|a?)+$",
  "(a*)*$",
  "(a*)*b",
  "(.*)*x$",
  "^(([a-z])+.)+[A-Z]([a-z])+$",
  "(.*a){12}$",
  "(a|b|ab)*c",
  "^(\\w+\\s?)*$",
  "(?:a?){20}a{20}$",
] as const;

function regExpProblem(source: string): RegExpRemark | undefined {
  const { compiled, remarks } = new RegExpChecker().read(source);
  return compiled === undefined ? remarks[0] : undefined;
}

describe("regular expressions", function () {
  this.timeout(30_000);
  for (const source of CATASTROPHIC) {
    it(`read 100 kB a bounded number of times: ${source}`, () => {
      const subject = `${"a".repeat(100_000)}!`;
      const expression = new RegularExpression(source);
      expression.test("warm");
      const count = reads(() => expression.test(subject));
      assert.ok(count <= 10 * subject.length, `${count} reads of ${subject.length} characters`);
    });
  }

  it("match any part of the text, as Sigstore's do", () => {
    assert.equal(new RegularExpression("b").test("abc"), true);
    assert.equal(new RegularExpression("^b").test("abc"), false);
    assert.equal(new RegularExpression("^a.c$").test("abc"), true);
  });

  it("do not match an empty text, which is no claim", () => {
    assert.equal(new RegularExpression(".*").test(""), false);
    assert.equal(new RegularExpression("^$").test(""), false);
  });

  for (const [source, words] of [
    ["[", /missing closing \]/],
    ["(a", /missing closing \)/],
    ["a**", /./],
    ["(?=a)b", /\(\?=/],
    ["(?<!a)b", /./],
    ["(a)\\1", /invalid escape sequence/],
    ["a{1001}", /invalid repeat count/],
    ["(?P<name", /./],
  ] as const) {
    it(`are rejected: ${source}`, () => {
      const problem = regExpProblem(source);
      assert.equal(problem?.code, "regexp");
      assert.match(problem.message, /^Not a regular expression in RE2's syntax: /);
      assert.match(problem.message, words);
    });
  }

  it("are rejected if they are too long or too large", () => {
    const long = regExpProblem("(?:a?){1000}".repeat(100));
    assert.equal(long?.code, "regexp-too-large");
    assert.match(long.message, /it has 1200 characters, and 1000 are allowed/);
    const large = regExpProblem("(?:a?){1000}(?:b?){1000}");
    assert.equal(large?.code, "regexp-too-large");
    assert.match(large.message, new RegExp(`${MAX_PROGRAM} are allowed`));
    assert.equal(regExpProblem("^[a-z]{1,63}$"), undefined);
  });

  const ANCHORED = [
    "^a$",
    "\\Aa\\z",
    "^(a|b)$",
    "^a$|^b$",
    "^(?:a)+$",
    "(?i)^a$",
    "^[^|)]$",
    "^\\Q|\\E$",
    "^https://github\\.com/acme/models/\\.github/workflows/release\\.yml@refs/tags/v[0-9.]+$",
  ];
  for (const source of ANCHORED) {
    it(`are anchored: ${source}`, () => assert.deepEqual(regExpSuspicions(source), []));
  }

  const OPEN: readonly (readonly [source: string, where: RegExp])[] = [
    ["alice@example\\.com", /at its beginning \(\^\) and at its end \(\$\)/],
    ["^alice@example\\.com", /anchored at its end/],
    ["alice@example\\.com$", /anchored at its beginning/],
    ["^a|b$", /at its beginning .* and at its end/],
    ["^a$|b", /at its beginning .* and at its end/],
    ["(?m)^a$", /at its beginning .* and at its end/],
    ["^(?m:a$)$", /at its beginning .* and at its end/],
    ["^a\\$", /anchored at its end/],
    ["\\^a$", /anchored at its beginning/],
    ["^*a$", /anchored at its beginning/],
    ["[0-9]$", /anchored at its beginning/],
    ["^(a|b$)", /anchored at its end/],
    ["https://github\\.com/acme/", /beginning/],
    ["^\\Qa$\\E", /anchored at its end/],
    ["^a[$]", /anchored at its end/],
    ["^a{3}[0-9]+\\d", /anchored at its end/],
  ];
  for (const [source, where] of OPEN) {
    it(`are not anchored: ${source}`, () => {
      const [suspicion] = regExpSuspicions(source);
      assert.equal(suspicion?.code, "regexp-unanchored");
      assert.match(suspicion.message, where);
    });
  }

  it("warn of a dot between letters", () => {
    assert.deepEqual(
      regExpSuspicions("^alice@example.com$").map(({ code }) => code),
      ["regexp-dot"],
    );
    assert.deepEqual(regExpSuspicions("^alice@example\\.com$"), []);
    assert.deepEqual(regExpSuspicions("^alice@example[.]com$"), []);
    assert.deepEqual(regExpSuspicions("^alice@.*$"), []);
  });

  it("are never reported as anchored if anything may precede or follow", () => {
    const part = fc.constantFrom(
      "a",
      "b*",
      "(a|^b)",
      "(?:a$|b)",
      "|",
      "|^",
      "$|",
      "(?m)",
      "\\b",
      "(^a)?",
      "(b$)+",
      "(?-m)",
    );
    const middle = fc.array(part, { maxLength: 4 }).map((parts) => parts.join(""));
    const ends = fc.constantFrom(["^", "$"], ["\\A", "\\z"], ["(?m)^", "$"], ["^(?:", ")$"], ["(^", "$)"]);
    fc.assert(
      fc.property(middle, ends, (inside, [begin, end]) => {
        const source = `${begin}${inside}${end}`;
        if (regExpProblem(source) !== undefined || regExpSuspicions(source).length > 0) return;
        const engine = RE2JS.compile(source);
        for (const subject of ["", "a", "b", "ab", "bb"]) {
          for (const larger of [`!${subject}`, `${subject}!`, `\n${subject}`, `${subject}\n`]) {
            assert.equal(engine.matcher(larger).find(), false, `${source} matches ${JSON.stringify(larger)}`);
          }
        }
      }),
      { numRuns: 400 },
    );
  });
});
