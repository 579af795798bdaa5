import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PNG } from "pngjs";
import { ROOT } from "../../scripts/fetch.mjs";
import { COMMANDS } from "../../src/platform/ids.ts";
import { MANIFEST, WORDS } from "./manifest.ts";

const { walkthroughs } = MANIFEST.contributes;
const steps = walkthroughs.flatMap((walkthrough) => walkthrough.steps);

/** Bytes of all the pictures: they are most of what the package could do without. */
const BUDGET = 400_000;

describe("the walkthrough", () => {
  it("verifies, signs, and writes a policy", () => {
    assert.deepEqual(
      steps.map(({ id }) => id),
      ["verify", "sign", "policy"],
    );
  });

  it("has a picture of every step for every kind of theme, of the same size, with alternative text", () => {
    for (const { id, media } of steps) {
      const files = Object.values(media.image).map((path) => join(ROOT, path));
      for (const file of files) assert.ok(existsSync(file), file);
      const sizes = files.map((file) => {
        const { width, height } = PNG.sync.read(readFileSync(file));
        return `${width} × ${height}`;
      });
      assert.equal(new Set(sizes).size, 1, `${id}: ${sizes}`);
      assert.ok(wordsOf(media.altText).length > 20, id);
    }
  });

  it("has pictures that are small", () => {
    const files = new Set(steps.flatMap(({ media }) => Object.values(media.image)));
    const bytes = [...files].reduce((sum, file) => sum + readFileSync(join(ROOT, file)).length, 0);
    assert.ok(bytes < BUDGET, `${bytes} bytes`);
  });

  it("links to existing commands, each on a line of its own: a button", () => {
    const known: readonly string[] = Object.values(COMMANDS);
    for (const { id, description } of steps) {
      const links = [...wordsOf(description).matchAll(/^\[[^\]]+\]\(command:([\w.]+)\)$/gm)];
      assert.ok(links.length > 0, id);
      for (const [, command] of links) assert.ok(known.includes(command ?? ""), command);
      assert.equal(links.length, wordsOf(description).split("](command:").length - 1, id);
    }
  });

  it("completes a step when one of its commands has been called", () => {
    const known: readonly string[] = Object.values(COMMANDS);
    for (const { id, completionEvents } of steps) {
      assert.ok(completionEvents.length > 0, id);
      for (const event of completionEvents) {
        assert.ok(known.includes(event.replace(/^onCommand:/, "")), `${id}: ${event}`);
      }
    }
  });

  it("has only localised texts", () => {
    const texts = [
      ...walkthroughs.flatMap(({ title, description }) => [title, description]),
      ...steps.flatMap(({ title, description, media }) => [title, description, media.altText]),
    ];
    for (const text of texts) assert.match(text, /^%[\w.]+%$/);
  });
});

function wordsOf(key: string): string {
  return WORDS[key.slice(1, -1)] ?? "";
}
