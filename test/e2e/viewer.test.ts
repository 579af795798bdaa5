import assert from "node:assert/strict";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { openWorkbench, runCommand, screenshot } from "../support/browser.ts";
import { buildDownload } from "../support/downloads/kept-downloads.ts";
import { e2eSession } from "../support/e2e.ts";
import { changeByte } from "../support/editor-workspace.ts";
import {
  HOSTILE_NAME,
  makeSignatureWorkspace,
  type SignatureWorkspace,
  trustSigners,
} from "../support/signature-workspace.ts";
import { type LocalSigstore, startLocalSigstore } from "../support/sigstore/local-sigstore.ts";
import { assertAccessible, chooseTheme, openFile, viewer, viewerComes } from "./viewer.ts";
import { modelRow, openView, pick } from "./workbench.ts";

/** Pixels; high enough to see the whole of a signature. */
const TALL = { width: 1280, height: 1500 };
/** Milliseconds in which five models are checked, on a busy machine. */
const PATIENCE = 100_000;
const WIDE = { width: 1280, height: 800 };

/** Class of the viewer's page, name of the theme in the list. */
const THEMES = [
  ["vscode-dark", "Dark Modern"],
  ["vscode-light", "Light Modern"],
  ["vscode-high-contrast", "Dark High Contrast"],
] as const;

