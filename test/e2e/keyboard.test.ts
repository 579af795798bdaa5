import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Page } from "playwright-core";
import { openWorkbench, runCommand, screenshot } from "../support/browser.ts";
import { e2eSession } from "../support/e2e.ts";
import {
  changeByte,
  changeSettings,
  type EditorWorkspace,
  makeEditorWorkspace,
  trustKeys,
} from "../support/editor-workspace.ts";
import { themes } from "../support/themes.ts";
import { dialog, modelRow, notification, openView, pick, typePath } from "./workbench.ts";

/** Class of the workbench to the theme's name. */
const THEMES = {
  "hc-black": "Default High Contrast",
  "vs-dark": "Default Dark Modern",
  vs: "Default Light Modern",
  "hc-light": "Default High Contrast Light",
};

describe("a user without a mouse", () => {
  const session = e2eSession({ settings: { "modelProvenance.autoVerify": "off" } });
  let root: string;
  let workspace: EditorWorkspace;
  let page: Page;

  before(async function () {
    this.timeout(120_000);
    root = realpathSync(mkdtempSync(join(tmpdir(), "keyboard-")));
    workspace = await makeEditorWorkspace(root);
    await trustKeys(session.server, [workspace.trustedKey, workspace.foreignKey]);
  });

  after(() => {
    rmSync(root, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "keyboard-failed");
  });

  for (const [name, theme] of themes(THEMES)) {
    it(`signs, sees it verified, and finds what changed, in ${name}`, async () => {
      await changeSettings(session.server, { "workbench.colorTheme": theme });
      page = await openWorkbench(session.browser, session.server.url({ open: workspace.folder }));
      await page.locator(`.monaco-workbench.${name}`).waitFor();
      await openView(page);
      await modelRow(page, "gguf").waitFor();

      await runCommand(page, "Model Provenance: Sign Model With Another Method…");
      await pick(page, "gguf");
      await page.locator(".quick-input-list").getByText("Certificate and Key…").waitFor();
      await screenshot(page, `keyboard-${name}-1-ways`);
      await pick(page, "Private Key…");
      await chooseKey(workspace.trustedPrivateKey);
      const question = dialog(page, "Sign gguf with the key release.pem?");
      await question.getByRole("button", { name: "Sign", exact: true }).and(page.locator(":focus")).waitFor();
      await screenshot(page, `keyboard-${name}-2-question`);
      await page.keyboard.press("Enter");
      await notification(page, "Signed gguf with the key release.pem.").waitFor();
      await modelRow(page, "gguf", "Verified").waitFor();
      await screenshot(page, `keyboard-${name}-3-signed`);

      changeByte(join(workspace.folder, "models", "gguf", "tiny-f32.gguf"));
      await runCommand(page, "Notifications: Clear All Notifications");
      await runCommand(page, "Model Provenance: Verify Model");
      await pick(page, "gguf");
      await modelRow(page, "gguf", "Changed since signing").waitFor();
      // The message may have gone into the notification center at once.
      await runCommand(page, "Notifications: Show Notifications");
      await notification(
        page,
        "gguf doesn't match its signature: tiny-f32.gguf changed (signed by key release.pub).",
      ).waitFor();
      // The primary button of the message: it opens the tree at the model.
      await runCommand(page, "Notifications: Accept Notification Primary Action");
      await modelRow(page, "gguf", "Changed since signing").and(page.locator(".focused")).waitFor();
      await page.locator(".sidebar").getByText("Changed (1)").waitFor();
      await screenshot(page, `keyboard-${name}-4-changed`);
      // As it was signed: otherwise the next signature would be a question.
      changeByte(join(workspace.folder, "models", "gguf", "tiny-f32.gguf"));
    });
  }

  /** The key used before is in the list, the first time there is only the dialog. */
  async function chooseKey(path: string): Promise<void> {
    const known = page.locator(".quick-input-list .monaco-list-row").filter({ hasText: "Choose Private Key File…" });
    const browse = page.locator(".quick-input-widget").getByRole("button", { name: "Choose" });
    await known.or(browse).first().waitFor();
    if (await known.isVisible()) await pick(page, basename(path));
    else await typePath(page, path);
  }
});
