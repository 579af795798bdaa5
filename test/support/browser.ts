import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { ROOT } from "../../scripts/fetch.mjs";
import { ensureChromium } from "./chromium.ts";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Pixels; a laptop's window. */
const VIEWPORT = { width: 1280, height: 800 };

/** A Chromium without a window, with a profile of its own that ends with it. */
export async function launchBrowser(): Promise<Browser> {
  const found = ensureChromium();
  if ("missing" in found) throw new Error(found.missing);
  return await chromium.launch({ executablePath: found.path, args: FLAGS, headless: true });
}

/** Functions that the page can call, by name. */
export type Exposed = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Opens an address of a VS Code server in a fresh browser context and waits until the workbench is there. */
export async function openWorkbench(browser: Browser, url: string, exposed: Exposed = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: VIEWPORT });
  const page = await context.newPage();
  for (const [name, callback] of Object.entries(exposed)) await page.exposeFunction(name, callback);
  await page.goto(url);
  await page.locator(".monaco-workbench .part.statusbar").waitFor({ timeout: 60_000 });
  return page;
}

/** Runs a command by its full title, as a person does from the Command Palette. Waits until the command is there. */
export async function runCommand(page: Page, title: string): Promise<void> {
  const input = page.locator(".quick-input-widget .quick-input-box input");
  // The whole label: what is typed is marked in it, so that "Sign Model" stands alone in "Sign Model With Another Method…", too.
  const label = page
    .locator(".label-name")
    .filter({ hasText: new RegExp(`^${title.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`) });
  const row = page.locator(".quick-input-list .monaco-list-row").filter({ has: label });
  await page.keyboard.press("F1");
  await input.waitFor();
  // The list is made when it is asked for: an extension that is still being found is not in it.
  for (let tries = 0; tries < 20; tries++) {
    await input.fill(`>${title}`);
    const there = await row.waitFor({ timeout: 1_000 }).then(
      () => true,
      () => false,
    );
    if (there) {
      // Others can stand above it: "Verify All Models" above "Verify Model".
      while (!/\bfocused\b/.test((await row.getAttribute("class")) ?? "")) await page.keyboard.press("ArrowDown");
      return await page.keyboard.press("Enter");
    }
    await input.fill(">");
    await page.keyboard.press("Escape");
    await page.keyboard.press("F1");
  }
  throw new Error(`The palette has no command "${title}"`);
}

/** Writes `test-results/screenshots/NAME.png` and returns its path. */
export async function screenshot(page: Page, name: string): Promise<string> {
  const folder = join(ROOT, "test-results", "screenshots");
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path });
  return path;
}
