import assert from "node:assert/strict";
import fc from "fast-check";
import { codeSpan } from "../../../src/platform/markdown-text.ts";

/** What a Markdown reader makes of the first code span (CommonMark 6.1), and what is left of the line. */
function read(markdown: string): { readonly shown: string; readonly rest: string } {
  const [, fence = ""] = /^(`+)/.exec(markdown) ?? [];
  const end = [...markdown.matchAll(/`+/g)].find(({ index, 0: run }) => index > 0 && run.length === fence.length);
  assert.ok(end !== undefined, markdown);
  const inside = markdown.slice(fence.length, end.index);
  const stripped = /^ .* $/.test(inside) && inside.trim() !== "" ? inside.slice(1, -1) : inside;
  return { shown: stripped, rest: markdown.slice(end.index + fence.length) };
}

describe("text of others in Markdown", () => {
  it("is shown as it is, and nothing of it is outside the code span", () => {
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

  it("stays so whatever is in it", () => {
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
