import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { openWorkbench, screenshot } from "../support/browser.ts";
import { e2eSession } from "../support/e2e.ts";
import { modelRow, openView } from "./workbench.ts";

/** A folder without models, made before the suite's tests. */
function useFolderOfText(): () => string {
  let root = "";
  before(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "welcome-")));
    mkdirSync(join(root, "notes"));
    writeFileSync(join(root, "notes", "README.md"), "# Notes\n");
  });
  after(() => rmSync(root, { recursive: true, force: true }));
  return () => join(root, "notes");
}

/** What the view says where it lists nothing. */
async function says(page: Page, text: string, ...buttons: readonly string[]): Promise<void> {
  const welcome = page.locator(".sidebar .welcome-view-content");
  await welcome.getByText(text).waitFor();
  for (const button of buttons) await welcome.getByRole("button", { name: button }).waitFor();
}

describe("the view with nothing verified yet", () => {
  const session = e2eSession({ settings: { "workbench.colorTheme": "Default Dark Modern" } });
  const notes = useFolderOfText();

  it("offers to open a folder if none is open", async () => {
    const page = await openWorkbench(session.browser, `http://127.0.0.1:${session.server.port}/?ew=true`);
    await openView(page);
    await says(page, "Open a folder to see who signed its models", "Open Folder");
    await screenshot(page, "welcome-01-no-folder");
  });

  it("says which models it looks for if there are none", async () => {
    const page = await openWorkbench(session.browser, session.server.url({ open: notes() }));
    await openView(page);
    await says(page, "No models were found in this workspace", "Refresh Models", "Sign a Folder or File");
    await screenshot(page, "welcome-02-no-models");
  });

  it("offers to sign above the models if none is signed", async () => {
    const page = await openWorkbench(session.browser, session.server.url({ open: session.folder }));
    await openView(page);
    await modelRow(page, "tiny-llama", "Not signed").waitFor();
    const note = page.locator(".sidebar .monaco-list-row", { hasText: "No model is signed yet" });
    await note.waitFor();
    await screenshot(page, "welcome-03-none-signed");
    await note.click();
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "tiny-llama" }).waitFor();
    await page.keyboard.press("Escape");
  });
});

describe("the view in Restricted Mode", () => {
  const session = e2eSession({ settings: { "workbench.colorTheme": "Default Dark Modern" }, trust: "ask" });
  const notes = useFolderOfText();

  it("says what is disabled, and offers to trust the folder", async () => {
    const page = await openWorkbench(session.browser, session.server.url({ open: notes() }));
    await openView(page);
    await says(
      page,
      "In Restricted Mode, models are verified only on request",
      "Refresh Models",
      "Manage Workspace Trust",
    );
    await screenshot(page, "welcome-04-restricted-no-models");
  });

  it("lists the models", async () => {
    const page = await openWorkbench(session.browser, session.server.url({ open: session.folder }));
    await openView(page);
    await modelRow(page, "tiny-llama", "Not signed").waitFor();
    await page.getByText("models are verified only on request").waitFor();
    await screenshot(page, "welcome-05-restricted");
  });
});
