import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
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
import {
  explorerRow,
  hoverOver,
  modelRow,
  notification,
  openView,
  PROBLEM_INSIDE,
  pick,
  typePassphrase,
  typePath,
  waitForBadge,
} from "./workbench.ts";

/** Bytes of a model that takes seconds to read; a hole, so that it takes no room. */
const LARGE = 9_000_000_000;

/** Class of the workbench to the theme's name. */
const THEMES = {
  vs: "Default Light Modern",
  "hc-black": "Default High Contrast",
  "hc-light": "Default High Contrast Light",
};

describe("a user of the model view", () => {
  const settings = { "workbench.colorTheme": "Default Dark Modern", "modelProvenance.autoVerify": "signatures" };
  const session = e2eSession({ settings });
  let root: string;
  let workspace: EditorWorkspace;
  let page: Page;

  before(async function () {
    this.timeout(120_000);
    root = realpathSync(mkdtempSync(join(tmpdir(), "editor-")));
    workspace = await makeEditorWorkspace(root);
    await trustKeys(session.server, [workspace.trustedKey]);
    page = await openWorkbench(session.browser, session.server.url({ open: workspace.folder }));
  });

  after(() => {
    rmSync(root, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "editor-failed");
  });

  it("opens a folder: the models are listed, their signatures are checked, and the damaged one is marked", async () => {
    await openView(page);
    await modelRow(page, "gguf").waitFor();
    await modelRow(page, "tiny-llama", "Not checked yet").waitFor();
    await modelRow(page, "onnx", "Can't be verified here").waitFor();
    await modelRow(page, "release-notes-skill", "Signature not valid").waitFor();
    await page.locator(".statusbar-item", { hasText: "1 of 4 models failed verification" }).waitFor();
    await screenshot(page, "editor-01-opened");
  });

  it("verifies a model from the Command Palette: row and badge show the verdict", async () => {
    await runCommand(page, "Model Provenance: Verify Model");
    await screenshot(page, "editor-02-pick");
    await pick(page, "tiny-llama");
    await notification(page, "tiny-llama is what key release.pub signed, unchanged").waitFor();
    await modelRow(page, "tiny-llama", "Verified").waitFor();
    await screenshot(page, "editor-03-verified");
    await runCommand(page, "View: Show Explorer");
    await explorerRow(page, "models").click();
    await waitForBadge(page, "tiny-llama", "✓");
    await screenshot(page, "editor-04-explorer");
  });

  it("sees the signer in the hover", async () => {
    await openView(page);
    const hover = await hoverOver(page, modelRow(page, "tiny-llama"));
    await hover.getByText("Signed by key release.pub (P-256").waitFor();
    await hover.getByText("every byte read").waitFor();
    await screenshot(page, "editor-05-hover");
    await page.mouse.move(800, 300);
  });

  it("sees which file changed as soon as a byte changes", async () => {
    changeByte(join(workspace.verified, "model.safetensors"));
    await modelRow(page, "tiny-llama", "Changed since signing").waitFor();
    await page.locator(".statusbar-item", { hasText: "2 of 4 models failed verification" }).waitFor();
    await modelRow(page, "tiny-llama").click();
    await page.getByText("Changed (1)").waitFor();
    await screenshot(page, "editor-06-modified");
    await hoverOver(page, modelRow(page, "tiny-llama"));
    await screenshot(page, "editor-07-modified-hover");
    await page.mouse.move(800, 300);
    await runCommand(page, "View: Show Explorer");
    await waitForBadge(page, "tiny-llama", PROBLEM_INSIDE);
    await explorerRow(page, "tiny-llama").click();
    await waitForBadge(page, "model.safetensors", "✗");
    await screenshot(page, "editor-08-modified-explorer");
    changeByte(join(workspace.verified, "model.safetensors"));
    await waitForBadge(page, "tiny-llama", "✓");
  });

  it("chooses the key of an unknown signer, and verifies with it", async () => {
    await runCommand(page, "Model Provenance: Verify Model");
    await pick(page, "onnx");
    const message = notification(page, "onnx can't be verified here");
    await message.hover();
    await screenshot(page, "editor-09-unknown-key");
    await message.getByRole("button", { name: "Trust Key…" }).click();
    await typePath(page, workspace.foreignKey);
    await pick(page, "User Settings");
    const dialog = page.getByRole("dialog").filter({ hasText: "Trust the key contractor.pub?" });
    await dialog.waitFor();
    await screenshot(page, "editor-10-trust");
    await dialog.getByRole("button", { name: "Trust Always" }).click();
    await notification(page, "onnx is what key contractor.pub signed, unchanged").waitFor();
    await openView(page);
    await modelRow(page, "onnx", "Verified").waitFor();
    await screenshot(page, "editor-11-trusted");
  });

  it("signs with an encrypted key, by keyboard alone", async () => {
    const model = join(workspace.folder, "models", "gguf");
    await runCommand(page, "Model Provenance: Sign Model");
    await pick(page, "gguf");
    await pick(page, "Private Key File…");
    await typePath(page, workspace.encryptedPrivateKey);
    await typePassphrase(page, "wrong");
    await page.getByText("Wrong passphrase for release-encrypted.pem. Try again.").waitFor();
    await screenshot(page, "editor-12-passphrase");
    await typePassphrase(page, workspace.passphrase);
    const dialog = page.getByRole("dialog").filter({ hasText: "Sign gguf with the key release-encrypted.pem?" });
    await dialog.waitFor();
    await screenshot(page, "editor-13-confirm");
    assert.equal(existsSync(join(model, "model.sig")), false);
    await page.keyboard.press("Enter");
    await notification(page, "Signed gguf with the key release-encrypted.pem.").waitFor();
    await modelRow(page, "gguf", "Verified").waitFor();
    assert.match(readFileSync(join(model, "model.sig"), "utf8"), /^{"mediaType"/);
    await screenshot(page, "editor-14-signed");
  });

  it("cancels signing at the confirmation: nothing is written", async () => {
    const signature = join(workspace.verified, "model.sig");
    const before = readFileSync(signature);
    await runCommand(page, "Model Provenance: Sign Model");
    await pick(page, basename(workspace.verified));
    await pick(page, "release-encrypted.pem");
    await typePassphrase(page, workspace.passphrase);
    await page.getByRole("dialog").filter({ hasText: "Replaces the signature tiny-llama/model.sig" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").filter({ hasText: "Replaces the signature" }).waitFor({ state: "detached" });
    assert.deepEqual(readFileSync(signature), before);
  });

  it("cancels signing while it reads: it stops at once and leaves no file", async () => {
    const model = join(workspace.folder, "models", "large");
    mkdirSync(model);
    const weights = join(model, "weights.safetensors");
    writeFileSync(weights, "");
    truncateSync(weights, LARGE);
    await openView(page);
    await modelRow(page, "large").waitFor();
    await runCommand(page, "Model Provenance: Sign Model");
    await pick(page, "large");
    await pick(page, "release-encrypted.pem");
    await typePassphrase(page, workspace.passphrase);
    await page
      .getByRole("dialog")
      .filter({ hasText: "Files to sign: 1, 9.0 GB" })
      .getByRole("button", { name: "Sign" })
      .click();
    const progress = notification(page, "Signing large");
    await progress.getByText(/Hashing .* of 9\.0 GB/).waitFor();
    await screenshot(page, "editor-15-signing");
    await progress.getByRole("button", { name: "Cancel" }).click();
    await progress.waitFor({ state: "detached" });
    assert.deepEqual(readdirSync(model), ["weights.safetensors"]);
    rmSync(model, { recursive: true });
    await modelRow(page, "large").waitFor({ state: "detached" });
  });

  for (const [name, theme] of themes(THEMES)) {
    it(`can read it in ${name}`, async () => {
      changeByte(join(workspace.verified, "model.safetensors"));
      await changeSettings(session.server, { "workbench.colorTheme": theme });
      page = await openWorkbench(session.browser, session.server.url({ open: workspace.folder }));
      await page.locator(`.monaco-workbench.${name}`).waitFor();
      await openView(page);
      await modelRow(page, "tiny-llama").waitFor();
      await runCommand(page, "Model Provenance: Verify All Models");
      await notification(page, "4 models: 2 verified, 1 changed, 1 not valid.").hover();
      await modelRow(page, "tiny-llama", "Changed since signing").click();
      await hoverOver(page, modelRow(page, "gguf"));
      await screenshot(page, `editor-16-${name}`);
      await page.mouse.move(900, 300);
      await runCommand(page, "View: Show Explorer");
      await explorerRow(page, "models").click();
      await waitForBadge(page, "tiny-llama", PROBLEM_INSIDE);
      await screenshot(page, `editor-17-${name}-explorer`);
      changeByte(join(workspace.verified, "model.safetensors"));
      await waitForBadge(page, "tiny-llama", "✓");
    });
  }
});
