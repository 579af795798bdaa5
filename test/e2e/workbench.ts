import { basename } from "node:path";
import type { Locator, Page } from "playwright-core";
import { runCommand } from "../support/browser.ts";

/** Opens the tree of models. */
export async function openView(page: Page): Promise<void> {
  await runCommand(page, "Model Provenance: Show Models");
  await page.locator(".sidebar .title-label", { hasText: "Model Provenance" }).waitFor();
}

/** The row of a model, and only with this state if one is named: as a screen reader hears it. */
export function modelRow(page: Page, name: string, state = ""): Locator {
  return page.locator(`.sidebar .monaco-list-row[aria-label^="${name}, ${state}"]`);
}

/** Which of the extension's colours the icon of a row has, as the theme draws it; of a row that is not selected. */
export async function iconColour(page: Page, row: Locator): Promise<string> {
  const label = await row.getAttribute("aria-label");
  return String(
    await page.evaluate(`(() => {
      const rows = [...document.querySelectorAll(".sidebar .monaco-list-row")];
      const row = rows.find((one) => one.getAttribute("aria-label") === ${JSON.stringify(label)});
      const icon = row.querySelector(".custom-view-tree-node-item-icon");
      const probe = icon.parentElement.appendChild(document.createElement("span"));
      const names = { verified: "green", pinned: "blue", caution: "amber", alarm: "red" };
      const found = Object.keys(names).find((name) => {
        probe.style.color = "var(--vscode-modelProvenance-" + name + "Foreground)";
        return getComputedStyle(probe).color === getComputedStyle(icon).color;
      });
      probe.remove();
      return found === undefined ? "neutral" : names[found];
    })()`),
  );
}

/** The row of a file or folder in the explorer. */
export function explorerRow(page: Page, name: string): Locator {
  return page
    .locator(".explorer-folders-view .monaco-list-row")
    .filter({ has: page.locator(".label-name").getByText(name, { exact: true }) });
}

/**
 * What a folder shows in the place of its own badge when something in it is among the problems: the editor's dot. A model
 * that is bad has an entry there, at its signature.
 */
export const PROBLEM_INSIDE = "\uea71";

/** Waits until a row of the explorer shows the badge, which the style sheet draws; undefined: none. */
export async function waitForBadge(page: Page, name: string, badge: string | undefined): Promise<void> {
  const content = badge === undefined ? "none" : `"${badge}"`;
  await page.waitForFunction(`
    [...document.querySelectorAll(".explorer-folders-view .monaco-list-row")].some((row) =>
      row.querySelector(".label-name")?.textContent === ${JSON.stringify(name)} &&
      getComputedStyle(row.querySelector(".monaco-icon-label"), "::after").content === ${JSON.stringify(content)})`);
}

export function notification(page: Page, text: string): Locator {
  return page.locator(".notification-list-item").filter({ hasText: text });
}

/** Chooses the row of the open list by typing its label. */
export async function pick(page: Page, label: string): Promise<void> {
  const row = page.locator(".quick-input-list .monaco-list-row").filter({ hasText: label });
  await row.first().waitFor();
  await page.locator(".quick-input-widget input:focus").waitFor();
  await page.keyboard.type(label);
  await page.locator(".quick-input-list .monaco-list-row.focused").filter({ hasText: label }).waitFor();
  await page.keyboard.press("Enter");
}

/** Answers the question for a passphrase. */
export async function typePassphrase(page: Page, passphrase: string): Promise<void> {
  await page.locator(".quick-input-widget input[type=password]:focus").waitFor();
  await page.keyboard.type(passphrase);
  await page.keyboard.press("Enter");
}

/**
 * Answers the file dialog of a remote window, by keyboard.
 *
 * @param title of the dialog; needed where another one follows at once
 */
export async function typePath(page: Page, path: string, title = ""): Promise<void> {
  const widget = page.locator(".quick-input-widget").filter({ hasText: title });
  const input = widget.locator(".quick-input-box input");
  const row = widget.locator(".quick-input-list .monaco-list-row").filter({ hasText: basename(path) });
  const button = widget.getByRole("button", { name: "Choose" });
  await button.waitFor();
  // The dialog writes the folder it starts in into the input when it has listed it: what was typed before is lost.
  for (let tries = 0; tries < 20; tries++) {
    await input.fill(path);
    if (!(await appears(row))) continue;
    await page.keyboard.press("Enter");
    if (await appears(button, "hidden")) return;
  }
  throw new Error(`The file dialog does not take ${path}`);
}

/** Answers the dialog that asks for the path of a file that is to be written. */
export async function typeNewPath(page: Page, path: string, title: string): Promise<void> {
  const widget = page.locator(".quick-input-widget").filter({ hasText: title });
  const input = widget.locator(".quick-input-box input");
  for (let tries = 0; tries < 20; tries++) {
    await input.fill(path);
    // The list of the folder that was typed has come: Enter before it is lost.
    if (!(await appears(widget.locator(".quick-input-list .monaco-list-row", { hasText: ".." })))) continue;
    if ((await input.inputValue()) !== path) continue;
    await page.keyboard.press("Enter");
    if (await appears(input, "hidden")) return;
  }
  throw new Error(`The dialog does not take ${path}`);
}

async function appears(locator: Locator, state: "visible" | "hidden" = "visible"): Promise<boolean> {
  return await locator.waitFor({ timeout: 1_000, state }).then(
    () => true,
    () => false,
  );
}

export async function hoverOver(page: Page, target: Locator): Promise<Locator> {
  const hover = page.locator(".monaco-hover .hover-contents");
  await hoverUntilShown(page, target, hover);
  return hover;
}

/** Points at something until its hover is shown: what is drawn anew at that moment forgets that the mouse is over it. */
export async function hoverUntilShown(page: Page, target: Locator, hover: Locator): Promise<void> {
  for (let tries = 0; tries < 10; tries++) {
    await page.mouse.move(900, 400);
    await target.hover();
    const isShown = await hover.waitFor({ timeout: 3_000 }).then(
      () => true,
      () => false,
    );
    if (isShown) return;
  }
  await hover.waitFor();
}

/** A question that has to be answered before anything else. */
export function dialog(page: Page, text: string): Locator {
  return page.getByRole("dialog").filter({ hasText: text });
}

/** Escape, until what it is to close has gone: the first one can come before the editor listens. */
export async function pressEscape(page: Page, open: Locator): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    await page.keyboard.press("Escape");
    if (await appears(open, "hidden")) return;
  }
  throw new Error("Escape closes nothing");
}

/** Opens the context menu of a row that is selected already. */
export async function contextMenu(page: Page, row: Locator): Promise<Locator> {
  // A hover of the row above can lie over it, for as long as the mouse is there.
  await page.mouse.move(900, 400);
  await row.first().click({ button: "right" });
  const menu = page.locator(".monaco-menu");
  await menu.waitFor();
  return menu;
}

/** Chooses an entry: a menu takes no click in its first moments, so that the one that opened it chooses nothing. */
export async function chooseEntry(menu: Locator, name: string): Promise<void> {
  const entry = menu.getByRole("menuitem", { name });
  for (let tries = 0; tries < 20; tries++) {
    await entry.click({ timeout: 5_000 }).catch(() => undefined);
    if (await appears(menu, "hidden")) return;
  }
  throw new Error(`The menu does not take ${name}`);
}
