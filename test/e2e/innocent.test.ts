import assert from "node:assert/strict";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { openWorkbench, screenshot } from "../support/browser.ts";
import { e2eSession } from "../support/e2e.ts";
import { trustKeys } from "../support/editor-workspace.ts";
import { type InnocentWorkspace, makeInnocentWorkspace } from "../support/innocent-workspace.ts";
import { themes } from "../support/themes.ts";
import { chooseTheme } from "./viewer.ts";
import { chooseEntry, contextMenu, hoverOver, iconColour, modelRow, notification, openView } from "./workbench.ts";

interface Shown {
  readonly state: string;
  readonly colour: string;
  /** Beside the name. */
  readonly text: string;
  readonly hover: string;
  /** In the copied report. */
  readonly report: RegExp;
}

const CHANGED = { state: "Changed since signing", colour: "red", text: "1 changed" } as const;
const INVALID = { state: "Signature not valid", colour: "red" } as const;
const both = (text: string) => ({ hover: text, report: new RegExp(text.replaceAll(/[.()]/g, "\\$&")) });

/** Each innocent case, and after it the attack that looks like it. */
const MODELS: Readonly<Record<string, Shown>> = {
  lfs: {
    state: "Can't be verified here",
    colour: "neutral",
    text: "content not downloaded",
    ...both("model.safetensors is a Git LFS pointer (500 B not downloaded). Run git lfs pull."),
  },
  "lfs-other": { ...CHANGED, ...both("model.safetensors is a Git LFS pointer to other content than was signed.") },
  "acme/cached": {
    state: "Verified",
    colour: "green",
    text: "key release.pub",
    ...both("Read through links of the Hugging Face cache (2)"),
  },
  "acme/cached-out": {
    ...CHANGED,
    hover: "Changed: model.safetensors (a symbolic link)",
    report: /Changed \(1\)\n {2}- `model\.safetensors`: a symbolic link\n/,
  },
  "line-ends": { ...CHANGED, ...both("config.json differs only in line endings (Git autocrlf).") },
  "line-ends-other": {
    ...CHANGED,
    hover: "Changed: config.json",
    report: /Changed \(1\)\n {2}- `config\.json`: expected `\w+`, found `\w+`\n- Signed by/,
  },
  tools: {
    state: "Files added by tools",
    colour: "amber",
    text: "signed files unchanged; 10 files added by tools",
    hover: "Added: .DS_Store (folder view of macOS)",
    report: /Added \(10\)\n {2}- `\.DS_Store`: folder view of macOS\n/,
  },
  "tools-script": {
    ...CHANGED,
    text: "10 added",
    hover: "Added: weights/.DS_Store",
    report: /Added \(10\)\n {2}- `weights\/\.DS_Store`\n/,
  },
  partial: {
    ...CHANGED,
    text: "1 missing, 1 added",
    hover: "Missing: model.safetensors (an unfinished download)",
    report: /Added \(1\)\n {2}- `model\.safetensors\.part`: an unfinished download\n/,
  },
  "partial-script": {
    ...CHANGED,
    text: "1 missing, 1 added",
    hover: "Added: model.safetensors.py",
    report: /Added \(1\)\n {2}- `model\.safetensors\.py`\n/,
  },
  foreign: {
    ...INVALID,
    text: "another tool's signature",
    ...both("model.sig is a cosign signature over one file, not an OMS signature."),
  },
  "foreign-script": { ...INVALID, text: "not JSON", ...both("model.sig") },
};

/** Class of the workbench to the theme's name in the list of themes. */
const THEMES = {
  "vs-dark": "Dark Modern",
  vs: "Light Modern",
  "hc-black": "Dark High Contrast",
  "hc-light": "Light High Contrast",
};

