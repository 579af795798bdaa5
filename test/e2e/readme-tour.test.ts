import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Page } from "playwright-core";
import { type RunningSigstore, runLocalSigstore } from "../../scripts/start/local-sigstore.ts";
import { STRANGER, sampleSettings, samplesToOpen } from "../../scripts/start/samples-to-open.ts";
import { openWorkbench, runCommand, screenshot } from "../support/browser.ts";
import { e2eSession } from "../support/e2e.ts";
import { changeByte, changeSettings } from "../support/editor-workspace.ts";
import { viewer, viewerComes } from "./viewer.ts";
import { hoverOver, modelRow, notification, openView, pick, typePath } from "./workbench.ts";

/** The steps are the README's, in its order. */
describe("the README's tour", () => {
  const session = e2eSession({ settings: { "workbench.colorTheme": "Default Light Modern" } });
  let folder: string;
  let sigstore: RunningSigstore | undefined;
  let page: Page;

  before(async function () {
    this.timeout(180_000);
    folder = join(realpathSync(mkdtempSync(join(tmpdir(), "tour-"))), "samples");
    sigstore = await runLocalSigstore(STRANGER);
    samplesToOpen(folder, sigstore);
    await changeSettings(session.server, sampleSettings(folder, sigstore));
    page = await openWorkbench(session.browser, session.server.url({ open: folder }));
  });

  after(async () => {
    await sigstore?.stop();
    rmSync(dirname(folder), { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "tour-failed");
  });

  it("1: shows a verified model, and why it is verified", async () => {
    await openView(page);
    await modelRow(page, "tiny-llama", "Verified").waitFor();
    const hover = await hoverOver(page, modelRow(page, "tiny-llama", "Verified"));
    await hover.getByText("Signed by key").waitFor();
    await hover.getByText("Show Signature").waitFor();
    await screenshot(page, "tour-01-verified");
    await hover.getByText("Show Signature").click();
    await viewer(page)
      .getByRole("heading", { name: /^This is what .+ signed.*, unchanged\.$/ })
      .waitFor();
    await screenshot(page, "tour-01-signature");
  });

  it("2: shows a changed model, and what changed", async () => {
    await modelRow(page, "reviews-dataset", "Changed since signing").click();
    await page.locator(".sidebar .monaco-list-row", { hasText: "labels.csv" }).waitFor();
    await runCommand(page, "Model Provenance: Compare With Signature");
    await pick(page, "reviews-dataset");
    await viewerComes(page, /^labels\.csv$/);
    await screenshot(page, "tour-02-compared");
  });

  it("3: trusts a signer who is not trusted yet", async () => {
    await modelRow(page, "tiny-llama-tuned", "Signer not accepted").waitFor();
    await runCommand(page, "Model Provenance: Trust Signer…");
    await pick(page, "tiny-llama-tuned");
    await pick(page, "User Settings");
    const dialog = page.getByRole("dialog").filter({ hasText: STRANGER });
    await dialog.waitFor();
    await screenshot(page, "tour-03-trusting");
    await dialog.getByRole("button", { name: "Trust Signer" }).click();
    await modelRow(page, "tiny-llama-tuned", "Verified").waitFor();
  });

  it("4: signs an unsigned model with a key of the samples", async () => {
    await modelRow(page, "onnx", "Not signed").waitFor();
    await runCommand(page, "Model Provenance: Sign Model");
    await pick(page, "onnx");
    await pick(page, "Private Key File…");
    await typePath(page, join(folder, "keys", "p256.pem"));
    const dialog = page.getByRole("dialog").filter({ hasText: "Sign onnx" });
    await dialog.getByRole("button", { name: "Sign", exact: true }).click();
    await notification(page, "Signed onnx").waitFor();
    await modelRow(page, "onnx", "Verified").waitFor();
    await screenshot(page, "tour-04-signed");
  });

  it("5: changes a byte", async () => {
    changeByte(join(folder, "onnx", "linear.onnx"));
    await modelRow(page, "onnx", "Changed since signing").waitFor();
    await screenshot(page, "tour-05-changed");
  });
});
