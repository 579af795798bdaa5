import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { openWorkbench, runCommand, screenshot } from "../support/browser.ts";
import { e2eSession } from "../support/e2e.ts";
import { changeByte, changeSettings, signWith, trustKeys } from "../support/editor-workspace.ts";
import { makeKeys } from "../support/keys.ts";
import { writeTree } from "../support/temporary-folder.ts";
import { modelRow, notification, openView, pick, typePath } from "./workbench.ts";

describe("a user of Problems and policies", () => {
  const settings = { "workbench.colorTheme": "Default Dark Modern" };
  const session = e2eSession({ settings });
  const [release, contractor] = [makeKeys("P-256"), makeKeys("P-384")];
  let root: string;
  let folder: string;
  let policy: string;
  let contractorKey: string;
  let page: Page;

  before(async function () {
    this.timeout(120_000);
    root = realpathSync(mkdtempSync(join(tmpdir(), "trusting-")));
    folder = join(root, "workspace");
    policy = join(folder, "model-policy.yaml");
    const keys = join(root, "keys");
    mkdirSync(keys, { recursive: true });
    const releaseKey = join(keys, "release.pub");
    contractorKey = join(keys, "contractor.pub");
    writeFileSync(releaseKey, release.publicPem);
    writeFileSync(contractorKey, contractor.publicPem);
    for (const name of ["llama-3-8b", "phi-mini", "whisper-small", "drafts"]) {
      writeTree(join(folder, "models", name), { "config.json": "{}", "model.safetensors": `weights of ${name}` });
    }
    await signWith(join(folder, "models", "llama-3-8b"), release.privatePem);
    await signWith(join(folder, "models", "whisper-small"), contractor.privatePem);
    await signWith(join(folder, "models", "phi-mini"), contractor.privatePem);
    await trustKeys(session.server, [releaseKey]);
    page = await openWorkbench(session.browser, session.server.url({ open: folder }));
  });

  after(() => {
    rmSync(root, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "trusting-failed");
  });

  const dialog = (text: string) => page.getByRole("dialog").filter({ hasText: text });
  const problem = (text: string) => page.locator(".markers-panel .monaco-list-row").filter({ hasText: text });
  const hidePanel = () =>
    page
      .locator(".panel .global-actions")
      .getByRole("button", { name: /^Hide Panel/ })
      .click();
  const preview = () => page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");

  it("creates a policy that accepts the signers of authentic signatures, each after a confirmation", async () => {
    await openView(page);
    await modelRow(page, "llama-3-8b", "Verified").waitFor();
    await runCommand(page, "Model Provenance: Create Policy…");
    const question = dialog("Accept key release.pub? (1 of 1)");
    await question.waitFor();
    await screenshot(page, "trusting-01-accept");
    await question.getByRole("button", { name: "Accept", exact: true }).click();
    const shown = dialog("Create model-policy.yaml?");
    await shown.waitFor();
    await screenshot(page, "trusting-02-create");
    await shown.getByRole("button", { name: "Create Policy" }).click();
    await page.locator(".tab", { hasText: "model-policy.yaml" }).waitFor();
    await notification(page, "Created model-policy.yaml.").waitFor();
    await screenshot(page, "trusting-03-created");
    assert.match(readFileSync(policy, "utf8"), /- glob: models\/llama-3-8b\n/);
  });

  it("sees in Problems what a policy requires, and the error of a policy at its line", async () => {
    writeFileSync(policy, readFileSync(policy, "utf8").replace("models/llama-3-8b", '"models/*"'));
    await runCommand(page, "View: Focus Problems (Errors, Warnings, Infos)");
    await problem("drafts is not signed, but the policy release.pub requires a signature.").waitFor();
    await problem("phi-mini is not accepted.").waitFor();
    changeByte(join(folder, "models", "llama-3-8b", "model.safetensors"));
    await problem("llama-3-8b doesn't match its signature").waitFor();
    await screenshot(page, "trusting-04-problems");
    changeByte(join(folder, "models", "llama-3-8b", "model.safetensors"));
    await problem("llama-3-8b doesn't match its signature").waitFor({ state: "detached" });
    appendFileSync(policy, "  sirprise: true\n");
    await problem('no field "sirprise"').waitFor();
    await screenshot(page, "trusting-05-policy-error");
    writeFileSync(policy, readFileSync(policy, "utf8").replace("  sirprise: true\n", ""));
    await problem('no field "sirprise"').waitFor({ state: "detached" });
    // Everything was checked again: what is listed now stays.
    await modelRow(page, "llama-3-8b", "Verified").waitFor();
    await modelRow(page, "whisper-small", "Can't be verified here").waitFor();
    await problem("whisper-small is not accepted.").waitFor();
  });

  it("trusts a signer by the quick fix, after a preview of the change: the model turns green", async () => {
    await problem("whisper-small is not accepted.").dblclick();
    await page.locator(".tab.active", { hasText: "model-policy.yaml" }).waitFor();
    await page.locator(".monaco-editor.focused").waitFor();
    await page.keyboard.press("Control+.");
    const fix = page.locator(".action-widget .monaco-list-row", { hasText: "Trust the Signer of whisper-small…" });
    await fix.waitFor();
    await screenshot(page, "trusting-06-quick-fix");
    await fix.click();
    await typePath(page, contractorKey);
    const question = dialog("Trust key contractor.pub, who signed whisper-small?");
    await question.getByText("One other model of this workspace becomes accepted: phi-mini.").waitFor();
    await screenshot(page, "trusting-07-trust");
    await question.getByRole("button", { name: "Trust Signer" }).click();
    await modelRow(page, "whisper-small", "Verified").waitFor();
    await modelRow(page, "phi-mini", "Verified").waitFor();
    await problem("whisper-small is not accepted.").waitFor({ state: "detached" });
    await screenshot(page, "trusting-08-trusted");
    assert.match(readFileSync(policy, "utf8"), /- name: contractor\.pub\n {6}key:\n/);
  });

  it("opens the explanation of a decision", async () => {
    await runCommand(page, "Model Provenance: Explain Decision");
    await pick(page, "phi-mini");
    await preview().getByText("Every policy that covers this model accepts it.").waitFor();
    await hidePanel();
    await screenshot(page, "trusting-09-explained");
    // A preview takes the keyboard when it has come.
    await modelRow(page, "drafts").click();
    await runCommand(page, "Model Provenance: Show Report");
    await pick(page, "drafts");
    await preview().getByText("a signature is required").first().waitFor();
    await screenshot(page, "trusting-10-report");
  });

  it("can read all of it in a light theme", async () => {
    await changeSettings(session.server, { "workbench.colorTheme": "Default Light Modern" });
    page = await openWorkbench(session.browser, session.server.url({ open: folder }));
    await page.locator(".monaco-workbench.vs").waitFor();
    await openView(page);
    await modelRow(page, "drafts").waitFor();
    writeTree(join(folder, "models", "whisper-small"), { "notes.txt": "n" });
    await runCommand(page, "View: Focus Problems (Errors, Warnings, Infos)");
    await problem("whisper-small doesn't match its signature").waitFor();
    await screenshot(page, "trusting-11-light-problems");
    await hidePanel();
    await runCommand(page, "Model Provenance: Explain Decision");
    await pick(page, "drafts");
    await preview().getByText("A policy rejects it.").waitFor();
    await screenshot(page, "trusting-12-light-explained");
    await modelRow(page, "drafts").click();
    await runCommand(page, "Model Provenance: Ignore Path…");
    await pick(page, "whisper-small");
    await pick(page, "notes.txt");
    const question = dialog("Ignore notes.txt in whisper-small?");
    await question.waitFor();
    await screenshot(page, "trusting-13-light-ignore");
    await question.getByRole("button", { name: "Show Changes" }).click();
    await page.locator(".monaco-diff-editor").getByText("ignorePaths").first().waitFor();
    const beside = notification(page, "Ignore notes.txt in whisper-small?");
    await beside.hover();
    await screenshot(page, "trusting-14-light-diff");
    await beside.getByRole("button", { name: "Ignore Path" }).click();
    await page.locator(".tab", { hasText: "Proposed Changes" }).waitFor({ state: "detached" });
    await modelRow(page, "whisper-small", "Verified").waitFor();
  });
});