describe("what is not tampering, and the attack beside it, by a person", () => {
  const session = e2eSession({ settings: { "workbench.hover.delay": 100 } });
  let root: string;
  let workspace: InnocentWorkspace;
  let page: Page;

  before(async function () {
    this.timeout(120_000);
    root = realpathSync(mkdtempSync(join(tmpdir(), "innocent-")));
    workspace = makeInnocentWorkspace(root);
    await trustKeys(session.server, [workspace.publicKey]);
    page = await openWorkbench(session.browser, session.server.url({ open: workspace.folder }));
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await openView(page);
  });

  after(() => {
    rmSync(root, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "innocent-failed");
  });

  const row = (text: string) => page.locator(".sidebar .monaco-list-row", { hasText: text });

  async function everyRow(): Promise<void> {
    for (const [name, { state, colour, text }] of Object.entries(MODELS)) {
      const row = modelRow(page, name, state);
      await row.getByText(text, { exact: true }).waitFor();
      assert.equal(await iconColour(page, row), colour, name);
    }
  }

  for (const [name, theme] of themes(THEMES)) {
    it(`have rows that are readable in ${name}: only attacks are red without a cause`, async () => {
      await chooseTheme(page, theme);
      await page.locator(`.monaco-workbench.${name}`).waitFor();
      await everyRow();
      await page.locator(".statusbar-item", { hasText: "9 of 12 models failed verification" }).waitFor();
      await screenshot(page, `innocent-01-${name}`);
      await (await hoverOver(page, modelRow(page, "tools")))
        .getByText("signed files unchanged; 10 files added by tools")
        .waitFor();
      await screenshot(page, `innocent-02-${name}`);
      await page.mouse.move(900, 300);
    });
  }

  it("say in hovers what is known of the cause, and nothing of the kind where it is an attack", async () => {
    for (const [name, { state, hover }] of Object.entries(MODELS)) {
      const shown = await hoverOver(page, modelRow(page, name, state));
      await shown.getByText(`${state} · ${name}`).waitFor();
      await shown.getByText(hover).first().waitFor();
      if (/^(?:lfs|line)/.test(name)) await screenshot(page, `innocent-03-${name}`);
      const isCause = /line endings|git lfs pull|unfinished|weights\/\.DS_Store \(|cosign/;
      if (/-(?:other|out|script)$/.test(name)) assert.doesNotMatch(await shown.innerText(), isCause, name);
    }
    await page.mouse.move(900, 300);
  });

  it("say in the copied report what each differing file is", async () => {
    // A mere click would open the row, and what is below a model has no menu.
    await modelRow(page, "acme/cached").click({ modifiers: ["ControlOrMeta"] });
    await page.keyboard.press("ControlOrMeta+a");
    await modelRow(page, "lfs").and(page.locator(".selected")).waitFor();
    const menu = await contextMenu(page, modelRow(page, "acme/cached"));
    await chooseEntry(menu, "Copy Report as Markdown");
    await page.locator(".statusbar-item", { hasText: "Copied 12 reports" }).waitFor();
    const text = String(await page.evaluate("navigator.clipboard.readText()"));
    const reports = new Map(text.split(/^### \S /m).map((report) => [/`([^`]+)`/.exec(report)?.[1], report]));
    for (const [name, { state, report }] of Object.entries(MODELS)) {
      assert.ok(reports.get(name)?.startsWith(`${state}: `), name);
      assert.match(reports.get(name) ?? "", report, name);
    }
  });

  it("name below an opened model what was not downloaded, and what tools added: with Ignore…", async () => {
    await modelRow(page, "lfs").click();
    await row("Not downloaded (1)").waitFor();
    await screenshot(page, "innocent-04-opened-lfs");
    await modelRow(page, "lfs").click();
    await modelRow(page, "tools").click();
    const added = row("Added by tools (10)");
    await added.getByText("Ignore…").waitFor();
    assert.equal(await iconColour(page, added), "amber");
    await screenshot(page, "innocent-05-opened-tools");
    await added.click();
    const message = notification(page, "Only a policy can ignore files, and none covers tools. Create one first.");
    await message.getByRole("button", { name: "Create Policy…" }).waitFor();
    await screenshot(page, "innocent-06-ignore");
  });
});
