import { basename } from "node:path";
import type { Page } from "playwright-core";
import { viewer } from "../../test/e2e/viewer.ts";
import { modelRow, openView, pick } from "../../test/e2e/workbench.ts";
import { runCommand } from "../../test/support/browser.ts";
import { ALICE, CHANGED, type PictureWorkspace, UNSIGNED, VERIFIED } from "./workspace.ts";

/** Pixels of a window. */
export interface Clip {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Takes a picture: NAME-dark.png or NAME-light.png. */
export type Take = (name: string, clip?: Clip) => Promise<void>;

/** Pixels: what is shown stays readable in a column of text. */
export const WINDOW = { width: 1000, height: 640 };

/** Where the pointer is on nothing: in the status bar. */
const REST = { x: 500, y: 624 };

/** Pixels of a picture in the walkthrough. */
const STEP = { width: 640, height: 340 };

const MARGIN = 24;

/** Every picture of one theme, in one window, one after the other. */
export async function playScenes(page: Page, workspace: PictureWorkspace, take: Take): Promise<void> {
  await page.setViewportSize(WINDOW);
  await openView(page);
  await modelRow(page, VERIFIED).waitFor();
  await runCommand(page, "Model Provenance: Verify All Models");
  const notification = page.locator(".notification-list-item", { hasText: "3 models: 1 verified" });
  await notification.hover();
  await notification.locator(".codicon-notifications-clear").click();
  await notification.waitFor({ state: "detached" });
  await modelRow(page, CHANGED, "Changed").click();
  await page.getByText("Changed (1)").waitFor();
  await openFile(page, workspace.code);
  await verifying(page, take);
  await signing(page, take);
  await policy(page, workspace, take);
  await overview(page, take);
}

async function verifying(page: Page, take: Take): Promise<void> {
  await modelRow(page, VERIFIED, "Verified").hover({ position: { x: 225, y: 11 } });
  await page.locator(".monaco-hover .hover-contents").getByText("Accepted by team-models").waitFor();
  await take("walkthrough/verify", { x: 48, y: 36, ...STEP });
  await page.mouse.move(REST.x, REST.y);
  await page.locator(".monaco-hover .hover-contents").waitFor({ state: "detached" });
}

async function signing(page: Page, take: Take): Promise<void> {
  await runCommand(page, "Model Provenance: Sign Model With Another Method…");
  await pick(page, UNSIGNED);
  await pick(page, "Browser Login");
  const dialog = page.getByRole("dialog").filter({ hasText: UNSIGNED });
  await dialog.waitFor();
  await take("walkthrough/sign", around(await dialog.boundingBox()));
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
}

async function policy(page: Page, workspace: PictureWorkspace, take: Take): Promise<void> {
  await openFile(page, workspace.policy);
  await page.locator(".codelens-decoration", { hasText: "4 models match, 1 accepted" }).waitFor();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("    - ");
  await page.locator(".suggest-widget.visible .monaco-list-row", { hasText: "GitHub Actions workflow" }).waitFor();
  await take("policy");
  await take("walkthrough/policy", { x: 352, y: 150, ...STEP });
  await page.keyboard.press("Escape");
  await runCommand(page, "File: Revert File");
  await page.locator(".tab.dirty").waitFor({ state: "detached" });
  await runCommand(page, "View: Close All Editors");
}

async function overview(page: Page, take: Take): Promise<void> {
  await runCommand(page, "Model Provenance: Show Signature");
  await pick(page, VERIFIED);
  await viewer(page)
    .getByRole("heading", { name: `This is what ${ALICE} signed` })
    .waitFor();
  await page.mouse.move(REST.x, REST.y);
  await take("overview");
}

/** Opens a file by its name. */
async function openFile(page: Page, path: string): Promise<void> {
  const name = basename(path);
  await runCommand(page, "Go to File...");
  await page.locator(".quick-input-widget input:focus").fill(name);
  await page.locator(".quick-input-list .monaco-list-row.focused", { hasText: name }).click();
  await page.locator(".tab", { hasText: name }).waitFor();
  await page.mouse.move(REST.x, REST.y);
}

/** As much of the window as a step shows, with this in its middle. */
function around(box: Clip | null): Clip {
  if (box === null) throw new Error("What is to be taken is not in the window");
  const height = Math.max(STEP.height, Math.round(box.height) + 2 * MARGIN);
  const x = Math.round(box.x + box.width / 2 - STEP.width / 2);
  const y = Math.round(box.y + box.height / 2 - height / 2);
  return { x: Math.max(0, x), y: Math.max(0, y), width: STEP.width, height };
}
