import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { ROOT } from "../../../../scripts/fetch.mjs";
import { ACTIONS, FromPage, SEARCH_LENGTH } from "../../../../src/ui/viewer/messages.ts";
import { pageHtml } from "../../../../src/ui/viewer/page.ts";
import { httpsUrl } from "../../../../src/ui/viewer/presentation/links.ts";

const PAGE = join(ROOT, "src", "ui", "viewer", "webview");
/** What makes markup, or code, of text. */
const MARKUP =
  /innerHTML|outerHTML|insertAdjacentHTML|setHTML|document\.write|createContextualFragment|DOMParser|srcdoc|\beval\b|new Function|javascript:/i;

describe("the viewer's page", () => {
  it("runs one script, uses one style sheet, and loads nothing else", () => {
    const addresses = { script: "https://x/dist/viewer.js", style: "https://x/dist/viewer.css" };
    const labels = { files: 'Files "<b>' };
    const html = pageHtml(addresses, "Signature", "en", labels);
    const [, policy = ""] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
    const [, nonce = ""] = /'nonce-([A-Za-z0-9+/]{24})'/.exec(policy) ?? [];
    assert.deepEqual(policy.split("; "), [
      "default-src 'none'",
      `style-src 'nonce-${nonce}'`,
      `script-src 'nonce-${nonce}'`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    assert.deepEqual(html.match(/<(script|link|img|style|iframe)\b[^>]*>/g), [
      `<link rel="stylesheet" nonce="${nonce}" href="https://x/dist/viewer.css">`,
      `<script nonce="${nonce}" src="https://x/dist/viewer.js">`,
    ]);
    assert.doesNotMatch(html, /\s(?:style|on[a-z]+)=/);
    assert.ok(html.includes('<body data-labels="{&quot;files&quot;:&quot;Files \\&quot;&lt;b&gt;&quot;}">'));
    assert.notEqual(html, pageHtml(addresses, "Signature", "en", labels));
  });

  it("has no source that makes markup from text", () => {
    const sources = readdirSync(PAGE).filter((name) => name.endsWith(".ts"));
    assert.ok(sources.length > 5);
    for (const name of sources) assert.doesNotMatch(readFileSync(join(PAGE, name), "utf8"), MARKUP, name);
    assert.doesNotMatch(readFileSync(join(PAGE, "viewer.css"), "utf8"), /url\(|@import/);
  });

  it("sends only messages that the schema accepts", () => {
    const rows = { type: "rows", request: 1, filter: "all", search: "", offset: 0 };
    const heard = [{ type: "ready" }, rows, { type: "open", link: 0 }, { type: "do", action: "verifyModel" }];
    heard.push(...ACTIONS.map((action) => ({ type: "do", action })));
    for (const message of heard) assert.ok(v.is(FromPage, message), JSON.stringify(message));
    const refused = [
      undefined,
      "ready",
      { type: "open", link: "https://example.com" },
      { type: "open", link: -1 },
      { type: "do", action: "workbench.action.quit" },
      { ...rows, offset: 0.5 },
      { ...rows, filter: "none" },
      { ...rows, search: "x".repeat(SEARCH_LENGTH + 1) },
      { type: "copy", text: 1 },
    ];
    for (const message of refused) assert.ok(!v.is(FromPage, message), JSON.stringify(message));
  });
});

describe("an address that may be opened", () => {
  it("is https, without user information", () => {
    assert.equal(httpsUrl("https://github.com/acme")?.href, "https://github.com/acme");
    for (const address of [
      ...["http://github.com", "javascript:alert(1)", "file:///etc/passwd", "command:workbench.action.quit"],
      ...["https://github.com@evil.example/", "https://a:b@evil.example", "vscode://x", "github.com", ""],
    ]) {
      assert.equal(httpsUrl(address), undefined, address);
    }
  });
});
