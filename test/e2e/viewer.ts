import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import type { FrameLocator, Page } from "playwright-core";
import * as v from "valibot";

/** The page of the signature viewer that is in front. */
export function viewer(page: Page): FrameLocator {
  return page.frameLocator("iframe.webview.ready:visible").frameLocator("#active-frame");
}

/** Opens a file by its absolute path, with the editor that its name stands for. */
export async function openFile(page: Page, path: string): Promise<void> {
  await page.keyboard.press("Control+P");
  await page.locator(".quick-input-widget input:focus").waitFor();
  await page.keyboard.insertText(path);
  await page
    .locator(".quick-input-list .monaco-list-row.focused")
    .filter({ hasText: basename(path) })
    .waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".tab.active", { hasText: basename(path) }).waitFor();
}

const Violations = v.array(v.object({ id: v.string(), nodes: v.array(v.object({ html: v.string() })) }));
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** axe, inside the page, by all of its rules for the WCAG and its good practice. */
export async function assertAccessible(page: Page): Promise<void> {
  const root = viewer(page).locator("html");
  await root.evaluate(AXE);
  const found = await root.evaluate("axe.run(document).then(({ violations }) => JSON.stringify(violations))");
  const violations = v.parse(Violations, JSON.parse(String(found)));
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  assert.deepEqual(told, []);
}
