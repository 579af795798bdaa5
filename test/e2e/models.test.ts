import assert from "node:assert/strict";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { type RunningSigstore, runLocalSigstore } from "../../scripts/start/local-sigstore.ts";
import { STRANGER, sampleSettings, samplesToOpen } from "../../scripts/start/samples-to-open.ts";
import { openWorkbench, runCommand, screenshot } from "../support/browser.ts";
import { e2eSession } from "../support/e2e.ts";
import { changeSettings } from "../support/editor-workspace.ts";
import { themes } from "../support/themes.ts";
import { explorerRow, hoverOver, modelRow, openView, PROBLEM_INSIDE, waitForBadge } from "./workbench.ts";

/** How each sample is shown, in the order of the tree. */
const ROWS = {
  "gguf/tiny-f32.gguf": "Can't be verified here",
  onnx: "Not signed",
  "release-notes-skill": "Signature not valid",
  "reviews-dataset": "Changed since signing",
  "tiny-llama": "Verified",
  "tiny-llama-tuned": "Signer not accepted",
};

/** Class of the workbench to the theme's name. */
const THEMES = {
  "hc-light": "Default High Contrast Light",
  vs: "Default Light Modern",
  "hc-black": "Default High Contrast",
};

describe("the samples of npm start", () => {
  const session = e2eSession({ settings: { "workbench.colorTheme": "Default Dark Modern" } });
  let root: string;
  let folder: string;
  let sigstore: RunningSigstore;
  let page: Page;

  before(async function () {
    this.timeout(120_000);
    root = realpathSync(mkdtempSync(join(tmpdir(), "models-")));
    folder = join(root, "samples");
    sigstore = await runLocalSigstore(STRANGER);
    samplesToOpen(folder, sigstore);
    await changeSettings(session.server, sampleSettings(folder, sigstore));
    page = await openWorkbench(session.browser, session.server.url({ open: folder }));
  });

  after(async () => {
    await sigstore?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "models-failed");
  });

  async function everyRow(): Promise<void> {
    for (const [name, state] of Object.entries(ROWS)) {
      const label = name === "gguf/tiny-f32.gguf" ? "tiny-f32.gguf" : name;
      await modelRow(page, label, state).waitFor();
    }
  }

  it("have one model for each verdict, with its icon", async () => {
    await openView(page);
    await everyRow();
    await page.locator(".statusbar-item", { hasText: "2 of 6 models failed verification" }).waitFor();
    await screenshot(page, "models-01-verdicts");
    assert.deepEqual(await blankIcons(page), []);
  });

  it("have details below each model", async () => {
    await modelRow(page, "tiny-llama-tuned").click();
    await page.getByText("Trust Signer…").waitFor();
    await modelRow(page, "reviews-dataset").click();
    await page.getByText("Changed (1)").waitFor();
    await screenshot(page, "models-02-opened");
    assert.deepEqual(await blankIcons(page), []);
  });

  it("have hovers with all details", async () => {
    const hover = await hoverOver(page, modelRow(page, "tiny-llama-tuned"));
    await hover.getByText(`Signed by ${STRANGER}`).waitFor();
    await screenshot(page, "models-03-hover");
    await hoverOver(page, page.locator(".statusbar-item", { hasText: "2 of 6" }));
    await page.locator(".monaco-hover .hover-contents").getByText("release-notes-skill").waitFor();
    await screenshot(page, "models-04-status");
  });

  it("have badges in the explorer, down to the file that changed", async () => {
    await page.mouse.move(900, 300);
    await runCommand(page, "View: Show Explorer");
    for (const [name, badge] of Object.entries({
      "tiny-llama": "✓",
      "tiny-llama-tuned": "?",
      "reviews-dataset": PROBLEM_INSIDE,
    })) {
      await waitForBadge(page, name, badge);
    }
    await explorerRow(page, "reviews-dataset").click();
    await waitForBadge(page, "labels.csv", "✗");
    await screenshot(page, "models-05-explorer");
  });

  it("keep their verdicts after a reload, as outdated until they are verified again", async () => {
    await changeSettings(session.server, { "modelProvenance.autoVerify": "off", "modelProvenance.badges": false });
    await openView(page);
    await page.reload();
    await page.locator(".monaco-workbench .part.statusbar").waitFor({ timeout: 60_000 });
    await openView(page);
    await modelRow(page, "tiny-llama", "Outdated").waitFor();
    await modelRow(page, "reviews-dataset", "Outdated").waitFor();
    await hoverOver(page, modelRow(page, "tiny-llama"));
    await screenshot(page, "models-06-reloaded");
    await page.mouse.move(900, 300);
    await runCommand(page, "Model Provenance: Verify All Models");
    await everyRow();
  });

  it("have no badges in the explorer if the setting turns them off", async () => {
    await runCommand(page, "View: Show Explorer");
    await explorerRow(page, "tiny-llama").waitFor();
    await waitForBadge(page, "tiny-llama", undefined);
    await page.locator(".statusbar-item", { hasText: "2 of 6" }).waitFor();
  });

  for (const [name, theme] of themes(THEMES)) {
    it(`are readable in ${name}`, async () => {
      const settings = { "modelProvenance.autoVerify": "full", "modelProvenance.badges": true };
      await changeSettings(session.server, { ...settings, "workbench.colorTheme": theme });
      page = await openWorkbench(session.browser, session.server.url({ open: folder }));
      await page.locator(`.monaco-workbench.${name}`).waitFor();
      await openView(page);
      await everyRow();
      await modelRow(page, "tiny-llama-tuned").click();
      await page.getByText("Trust Signer…").waitFor();
      await modelRow(page, "reviews-dataset").click();
      await page.getByText("Changed (1)").waitFor();
      await hoverOver(page, page.locator(".statusbar-item", { hasText: "2 of 6" }));
      await page.locator(".monaco-hover .hover-contents").getByText("release-notes-skill").waitFor();
      await screenshot(page, `models-07-${name}`);
      const hover = await hoverOver(page, modelRow(page, "tiny-llama-tuned"));
      await hover.getByText(`Signed by ${STRANGER}`).waitFor();
      await screenshot(page, `models-08-${name}-hover`);
    });
  }
});

/** Classes of icons of the side bar that draw nothing: there is none of that name. */
async function blankIcons(page: Page): Promise<unknown> {
  return await page.evaluate(`
    [...document.querySelectorAll(".sidebar .monaco-list .codicon")]
      .filter((icon) => /codicon-(?!modifier)/.test(icon.className) && icon.getBoundingClientRect().width > 0)
      .filter((icon) => ["none", "normal", '""'].includes(getComputedStyle(icon, "::before").content))
      .map((icon) => icon.className)`);
}
