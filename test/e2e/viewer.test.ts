import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { openWorkbench, runCommand, screenshot } from "../support/browser.ts";
import { e2eSession } from "../support/e2e.ts";
import { type EditorWorkspace, makeEditorWorkspace, trustKeys } from "../support/editor-workspace.ts";
import { viewer } from "./viewer.ts";
import { modelRow, openView, pick } from "./workbench.ts";

describe("the signature viewer, by a person", () => {
  const settings = { "workbench.colorTheme": "Default Dark Modern", "modelProvenance.autoVerify": "cached" };
  const session = e2eSession({ settings });
  let root: string;
  let workspace: EditorWorkspace;
  let page: Page;

  before(async function () {
    this.timeout(120_000);
    root = realpathSync(mkdtempSync(join(tmpdir(), "viewer-")));
    workspace = await makeEditorWorkspace(root);
    await trustKeys(session.server, [workspace.trustedKey]);
    page = await openWorkbench(session.browser, session.server.url({ open: workspace.folder }));
  });

  after(() => {
    rmSync(root, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "viewer-failed");
  });

  it("shows who signed a verified model, and how that was checked", async () => {
    await openView(page);
    await modelRow(page, "tiny-llama", "Verified").waitFor();
    await runCommand(page, "Model Provenance: Show Signature");
    await pick(page, "tiny-llama");
    await viewer(page).getByRole("heading", { name: "This is what key release.pub signed, unchanged." }).waitFor();
    await screenshot(page, "viewer-01-dark");
  });
});
