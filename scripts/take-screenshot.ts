// node scripts/take-screenshot.ts: media/screenshot.png, from the real workbench with the packaged extension.
import { readFileSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { modelRow, notification, openView } from "../test/e2e/workbench.ts";
import { launchBrowser, openWorkbench, runCommand } from "../test/support/browser.ts";
import { changeByte, makeEditorWorkspace, signWith, trustKeys } from "../test/support/editor-workspace.ts";
import { startServer } from "../test/support/vscode-server.ts";
import { build } from "./build.ts";
import { ROOT } from "./fetch.mjs";
import { TEST_VSIX, writeVsix } from "./package.ts";

/** Pixels: what is shown stays readable in a column of text. */
const SIZE = { width: 1000, height: 560 };
const SETTINGS = { "workbench.colorTheme": "Default Dark Modern", "workbench.activityBar.location": "default" };

await build();
writeVsix(TEST_VSIX);
const root = await realpath(await mkdtemp(join(tmpdir(), "screenshot-")));
const workspace = await makeEditorWorkspace(root);
const server = await startServer({ vsix: [TEST_VSIX], settings: SETTINGS });
const browser = await launchBrowser();
try {
  await trustKeys(server, [workspace.trustedKey, workspace.foreignKey]);
  await signWith(dirname(workspace.unsigned), readFileSync(workspace.trustedPrivateKey, "utf8"));
  changeByte(join(workspace.verified, "model.safetensors"));
  const page = await openWorkbench(browser, server.url({ open: workspace.folder }));
  await page.setViewportSize(SIZE);
  await runCommand(page, "Go to File...");
  await page.locator(".quick-input-widget input:focus").fill("tiny-llama/config.json");
  await page.locator(".quick-input-list .monaco-list-row.focused", { hasText: "config.json" }).click();
  await page.locator(".tab", { hasText: "config.json" }).waitFor();
  await openView(page);
  await modelRow(page, "tiny-llama").waitFor();
  await runCommand(page, "Model Provenance: Verify All Models");
  await notification(page, "4 models:").waitFor();
  await modelRow(page, "tiny-llama", "Changed").click();
  await page.getByText("Changed (1)").waitFor();
  const row = modelRow(page, "gguf", "Verified");
  await row.hover({ position: { x: 225, y: 11 } });
  await page.locator(".monaco-hover .hover-contents").getByText("Signed by key release.pub").waitFor();
  await page.screenshot({ path: join(ROOT, "media", "screenshot.png") });
} finally {
  await browser.close();
  await server.stop();
  await rm(root, { recursive: true, force: true });
}
