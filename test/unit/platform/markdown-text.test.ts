import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { ROOT } from "../../../scripts/fetch.mjs";
import { codeSpan, escapeMarkdown } from "../../../src/platform/markdown-text.ts";
import { plainText } from "../../../src/platform/plain-text.ts";
import { HOSTILE_TEXTS } from "../../support/hostile-texts.ts";

/** What is left of Markdown when everything that is escaped is taken out. */
function unescaped(markdown: string): string {
  return markdown.replace(/\\[!-/:-@[-`{-~]|&#\d+;|&nbsp;/g, "¤");
}

/** As CommonMark 2.4 and 2.5 read it: backslashes before punctuation, and character references. */
function decoded(markdown: string): string {
  return markdown
    .replaceAll("&nbsp;", " ")
    .replace(/\\([!-/:-@[-`{-~])|&#(\d+);/g, (_, character?: string, code?: string) =>
      code === undefined ? (character ?? "") : String.fromCharCode(Number(code)),
    );
}

/** What a Markdown reader makes of the first code span (CommonMark 6.1), and what is left of the line. */
function read(markdown: string): { readonly shown: string; readonly rest: string } {
  const [, fence = ""] = /^(`+)/.exec(markdown) ?? [];
  const end = [...markdown.matchAll(/`+/g)].find(({ index, 0: run }) => index > 0 && run.length === fence.length);
  assert.ok(end !== undefined, markdown);
  const inside = markdown.slice(fence.length, end.index);
  const stripped = /^ .* $/.test(inside) && inside.trim() !== "" ? inside.slice(1, -1) : inside;
  return { shown: stripped, rest: markdown.slice(end.index + fence.length) };
}

describe("untrusted text in Markdown", () => {
  it("is displayed as it is, entirely within a code span", () => {
    for (const text of [
      "model.bin",
      "`",
      "``a`",
      "a `b` c",
      " x ",
      "@alice #1",
      "[a](command:x)",
      "<img src=x>",
      "\\",
    ]) {
      assert.deepEqual(read(codeSpan(text)), { shown: text, rest: "" });
    }
  });

  it("stays on its line, and hides nothing", () => {
    assert.equal(codeSpan("a\n# b\u202ec"), "`a\ufffd# b\ufffdc`");
    assert.equal(codeSpan(""), "(empty)");
    assert.equal(codeSpan("  "), "(blank)");
  });

  it("stays in its code span whatever is in it", () => {
    const letters = fc.string({ unit: fc.constantFrom("`", " ", "a", "\\", "\n", "<", "@") });
    fc.assert(
      fc.property(letters, (text) => {
        fc.pre(text.trim() !== "");
        const markdown = codeSpan(text);
        assert.doesNotMatch(markdown, /\n/);
        assert.deepEqual(read(markdown), { shown: text.replaceAll("\n", "\ufffd"), rest: "" });
      }),
    );
  });
});

describe("escaped text in Markdown", () => {
  it("is displayed as it is, without any Markdown syntax", () => {
    const any = fc.string({ unit: fc.constantFrom(...`<>&@|:/www.\\\`*_{}[]()#+-!~=$1a "'^`, "\n", "\u202e") });
    const check = (text: string): void => {
      const markdown = escapeMarkdown(text);
      assert.equal(decoded(markdown), plainText(text));
      assert.doesNotMatch(unescaped(markdown), /[<>&@|\\`*_{}[\]()#+\-!~=$\n\u202e]|:\/|www\./i, text);
    };
    for (const text of HOSTILE_TEXTS) check(text);
    fc.assert(fc.property(any, check), { numRuns: 2000 });
  });

  it("begins no list and no code block, and wraps between words", () => {
    assert.equal(escapeMarkdown("1. one two  three"), "1.&nbsp;one two&nbsp; three");
    assert.equal(escapeMarkdown("    x "), "&nbsp;&nbsp;&nbsp;&nbsp;x&nbsp;");
  });

  it("is the only way that text gets into Markdown, which may run named commands only", () => {
    const files = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".ts"),
    );
    for (const file of files) {
      const text = readFileSync(join(ROOT, "src", file), "utf8");
      assert.doesNotMatch(text, /\.appendText\(|isTrusted = true|isTrusted: true|supportHtml/, file);
      assert.doesNotMatch(text, /new MarkdownString\([^)]*true/, file);
    }
  });
});
