import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
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
import { viewer } from "./viewer.ts";
import { chooseEntry, contextMenu, hoverUntilShown, modelRow, openView } from "./workbench.ts";

const SOURCE = `from pathlib import Path

from llama_cpp import Llama
from safetensors.torch import load_file
from transformers import AutoModel

model = AutoModel.from_pretrained("./models/tiny-llama")
weights = load_file(Path("models") / "onnx" / "model.onnx")
quantised = Llama(model_path="models/gguf/tiny-f32.gguf")
skill = open("models/release-notes-skill/SKILL.md").read()
`;

describe("a model's name in code, in a window", () => {
  const settings = { "workbench.colorTheme": "Default Dark Modern", "modelProvenance.autoVerify": "cached" };
  const session = e2eSession({ settings });
  let root: string;
  let workspace: EditorWorkspace;
  let page: Page;

  before(async function () {
    this.timeout(120_000);
    root = realpathSync(mkdtempSync(join(tmpdir(), "code-")));
    workspace = await makeEditorWorkspace(root);
    writeFileSync(join(workspace.folder, "load.py"), SOURCE);
    await trustKeys(session.server, [workspace.trustedKey]);
    page = await openWorkbench(session.browser, session.server.url({ open: workspace.folder }));
  });

  after(() => {
    rmSync(root, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "code-failed");
  });

  it("shows in a hover who signed the model that a line loads", async () => {
    await openView(page);
    await modelRow(page, "tiny-llama", "Verified").waitFor();
    await openFile(page, "load.py");
    const hover = await hoverOverString(page, "tiny-llama");
    await hover.getByText("Verified · tiny-llama").waitFor();
    await hover.getByText("Signed by key release.pub").waitFor();
    await screenshot(page, "code-01-hover-dark");
    await page.mouse.move(900, 600);
    await hover.waitFor({ state: "hidden" });
    await stringIn(page, "tiny-llama").click({ force: true });
    await runCommand(page, "Open Link");
    await modelRow(page, "tiny-llama").and(page.locator(".selected")).waitFor();
  });

  it("has a warning in Problems when the model changes, and a hover that says what changed", async () => {
    changeByte(join(workspace.verified, "model.safetensors"));
    await modelRow(page, "tiny-llama", "Changed since signing").waitFor();
    await page.mouse.move(640, 700);
    await page.keyboard.press("Control+Shift+M");
    const problem = page.locator(
      '.markers-panel .monaco-list-row[aria-label^="Warning: model.safetensors changed: tiny-llama doesn\'t match its signature"]',
    );
    await problem.waitFor();
    await screenshot(page, "code-02-problems");
    const hover = await hoverOverString(page, "tiny-llama");
    await hover.getByText("Changed: model.safetensors").waitFor();
    await screenshot(page, "code-03-hover-changed");
    await hover.getByRole("link", { name: "Compare" }).click();
    await viewer(page).getByRole("heading", { name: "model.safetensors", exact: true }).waitFor();
    await viewer(page).getByText("Expected", { exact: true }).waitFor();
    assert.equal(await viewer(page).getByRole("combobox", { name: "Show" }).inputValue(), "differing");
    await screenshot(page, "code-04-compare-dark");
  });

  it("has the same hover in a light theme, and leads to a preview of the new signature", async () => {
    await changeSettings(session.server, { "workbench.colorTheme": "Default Light Modern" });
    await page.context().close();
    page = await openWorkbench(session.browser, session.server.url({ open: workspace.folder }));
    await openView(page);
    await modelRow(page, "tiny-llama", "Changed since signing").waitFor();
    await openFile(page, "load.py");
    const hover = await hoverOverString(page, "tiny-llama");
    await hover.getByText("Changed: model.safetensors").waitFor();
    await screenshot(page, "code-05-hover-light");
    writeFileSync(join(workspace.verified, "notes.txt"), "new\n");
    await modelRow(page, "tiny-llama", "Changed since signing").click();
    const menu = await contextMenu(page, modelRow(page, "tiny-llama", "Changed since signing"));
    await chooseEntry(menu, "Preview Re-Signing");
    await viewer(page).getByText("Preview of re-signing tiny-llama").waitFor();
    await viewer(page).getByText("model.safetensors").waitFor();
    await viewer(page).getByText("notes.txt").waitFor();
    await screenshot(page, "code-06-resign-light");
  });

  it("has a hover about the Hugging Face cache in a folder that has code and no model", async () => {
    const folder = join(root, "only-code");
    mkdirSync(folder);
    writeFileSync(join(folder, "load.py"), 'model = AutoModel.from_pretrained("no-such-organisation/at-all")\n');
    await page.context().close();
    page = await openWorkbench(session.browser, session.server.url({ open: folder }));
    await openFile(page, "load.py");
    const hover = page.locator(".monaco-hover .hover-contents").filter({ hasText: "no-such-organisation/at-all" });
    await hoverUntilShown(page, stringIn(page, "at-all"), hover);
    await hover.getByText("Not in your Hugging Face cache.").waitFor();
    await screenshot(page, "code-07-hub");
  });
});

async function openFile(page: Page, path: string): Promise<void> {
  await page.keyboard.press("Control+P");
  const input = page.locator(".quick-input-widget .quick-input-box input");
  await input.waitFor();
  await input.fill(path);
  await page
    .locator(".quick-input-list .monaco-list-row.focused")
    .filter({ hasText: basename(path) })
    .waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".editor-instance .view-line").first().waitFor();
}

function stringIn(page: Page, text: string): Locator {
  return page.locator(".editor-instance .view-line").getByText(text).last();
}

/** The hover over a string of the open file. */
async function hoverOverString(page: Page, text: string): Promise<Locator> {
  const hover = page.locator(".monaco-hover .hover-contents").filter({ hasText: `· ${text}` });
  await hoverUntilShown(page, stringIn(page, text), hover);
  return hover;
}
