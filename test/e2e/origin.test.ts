import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, realpathSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { openWorkbench, runCommand, screenshot } from "../support/browser.ts";
import { safetensors } from "../support/downloads/hub-files.ts";
import { buildDownload } from "../support/downloads/kept-downloads.ts";
import { e2eSession } from "../support/e2e.ts";
import { changeByte } from "../support/editor-workspace.ts";
import { writeTree } from "../support/temporary-folder.ts";
import { themes } from "../support/themes.ts";
import { chooseTheme } from "./viewer.ts";
import {
  chooseEntry,
  contextMenu,
  dialog,
  hoverOver,
  iconColour,
  modelRow,
  notification,
  openView,
  pick,
} from "./workbench.ts";

/** Class of the workbench to the theme's name in the list of themes. */
const THEMES = {
  vs: "Light Modern",
  "hc-black": "Dark High Contrast",
  "vs-dark": "Dark Modern",
  "hc-light": "Light High Contrast",
};

const WEIGHTS = "036c1bb2b9c8a61809ea4ca5b135471473f3ed3f0a6cf11751fd4c177e2dd0ff";

describe("unsigned models of a Hugging Face cache, by a person", () => {
  const session = e2eSession({ settings: { "workbench.hover.delay": 100 } });
  let hub: string;
  let page: Page;

  before(async function () {
    this.timeout(120_000);
    hub = realpathSync(mkdtempSync(join(tmpdir(), "hub-")));
    for (const name of ["changed", "matching", "pinned"]) {
      buildDownload(hub, "cache-full");
      renameSync(join(hub, "models--acme--tiny"), join(hub, `models--acme--${name}`));
    }
    buildDownload(hub, "cache-kernel");
    changeByte(join(hub, "models--acme--changed", "blobs", WEIGHTS));
    writeTree(join(hub, "adapter"), {
      "adapter_config.json": '{ "base_model_name_or_path": "acme/base-model" }',
      "adapter_model.safetensors": safetensors({ format: "pt" }, 3),
    });
    page = await openWorkbench(session.browser, session.server.url({ open: hub }));
    await openView(page);
  });

  after(() => {
    rmSync(hub, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "origin-failed");
  });

  const row = (text: string): Locator => page.locator(".sidebar .monaco-list-row", { hasText: text });

  /** Before the record is read, a click would sign the model. */
  async function select(model: string): Promise<void> {
    await modelRow(page, model).and(page.locator("[aria-expanded]")).click();
  }

  async function choose(model: string, entry: string): Promise<void> {
    await select(model);
    await chooseEntry(await contextMenu(page, modelRow(page, model)), entry);
  }

  it("are listed under the names of their repositories: not signed, and nothing else is claimed", async () => {
    for (const name of ["acme/changed", "acme/matching", "acme/pinned", "acme/tiny", "adapter"]) {
      await modelRow(page, name, "Not signed").waitFor();
      assert.equal(await iconColour(page, modelRow(page, name)), "neutral", name);
    }
    await screenshot(page, "origin-01-listed");
  });

  it("match their download record or differ from it, and say which file: amber, below a neutral model", async () => {
    await choose("acme/matching", "Check Against Download Record");
    const place = (name: string) => `huggingface.co/acme/${name} at 1111111`;
    await notification(page, `All 5 files match the download record of ${place("matching")}.`).waitFor();
    await row("Matches its download record").waitFor();
    await choose("acme/changed", "Check Against Download Record");
    await notification(page, "model.safetensors differs from its download record: changed or damaged.").waitFor();
    await screenshot(page, "origin-02-compared");
    const differing = row("1 changed since download");
    assert.equal(await iconColour(page, differing), "amber");
    await differing.locator(".monaco-tl-twistie").click();
    assert.equal(await iconColour(page, row("model.safetensors").first()), "amber");
    assert.equal(await iconColour(page, modelRow(page, "acme/matching", "Not signed")), "neutral");
    const hover = await hoverOver(page, modelRow(page, "acme/changed", "Not signed"));
    await hover.getByText("⚠ model.safetensors differs from its download record").waitFor();
    await screenshot(page, "origin-03-hover");
    await page.mouse.move(900, 300);
    await runCommand(page, "Notifications: Clear All Notifications");
  });

  it("have claims of their files apart from records, and say that these are not verified", async () => {
    await select("adapter");
    const claims = row("Claims of its files (1)");
    await claims.getByText("not verified").waitFor();
    await claims.click();
    await row("adapter_config.json says it is based on acme/base-model (unverified claim).").waitFor();
    await screenshot(page, "origin-04-claims");
  });

  it("are pinned after a look at what is written: blue, and red with the file's name when a byte changes", async () => {
    await choose("acme/pinned", "Pin These Bytes…");
    const question = dialog(page, "Pin the bytes of acme/pinned?");
    await question.getByText(`huggingface.co/acme/pinned at 1111111`).waitFor();
    await screenshot(page, "origin-05-pin");
    await question.getByRole("button", { name: "Pin", exact: true }).click();
    const pinned = modelRow(page, "acme/pinned", "Same bytes as pinned");
    await pinned.waitFor();
    await notification(page, "acme/pinned is pinned in model-policy.yaml.").waitFor();
    await modelRow(page, "adapter").click();
    assert.equal(await iconColour(page, pinned), "blue");
    await (await hoverOver(page, pinned)).getByText("Same bytes as pinned · acme/pinned").waitFor();
    await screenshot(page, "origin-06-pinned");
    await page.mouse.move(900, 300);
    assert.match(
      readFileSync(join(hub, "model-policy.yaml"), "utf8"),
      /name: pinned acme\/pinned\n[\s\S]*source: pkg:huggingface\/acme\/pinned@1{10}/,
    );
    changeByte(join(hub, "models--acme--pinned", "blobs", WEIGHTS));
    const broken = modelRow(page, "acme/pinned", "Changed since pinned");
    await broken.waitFor();
    assert.equal(await iconColour(page, broken), "red");
    await (await hoverOver(page, broken)).getByText("Changed: model.safetensors").waitFor();
    await screenshot(page, "origin-07-changed");
    await page.mouse.move(900, 300);
  });

  for (const [name, theme] of themes(THEMES)) {
    it(`have rows that are readable in ${name}`, async () => {
      await chooseTheme(page, theme);
      await page.locator(`.monaco-workbench.${name}`).waitFor();
      await runCommand(page, "Model Provenance: Check Against Download Record");
      await pick(page, "acme/changed");
      await runCommand(page, "Notifications: Clear All Notifications");
      if (!(await row("1 changed since download").isVisible())) await modelRow(page, "acme/changed").click();
      await row("1 changed since download").waitFor();
      assert.equal(await iconColour(page, row("1 changed since download")), "amber");
      await modelRow(page, "adapter").click();
      assert.equal(await iconColour(page, modelRow(page, "acme/changed")), "neutral");
      const hover = await hoverOver(page, modelRow(page, "acme/changed"));
      await hover.getByText("⚠ model.safetensors differs from its download record").waitFor();
      await screenshot(page, `origin-08-${name}`);
    });
  }
});
