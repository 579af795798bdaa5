import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/fetch.mjs";
import { localizedTexts, TABLE_TEXTS } from "../../scripts/l10n.ts";
import { TEST_VSIX } from "../../scripts/package.ts";
import { readZip } from "../support/zip.ts";

/** These look up the texts of their tables, which the bundle takes from there. */
const TRANSLATE_TABLES = /^src\/core\/presentation\/(?:short-reasons|verdict-labels)\.ts:/;

/** Where the editor shows a text that is written beside it. */
const SHOWN =
  /(?:\b(?:title|label|placeHolder|prompt|tooltip|detail|description|openLabel|saveLabel|placeholder)\s*[:=]|\bshow(?:Information|Warning|Error)Message\()\s*(["'`])(?=[^"'`]*[a-z] [a-z])/g;

describe("strings to translate", () => {
  const { texts, unreadable } = localizedTexts();
  const bundle: Readonly<Record<string, string>> = JSON.parse(
    readZip(TEST_VSIX).get("extension/l10n/bundle.l10n.json")?.toString("utf8") ?? "{}",
  );

  it("are all in the bundle that is shipped, and nothing else is", () => {
    assert.deepEqual(Object.keys(bundle).sort(), [...texts].sort());
    assert.ok(texts.size > TABLE_TEXTS.length + 100, "the calls in the sources were not found");
    for (const [key, text] of Object.entries(bundle)) assert.equal(text, key);
    for (const text of TABLE_TEXTS) assert.ok(texts.has(text), text);
    const quoted = 'The Sigstore instance "{0}" in the settings is neither public, staging nor an absolute path.';
    assert.ok(texts.has(quoted));
  });

  it("are string literals in the call that translates them", () => {
    assert.deepEqual(
      unreadable.filter((place) => !TRANSLATE_TABLES.test(place)),
      [],
    );
  });

  it("include every text that the editor shows", () => {
    const found: string[] = [];
    for (const file of globSync("src/{ui,platform}/**/*.ts", { cwd: ROOT })) {
      const source = readFileSync(join(ROOT, file), "utf8");
      for (const { index } of source.matchAll(SHOWN)) {
        found.push(`${file}:${source.slice(0, index).split("\n").length}`);
      }
    }
    assert.deepEqual(found, []);
  });
});
