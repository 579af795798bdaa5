import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { openWorkbench, runCommand, screenshot } from "../support/browser.ts";
import { e2eSession } from "../support/e2e.ts";
import { modelRow, pick } from "./workbench.ts";

const HEAD = "apiVersion: model-provenance/v1\nkind: ModelPolicy\nmetadata:\n  name: team-models\nspec:\n";

describe("a policy file, in a window", () => {
  const settings = { "workbench.colorTheme": "Default Dark Modern", "files.autoSave": "off" };
  const session = e2eSession({ settings });
  let page: Page;
  let policy: string;

  before(async function () {
    this.timeout(120_000);
    policy = join(session.folder, "model-policy.yaml");
    writeFileSync(policy, "");
    page = await openWorkbench(session.browser, session.server.url({ open: session.folder }));
    await page.locator(".statusbar-item", { hasText: "Policy can't be read, no signer accepted" }).waitFor();
    await runCommand(page, "Go to File...");
    await page.locator(".quick-input-widget input:focus").fill("model-policy.yaml");
    await page.locator(".quick-input-list .monaco-list-row.focused", { hasText: "model-policy.yaml" }).click();
    await page.locator(".tab", { hasText: "model-policy.yaml" }).waitFor();
    await page.locator(".monaco-editor .view-lines").click();
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "policy-file-failed");
  });

  const suggestion = (label: string) => page.locator(".suggest-widget.visible .monaco-list-row", { hasText: label });

  /** Takes a suggestion as it is, and leaves its slots as they are. */
  async function accept(label: string): Promise<void> {
    await suggestion(label).click();
    await page.locator(".suggest-widget.visible").waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
  }

  async function saved(): Promise<string> {
    await runCommand(page, "File: Save");
    await page.locator(".tab.dirty").waitFor({ state: "detached" });
    return readFileSync(policy, "utf8");
  }

  it("can be written with suggestions alone", async () => {
    await page.keyboard.press("Control+Space");
    await suggestion("model policy").waitFor();
    await screenshot(page, "policy-file-01-empty");
    await accept("model policy");
    const authority = "    - name: release\n      key:\n        path: keys/prod.pub";
    assert.equal(await saved(), `${HEAD}  models:\n    - glob: models/**\n  authorities:\n${authority}`);
  });

  it("gets an authority of each kind by a snippet, correctly indented", async () => {
    await page.keyboard.press("Control+End");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Shift+Home");
    await page.keyboard.type("    - ");
    await suggestion("GitHub Actions workflow").waitFor();
    await accept("GitHub Actions workflow");
    const actions = "repository: owner/name\n        workflow: release.yml\n        ref: refs/tags/v*";
    assert.ok((await saved()).endsWith(`\n    - name: release\n      githubActions:\n        ${actions}`));
    await screenshot(page, "policy-file-02-authority");
  });

  it("has a code lens with the models that a pattern matches, and opens them", async () => {
    await runCommand(page, "Select All");
    await page.keyboard.press("Delete");
    const text = `${HEAD.replace("\n  name: team-models", " { name: all }")}  models: [{ glob: "**" }]\n`;
    await page.keyboard.insertText(text);
    const lens = page.locator(".codelens-decoration a", { hasText: "4 models match, 0 accepted" });
    await lens.waitFor();
    await lens.click();
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "tiny-llama" }).waitFor();
    await screenshot(page, "policy-file-03-models");
    await pick(page, "tiny-llama");
    await modelRow(page, "tiny-llama").waitFor();
  });

  it("has a hover on each field", async () => {
    await page.locator(".monaco-editor .view-line span span", { hasText: "models" }).first().hover();
    const hover = page
      .locator(".monaco-hover .hover-contents")
      .filter({ hasText: "The models that the policy covers" });
    await hover.waitFor();
    await screenshot(page, "policy-file-04-hover");
  });
});
