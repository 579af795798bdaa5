import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import type { FrameLocator, Page } from "playwright-core";
import * as v from "valibot";
import { runCommand } from "../support/browser.ts";

/** The page of the visible signature viewer. */
export function viewer(page: Page): FrameLocator {
  return page.frameLocator("iframe.webview.ready:visible").frameLocator("#active-frame");
}

/** Waits until the viewer is in front, shows this text, and has the focus, which it takes last: only then does it receive what is typed. */
export async function viewerComes(page: Page, sentence: string | RegExp): Promise<void> {
  await viewer(page).getByRole("heading", { name: sentence }).waitFor();
  // An iframe that has the focus is the active element, and does not match `:focus`.
  await page.waitForFunction(`
    document.activeElement.matches("iframe.webview.ready") &&
    document.activeElement.checkVisibility({ visibilityProperty: true })`);
}

/** By the list of themes, as a person does. */
export async function chooseTheme(page: Page, theme: string): Promise<void> {
  await runCommand(page, "Preferences: Color Theme");
  await page.locator(".quick-input-widget input[placeholder*='Theme']:focus").waitFor();
  await page.keyboard.type(theme);
  await page.locator(".quick-input-list .monaco-list-row.focused").filter({ hasText: theme }).waitFor();
  await page.keyboard.press("Enter");
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
  const summaries = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  assert.deepEqual(summaries, []);
}
