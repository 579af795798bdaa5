import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { makeSamples } from "../../scripts/samples/make.ts";
import { openWorkbench, runCommand, screenshot } from "../support/browser.ts";
import { e2eSession } from "../support/e2e.ts";
import { changeByte, type EditorWorkspace, makeEditorWorkspace, trustKeys } from "../support/editor-workspace.ts";
import { type LocalSigstore, startLocalSigstore } from "../support/sigstore/local-sigstore.ts";
import {
  chooseEntry,
  contextMenu,
  explorerRow,
  modelRow,
  notification,
  openView,
  pick,
  pressEscape,
  typePath,
} from "./workbench.ts";

describe("a user of the commands", () => {
  const settings = { "workbench.colorTheme": "Default Dark Modern", "modelProvenance.autoVerify": "off" };
  const session = e2eSession({ settings });
  let root: string;
  let workspace: EditorWorkspace;
  let sigstore: LocalSigstore;
  let page: Page;

  before(async function () {
    this.timeout(120_000);
    root = realpathSync(mkdtempSync(join(tmpdir(), "commands-")));
    sigstore = await startLocalSigstore();
    workspace = await makeEditorWorkspace(root);
    changeByte(join(workspace.verified, "config.json"));
    cpSync(workspace.foreign, join(workspace.folder, "models", "onnx-copy"), { recursive: true });
    await trustKeys(session.server, [workspace.trustedKey, workspace.foreignKey]);
    page = await openWorkbench(session.browser, session.server.url({ open: workspace.folder }));
    await openView(page);
    await modelRow(page, "onnx-copy").waitFor();
  });

  after(async () => {
    await sigstore?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state !== "failed") return;
    await runCommand(page, "Notifications: Show Notifications");
    await screenshot(page, "commands-failed");
  });

  // Only three are shown at a time, and those with a button stay.
  beforeEach(clearNotifications);

  async function clearNotifications(): Promise<void> {
    await runCommand(page, "Notifications: Clear All Notifications");
    await page.locator(".notification-list-item").first().waitFor({ state: "detached" });
  }

  const list = () => page.locator(".quick-input-widget");
  const userSettings = (): Record<string, unknown> => JSON.parse(readFileSync(session.server.settingsFile, "utf8"));

  /** Waits until exactly these models are listed. */
  async function listed(...names: readonly string[]): Promise<void> {
    for (const name of ALL) {
      await modelRow(page, name)
        .first()
        .waitFor({ state: names.includes(name) ? "visible" : "hidden" });
    }
  }

  it("verifies all models that are selected in the tree", async () => {
    await modelRow(page, "onnx").first().click();
    await modelRow(page, "onnx-copy").click({ modifiers: ["ControlOrMeta"] });
    const menu = await contextMenu(page, modelRow(page, "onnx-copy"));
    assert.deepEqual(await entries(menu), [
      "Verify Model",
      "Sign Model",
      "Sign Model With Another Method…",
      "Copy Report as JSON",
      "Copy Report as Markdown",
    ]);
    await screenshot(page, "commands-01-several");
    await chooseEntry(menu, "Verify Model");
    await notification(page, "2 models: 2 verified.").waitFor();
    await modelRow(page, "onnx-copy", "Verified").waitFor();
  });

  it("copies the reports of all selected models", async () => {
    const menu = await contextMenu(page, modelRow(page, "onnx-copy"));
    await chooseEntry(menu, "Copy Report as Markdown");
    await page.locator(".statusbar-item", { hasText: "Copied 2 reports" }).waitFor();
  });

  it("gets the menu of a signed model, and another one for an unsigned model", async () => {
    await modelRow(page, "tiny-llama").click();
    const signed = await contextMenu(page, modelRow(page, "tiny-llama"));
    const offered = await entries(signed);
    for (const name of [
      "Verify Model",
      "Sign Model",
      "Sign Model With Another Method…",
      "Show Signature",
      "Copy Report as JSON",
    ]) {
      assert.ok(offered.includes(name), `${name} in ${offered.join(", ")}`);
    }
    await screenshot(page, "commands-02-one");
    await pressEscape(page, signed);
    const unsigned = await contextMenu(page, modelRow(page, "gguf"));
    const left = await entries(unsigned);
    assert.ok(left.includes("Sign Model"));
    assert.ok(!left.includes("Verify Model") && !left.includes("Show Signature"), left.join(", "));
    await pressEscape(page, unsigned);
  });

  it("finds them in a submenu of the explorer", async () => {
    await runCommand(page, "View: Show Explorer");
    await explorerRow(page, "models").click();
    await explorerRow(page, "onnx").click();
    const menu = await contextMenu(page, explorerRow(page, "onnx"));
    const one = await openSubmenu(page, menu);
    const offered = await entries(one);
    assert.ok(
      ["Verify Model", "Sign Model", "Sign Model With Another Method…"].every((name) => offered.includes(name)),
    );
    await screenshot(page, "commands-03-explorer");
    await pressEscape(page, menu.first());
    await explorerRow(page, "tiny-llama").click({ modifiers: ["ControlOrMeta"] });
    const several = await openSubmenu(page, await contextMenu(page, explorerRow(page, "tiny-llama")));
    const left = await entries(several);
    assert.ok(left.includes("Verify Model") && left.includes("Sign Model"), left.join(", "));
    await chooseEntry(several, "Verify Model");
    await notification(page, "2 models: 1 verified, 1 changed.").waitFor();
    await openView(page);
  });

  it("filters the models by verdict, and clears the filter", async () => {
    await listed(...ALL);
    await runCommand(page, "Model Provenance: Filter Models…");
    await list().getByText("Filter Models by Verdict").waitFor();
    await screenshot(page, "commands-04-filter");
    const row = list().locator(".monaco-list-row").filter({ hasText: "Changed since signing" });
    await list().getByRole("checkbox", { name: "Toggle all checkboxes" }).click();
    await row.click();
    await page.keyboard.press("Enter");
    await listed("tiny-llama");
    await screenshot(page, "commands-05-filtered");
    await runCommand(page, "Model Provenance: Filter Models…");
    await list().getByRole("checkbox", { name: "Toggle all checkboxes" }).click();
    await page.keyboard.press("Enter");
    await listed(...ALL);
  });

  it("selects a private Sigstore instance: a file that cannot be read is rejected", async () => {
    const broken = join(root, "broken.json");
    writeFileSync(broken, "{}");
    await runCommand(page, "Model Provenance: Select Sigstore Instance");
    await list().getByText("Staging").waitFor();
    await screenshot(page, "commands-06-instances");
    await pick(page, "Private Instance…");
    await typePath(page, broken);
    await notification(page, "broken.json is not a trust configuration.")
      .getByRole("button", { name: "Select Again…" })
      .waitFor();
    assert.equal(userSettings()["modelProvenance.sigstoreInstance"], undefined);

    await runCommand(page, "Model Provenance: Select Sigstore Instance");
    await pick(page, "Private Instance…");
    await typePath(page, sigstore.trustConfigPath);
    await notification(page, "Browser logins now sign with the private Sigstore instance trust_config.json").waitFor();
    assert.equal(userSettings()["modelProvenance.sigstoreInstance"], sigstore.trustConfigPath);

    await runCommand(page, "Model Provenance: Select Sigstore Instance");
    await pick(page, "Staging");
    await notification(page, "Sigstore's staging instance").waitFor();
    await runCommand(page, "Model Provenance: Select Sigstore Instance");
    await list().locator(".monaco-list-row").filter({ hasText: "trust_config.json" }).waitFor();
    await screenshot(page, "commands-07-instances-known");
    await page.keyboard.press("Escape");
    await clearNotifications();
    await runCommand(page, "Model Provenance: Select Sigstore Instance");
    await pick(page, "trust_config.json");
    await notification(page, "the private Sigstore instance trust_config.json").waitFor();
  });

  it("refreshes the trust root, and sees where it came from", async () => {
    await runCommand(page, "Model Provenance: Refresh Trust Root");
    await notification(page, "The trust root was read again from").hover();
    await screenshot(page, "commands-08-refreshed");
  });

  it("clears the hash cache, and sees how large it was", async () => {
    // Digests of files that were written a moment ago are not kept, so the models may have to be read once more.
    const cleared = notification(page, "Hash cache cleared");
    const none = notification(page, "The hash cache is empty.");
    for (let times = 1; ; times += 1) {
      await runCommand(page, "Model Provenance: Clear Hash Cache");
      await cleared.or(none).first().waitFor();
      if ((await cleared.count()) > 0) break;
      assert.ok(times < 20, "no digest was ever kept");
      await clearNotifications();
      await runCommand(page, "Model Provenance: Verify All Models");
      await notification(page, "5 models: ").waitFor();
    }
    await runCommand(page, "Model Provenance: Clear Hash Cache");
    await notification(page, "The hash cache is empty.").waitFor();
  });

  it("opens the log", async () => {
    await runCommand(page, "Model Provenance: Show Output");
    // Its text is missing in this server, whose log library is not compiled.
    await page.waitForFunction(`
      [...document.querySelectorAll(".part.panel select")].some(
        (select) => select.selectedOptions[0]?.textContent === "Model Provenance")`);
    await screenshot(page, "commands-09-log");
  });

  it("verifies the models of several folders together", async () => {
    const second = join(root, "second");
    makeSamples(second);
    const file = join(root, "two.code-workspace");
    writeFileSync(file, JSON.stringify({ folders: [{ path: "workspace" }, { path: "second" }] }));
    const folderRow = (name: string) =>
      page.locator(".sidebar .monaco-list-row .label-name").getByText(name, { exact: true });
    // VS Code at times opens a workspace file without its folders; opened once more, it has them.
    for (let tries = 0; tries < 3; tries++) {
      await page.context().close();
      page = await openWorkbench(session.browser, session.server.url({ open: file }));
      await openView(page);
      const isThere = await folderRow("workspace")
        .waitFor({ timeout: 15_000 })
        .then(
          () => true,
          () => false,
        );
      if (isThere) break;
    }
    await folderRow("second").waitFor();
    await modelRow(page, "gguf").nth(1).waitFor();
    await runCommand(page, "Model Provenance: Verify All Models");
    await notification(page, "4 models: 2 verified, 1 changed, 1 not valid.").hover();
    await screenshot(page, "commands-10-folders");
  });
});

const ALL = ["gguf", "onnx", "onnx-copy", "release-notes-skill", "tiny-llama"];

/** The entries of this extension in a context menu, without VS Code's. */
/** Opens this extension's submenu in the explorer's menu. */
async function openSubmenu(page: Page, menu: Locator): Promise<Locator> {
  const submenu = page.locator(".monaco-submenu");
  for (let tries = 0; tries < 20 && !(await submenu.isVisible()); tries++) {
    await menu.first().getByRole("menuitem", { name: "Model Provenance" }).hover();
    await submenu.waitFor({ timeout: 1_000 }).catch(() => undefined);
  }
  return submenu;
}

async function entries(menu: Locator): Promise<readonly string[]> {
  const labels = await menu.locator(".action-label").allTextContents();
  return labels.filter(
    (label) => / (Model|Models|Signature|JSON|Markdown|With…)$/.test(label) || /^(Sign|Show)/.test(label),
  );
}
