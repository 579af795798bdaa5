import assert from "node:assert/strict";
import fc from "fast-check";
import { RE2JS } from "re2js";
import { parseRegExp } from "../../../../src/core/policy/regexp-syntax.ts";
import {
  MAX_PROGRAM,
  RegularExpression,
  regExpProblem,
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

/** Each takes a backtracking engine longer than anybody waits. */
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

/** The prefix is a short cut; without one, the engine alone decides. */
function engineSays(source: string, text: string): boolean {
  return text !== "" && RE2JS.compile(source).matcher(text).find();
}

describe("regular expressions", function () {
  this.timeout(30_000);
  for (const source of CATASTROPHIC) {
    it(`${source} reads 100 kB a bounded number of times`, () => {
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

  it("match no empty text: it is no claim", () => {
    assert.equal(new RegularExpression(".*").test(""), false);
    assert.equal(new RegularExpression("^$").test(""), false);
  });

  it("are the engine's, whatever stands before the first wildcard", () => {
    const part = fc.constantFrom(
      "a",
      "b",
      "\\.",
      ".",
      "a?",
      "b*",
      "(a|b)",
      "[ab]",
      "$",
      "\\Qa.\\E",
      "(?i)",
      "|",
      "a{2}",
      "^",
    );
    const source = fc.array(part, { maxLength: 6 }).map((parts) => `^${parts.join("")}`);
    const text = fc.array(fc.constantFrom("a", "b", ".", "A"), { maxLength: 6 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(source, text, (expression, subject) => {
        fc.pre(regExpProblem(expression) === undefined);
        assert.equal(new RegularExpression(expression).test(subject), engineSays(expression, subject));
      }),
      { numRuns: 1000 },
    );
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
    it(`${source} is refused`, () => {
      const problem = regExpProblem(source);
      assert.equal(problem?.code, "regexp");
      assert.match(problem.message, /^Not a regular expression in RE2's syntax: /);
      assert.match(problem.message, words);
    });
  }

  it("are refused where they are too large, before they are compiled", () => {
    const problem = regExpProblem("(?:a?){1000}".repeat(100));
    assert.equal(problem?.code, "regexp-too-large");
    assert.match(problem.message, new RegExp(`${MAX_PROGRAM} are allowed`));
    assert.equal(regExpProblem("(?:a?){1000}(?:b?){1000}")?.code, "regexp-too-large");
    assert.equal(regExpProblem("^[a-z]{1,63}$"), undefined);
  });

  const ANCHORED = [
    "^a$",
    "\\Aa\\z",
    "^(a|b)$",
    "^a$|^b$",
    "^(?:a)+$",
    "(^a)b$",
    "\\b^a$",
    "(?i)^a$",
    "^https://github\\.com/acme/models/\\.github/workflows/release\\.yml@refs/tags/v[0-9.]+$",
  ];
  for (const source of ANCHORED) {
    it(`${source} is anchored`, () => assert.deepEqual(regExpSuspicions(source), []));
  }

  const OPEN: readonly (readonly [source: string, where: RegExp, other: string])[] = [
    ["alice@example\\.com", /at its beginning \(\^\) and at its end \(\$\)/, "evil-alice@example.com.evil.example"],
    ["^alice@example\\.com", /anchored at its end/, "alice@example.com.evil.example"],
    ["alice@example\\.com$", /anchored at its beginning/, "evil-alice@example.com"],
    ["^a|b$", /at its beginning .* and at its end/, "a.evil.example"],
    ["(?m)^a$", /at its beginning .* and at its end/, ""],
    ["^a\\$", /anchored at its end/, "a$.evil.example"],
    ["\\^a$", /anchored at its beginning/, "evil-^a"],
    ["[0-9]$", /anchored at its beginning/, "evil-0"],
    ["^(a|b$)", /anchored at its end/, "a.evil.example"],
    ["https://github\\.com/acme/", /beginning/, "https://evil.example/?https://github.com/acme/.evil.example"],
    ["^\\Qa$\\E", /anchored at its end/, "a$.evil.example"],
    ["^a{3}[0-9]+\\d", /anchored at its end/, "aaa00.evil.example"],
  ];
  for (const [source, where, other] of OPEN) {
    it(`${source} is not anchored, and is shown to match ${other || "more"}`, () => {
      const [suspicion] = regExpSuspicions(source);
      assert.equal(suspicion?.code, "regexp-unanchored");
      assert.match(suspicion.message, where);
      if (other === "") return;
      assert.ok(suspicion.message.endsWith(`It also matches ${JSON.stringify(other)}.`), suspicion.message);
      assert.equal(engineSays(source, other), true);
    });
  }

  it("warn of a dot between letters, and show what it is good for", () => {
    const [suspicion] = regExpSuspicions("^alice@example.com$");
    assert.equal(suspicion?.code, "regexp-dot");
    assert.match(suspicion.message, /alice@examplexcom/);
    assert.deepEqual(regExpSuspicions("^alice@example\\.com$"), []);
    assert.deepEqual(regExpSuspicions("^alice@.*$"), []);
  });

  it("never show a text that they do not match", () => {
    const part = fc.constantFrom(
      "a",
      "b",
      "\\.",
      ".",
      "a?",
      "b*",
      "(a|b)",
      "[^ab]",
      "$",
      "\\d+",
      "|",
      "a{2,}",
      "^",
      "\\pL",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const source = parts.join("");
        fc.pre(regExpProblem(source) === undefined);
        for (const { message } of regExpSuspicions(source)) {
          const shown = /matches ("(?:[^"\\]|\\.)*")/.exec(message)?.[1];
          if (shown !== undefined) assert.equal(engineSays(source, JSON.parse(shown)), true, `${source}: ${shown}`);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("are never called anchored where something may stand before or after", () => {
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

  it("are followed to their end, however they nest", () => {
    assert.equal(parseRegExp(`${"(".repeat(900)}a${")".repeat(900)}`)?.node.kind, "concat");
    assert.doesNotThrow(() => parseRegExp("(".repeat(200_000)));
  });
});
