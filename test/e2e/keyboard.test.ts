import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { openWorkbench, runCommand, screenshot } from "../support/browser.ts";
import { e2eSession } from "../support/e2e.ts";
import {
  changeByte,
  changeSettings,
  type EditorWorkspace,
  makeEditorWorkspace,
  trustKeys,
} from "../support/editor-workspace.ts";
import { writeTree } from "../support/temporary-folder.ts";
import { themes } from "../support/themes.ts";
import { finderStore } from "../support/tool-files.ts";
import { dialog, modelRow, notification, openView, pick, typeNewPath, typePassphrase, typePath } from "./workbench.ts";

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

  it("creates a key pair, and signs with it without the files of tools that are checked", async () => {
    const model = join(workspace.folder, "models", "gguf");
    const privateKey = join(root, `new-${Date.now()}.pem`); // a further try needs another name
    rmSync(join(model, "model.sig"), { force: true });
    writeTree(model, { ".DS_Store": finderStore(), "sub/.DS_Store": finderStore() });
    await modelRow(page, "gguf", "Not signed").waitFor();
    await runCommand(page, "Notifications: Clear All Notifications");
    await runCommand(page, "Model Provenance: Sign Model With Another Method…");
    await pick(page, "gguf");
    await pick(page, "Create Key Pair…");
    await typeNewPath(page, join(workspace.folder, "inside.pem"), "Save the New Private Key");
    const inside = dialog(page, "inside.pem would be in the workspace");
    await inside.getByRole("button", { name: "Choose Again…" }).and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Enter");
    await typeNewPath(page, privateKey, "Save the New Private Key");
    await typePassphrase(page, "one");
    await widget().getByText("The same passphrase again").waitFor();
    await typePassphrase(page, "two");
    await widget().getByText("The passphrases differ. Try again.").waitFor();
    await screenshot(page, "keyboard-5-passphrases");
    await typePassphrase(page, "one");
    await widget().getByText("The same passphrase again").waitFor();
    await typePassphrase(page, "one");
    const question = dialog(page, "Sign gguf with the key new-");
    await question.getByText("Added by tools, and to be signed: .DS_Store, sub/.DS_Store.").waitFor();
    assert.match(readFileSync(privateKey, "utf8"), /^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    await screenshot(page, "keyboard-6-question");
    await pressButton(question, "Show Files…");
    await widget().getByText("Files of gguf that tools added").waitFor();
    await page.locator(".quick-input-widget input:focus").waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Space");
    await widget().getByText("1 Selected").waitFor();
    await screenshot(page, "keyboard-7-boxes");
    await page.keyboard.press("Enter");
    await question.getByText("Added by tools, and to be signed: sub/.DS_Store.").waitFor();
    await pressButton(question, "Sign");
    await notification(page, "Signed gguf with the key new-").waitFor();
    assert.deepEqual(excludedBy(join(model, "model.sig")), [".DS_Store"]);
  });

  it("signs several selected models at once, each with a signature of its own", async () => {
    const models = ["gguf", "onnx"].map((name) => join(workspace.folder, "models", name));
    for (const model of models) rmSync(join(model, "model.sig"), { force: true });
    await modelRow(page, "gguf", "Not signed").waitFor();
    await modelRow(page, "onnx", "Not signed").waitFor();
    await runCommand(page, "Notifications: Clear All Notifications");
    await runCommand(page, "Model Provenance: Show Models");
    await page.keyboard.press("Home");
    await modelRow(page, "gguf").and(page.locator(".focused")).waitFor();
    // What is listed below it would be selected, too.
    await page.keyboard.press("ArrowLeft");
    await modelRow(page, "gguf").and(page.locator('[aria-expanded="false"]')).waitFor();
    await page.keyboard.press("Shift+ArrowDown");
    await modelRow(page, "onnx").and(page.locator(".selected")).waitFor();
    await page.keyboard.press("Shift+F10");
    const entry = page.locator(".monaco-menu .action-item.focused", { hasText: /^Sign Model$/ });
    for (let tries = 0; tries < 10 && !(await entry.isVisible()); tries++) await page.keyboard.press("ArrowDown");
    await screenshot(page, "keyboard-8-menu");
    await page.keyboard.press("Enter");
    await pick(page, basename(workspace.trustedPrivateKey));
    const question = dialog(page, "Sign 2 models with the key release.pem?");
    await question.getByText("Each model gets its own signature.").waitFor();
    await question.getByText("Added by tools, and to be signed: gguf/.DS_Store, gguf/sub/.DS_Store.").waitFor();
    await screenshot(page, "keyboard-9-several");
    await pressButton(question, "Sign Without Files of Tools");
    await notification(page, "Signed 2 models.").waitFor();
    await modelRow(page, "onnx", "Verified").waitFor();
    assert.deepEqual(excludedBy(join(workspace.folder, "models", "gguf", "model.sig")), [".DS_Store", "sub/.DS_Store"]);
    assert.deepEqual(excludedBy(join(workspace.folder, "models", "onnx", "model.sig")), []);
  });

  const widget = () => page.locator(".quick-input-widget");

  /** Goes to a button of a dialog with Tab, and presses it. */
  async function pressButton(question: Locator, name: string): Promise<void> {
    const focused = question.getByRole("button", { name, exact: true }).and(page.locator(":focus"));
    for (let tries = 0; tries < 10 && !(await focused.isVisible()); tries++) await page.keyboard.press("Tab");
    await focused.waitFor();
    await page.keyboard.press("Enter");
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

/** The files of tools that a signature leaves out. */
function excludedBy(signature: string): readonly string[] {
  const { dsseEnvelope } = JSON.parse(readFileSync(signature, "utf8"));
  const { predicate } = JSON.parse(Buffer.from(dsseEnvelope.payload, "base64").toString("utf8"));
  const paths: readonly string[] = predicate.serialization.ignore_paths;
  return paths.filter((path) => path.endsWith(".DS_Store"));
}