describe("the signature viewer, in a window", () => {
  const settings = { "workbench.colorTheme": "Default Dark Modern", "modelProvenance.autoVerify": "cached" };
  const session = e2eSession({ settings });
  let root: string;
  let sigstore: LocalSigstore;
  let workspace: SignatureWorkspace;
  let downloaded: string;
  let page: Page;

  before(async function () {
    this.timeout(180_000);
    root = realpathSync(mkdtempSync(join(tmpdir(), "viewer-")));
    sigstore = await startLocalSigstore();
    workspace = await makeSignatureWorkspace(root, sigstore);
    await trustSigners(session.server, workspace, sigstore);
    downloaded = join(workspace.folder, "models", "downloaded");
    buildDownload(downloaded, "folder-full");
    page = await openWorkbench(session.browser, session.server.url({ open: workspace.folder }));
    await openView(page);
  });

  after(async () => {
    await sigstore?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "viewer-failed");
    await page.setViewportSize(WIDE);
  });

  const heading = (name: string | RegExp) => viewer(page).getByRole("heading", { name });
  const comes = (sentence: string | RegExp) => viewerComes(page, sentence);

  async function showSignature(model: string): Promise<void> {
    await runCommand(page, "Model Provenance: Show Signature");
    await pick(page, model);
  }

  it("says who signed a verified model, and how that was checked", async () => {
    await modelRow(page, "tiny-llama", "Verified").waitFor({ timeout: PATIENCE });
    await showSignature("tiny-llama");
    await comes("This is what key release.pub signed, unchanged.");
    for (const step of ["Signature · Genuine", "Identity · Verified", "Files · Unchanged", "Policy · Accepted"]) {
      await heading(step).waitFor();
    }
    await screenshot(page, "viewer-01-verified");
  });

  it("shows where and when a workflow signed, with links that name their target", async () => {
    await modelRow(page, "reviews-dataset", "Verified").waitFor({ timeout: PATIENCE });
    await showSignature("reviews-dataset");
    await heading(
      /^This is what the workflow release\.yml of github\.com\/acme\/models at v1\.2 signed on .*, unchanged\.$/,
    ).waitFor();
    const link = viewer(page).getByRole("button", { name: "acme/models (Opens https://github.com/acme/models)" });
    await link.waitFor();
    await viewer(page).locator(".timeline rect").waitFor();
    await page.setViewportSize(TALL);
    await screenshot(page, "viewer-02-workflow");
  });

  for (const [body, theme] of THEMES) {
    it(`is readable and accessible in ${theme}`, async () => {
      await chooseTheme(page, theme);
      await viewer(page).locator(`body.${body}`).waitFor();
      await page.setViewportSize(TALL);
      const folded = viewer(page).locator("details:not([open]) > summary");
      while ((await folded.count()) > 0) await folded.first().click();
      await viewer(page).locator("[aria-rowindex='2']").click();
      await viewer(page).getByRole("button", { name: "Copy Digest" }).waitFor();
      await assertAccessible(page);
      await screenshot(page, `viewer-03-${body}`);
    });
  }

  it("reports a changed file at once, and lists it first", async () => {
    await showSignature("tiny-llama");
    await comes("This is what key release.pub signed, unchanged.");
    changeByte(join(workspace.verified, "model.safetensors"));
    await heading(
      "tiny-llama doesn't match its signature: model.safetensors changed (signed by key release.pub).",
    ).waitFor();
    await page.setViewportSize(TALL);
    const first = viewer(page).locator("[aria-rowindex='2']");
    await first.filter({ hasText: "model.safetensors" }).filter({ hasText: "changed" }).click();
    await viewer(page).getByText("Its content differs from what was signed.").waitFor();
    await screenshot(page, "viewer-05-changed");
    changeByte(join(workspace.verified, "model.safetensors"));
    await heading("This is what key release.pub signed, unchanged.").waitFor();
  });

  it("opens invalid signatures, and says what is wrong", async () => {
    await showSignature("release-notes-skill");
    await comes("The signature of release-notes-skill is not valid. Do not rely on its claims.");
    await page.setViewportSize(TALL);
    await screenshot(page, "viewer-06-invalid");
    await page.setViewportSize(WIDE);
    await openFile(page, workspace.cutShort);
    await comes("This is not a readable model signature.");
    await viewer(page).getByText("it may be cut short or damaged").first().waitFor();
    await screenshot(page, "viewer-07-cut-short");
  });

  it("shows where an unsigned model was downloaded from, in three themes, and what changes in it", async () => {
    await runCommand(page, "Model Provenance: Show Download Record");
    await pick(page, "downloaded");
    await comes("downloaded is not signed.");
    await viewer(page).getByText("the bytes were not compared").waitFor();
    await viewer(page).getByRole("button", { name: "Check Against Download Record" }).focus();
    await page.keyboard.press("Enter");
    await viewer(page).getByText("All 5 files match the download record of huggingface.co at 1111111.").waitFor();
    await page.setViewportSize(TALL);
    for (const [body, theme] of THEMES) {
      await chooseTheme(page, theme);
      await viewer(page).locator(`body.${body}`).waitFor();
      await assertAccessible(page);
      await screenshot(page, `viewer-12-download-${body}`);
    }
    changeByte(join(downloaded, "config.json"));
    await viewer(page).getByText("config.json differs from its download record: changed or damaged.").waitFor();
    await viewer(page).locator("[aria-rowindex='2']").filter({ hasText: "config.json" }).click();
    await viewer(page).getByText("Differs from its download record: changed or damaged.", { exact: true }).waitFor();
    await assertAccessible(page);
    await screenshot(page, "viewer-13-download-changed");
    await page.reload();
    await comes("downloaded is not signed.");
    await viewer(page).getByRole("button", { name: "Pin These Bytes…" }).waitFor();
  });

  it("shows names with markup as text", async () => {
    await openFile(page, workspace.hostile);
    await comes(/^According to this file, the key .* signed <b>bold<\/b>\. None of that is verified yet\.$/);
    await viewer(page).getByRole("gridcell", { name: HOSTILE_NAME }).waitFor();
    await viewer(page).getByRole("gridcell", { name: "\ufffdgnp.exe" }).waitFor();
    await viewer(page).getByText("Signed statement").click();
    await viewer(page).locator("pre").filter({ hasText: "onerror" }).waitFor();
    assert.equal(await viewer(page).locator("img, b").count(), 0);
    assert.notEqual(await viewer(page).locator("title").textContent(), "markup");
    await screenshot(page, "viewer-08-hostile");
  });

  it("lists a hundred thousand files, with keyboard and search", async () => {
    await openFile(page, workspace.many);
    await comes(/signed huge\./);
    const list = viewer(page);
    await list.getByRole("option", { name: "All (100,000)" }).waitFor({ state: "attached" });
    await list.locator("[aria-rowindex='2']").click();
    await page.keyboard.press("End");
    await list.getByRole("gridcell", { name: "shards/part-099999.safetensors" }).waitFor();
    assert.equal(await list.locator("[aria-rowindex='100001']:focus").count(), 1);
    await list.getByRole("heading", { name: "shards/part-099999.safetensors" }).waitFor();
    assert.ok((await list.locator(".view [role=row]").count()) < 60, "only rows in sight are made");
    await page.keyboard.press("PageUp");
    await page.keyboard.press("ArrowUp");
    await list.getByRole("heading", { name: "shards/part-099985.safetensors" }).waitFor();
    await screenshot(page, "viewer-09-many");
    await list.getByRole("searchbox").fill("part-077777");
    await list.getByText("1 of 100,000 files").waitFor();
    await list.getByRole("gridcell", { name: "shards/part-077777.safetensors" }).waitFor();
    await screenshot(page, "viewer-10-search");
  });

  it("keeps its scroll position while another editor is shown", async () => {
    await openFile(page, workspace.hostile);
    await comes(/signed <b>bold<\/b>\./);
    await openFile(page, workspace.many);
    await comes(/signed huge\./);
    await viewer(page).getByText("1 of 100,000 files").waitFor();
    assert.equal(await viewer(page).getByRole("searchbox").inputValue(), "part-077777");
    await viewer(page).getByRole("gridcell", { name: "shards/part-077777.safetensors" }).waitFor();
  });

  it("reopens as text", async () => {
    await openFile(page, workspace.hostile);
    await comes(/signed <b>bold<\/b>\./);
    await viewer(page).getByRole("button", { name: "Reopen as Text" }).click();
    await page.locator(".monaco-editor .view-line").filter({ hasText: "mediaType" }).first().waitFor();
    await screenshot(page, "viewer-11-text");
  });

  it("fits into 300 pixels", async () => {
    await showSignature("reviews-dataset");
    await comes(/^This is what the workflow release\.yml/);
    await runCommand(page, "View: Toggle Primary Side Bar Visibility");
    await page.setViewportSize({ width: 360, height: 1400 });
    const size = await viewer(page)
      .locator("html")
      .evaluate("JSON.stringify([innerWidth, document.documentElement.scrollWidth])");
    const [width, needed] = JSON.parse(String(size));
    assert.ok(width <= 310, `it is ${width} pixels wide`);
    assert.ok(needed <= width, `it needs ${needed} of ${width} pixels`);
    await assertAccessible(page);
    const unfolded = viewer(page).locator("details[open] > summary");
    while ((await unfolded.count()) > 0) await unfolded.first().click();
    await viewer(page).locator("h1").scrollIntoViewIfNeeded();
    await screenshot(page, "viewer-04-narrow");
  });
});
