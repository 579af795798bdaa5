import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { openWorkbench, runCommand, screenshot } from "../support/browser.ts";
import { e2eSession } from "../support/e2e.ts";
import { changeByte, changeSettings } from "../support/editor-workspace.ts";
import { usePortRedirect } from "../support/port-redirect.ts";
import { type LocalSigstore, startLocalSigstore } from "../support/sigstore/local-sigstore.ts";
import { viewer } from "./viewer.ts";
import {
  explorerRow,
  hoverOver,
  modelRow,
  notification,
  openView,
  pick,
  pressEscape,
  waitForBadge,
} from "./workbench.ts";

const ALICE = "alice@example.com";
const BOB = "bob@example.org";

describe("signing with a browser login, in a window", () => {
  const session = e2eSession({ settings: { "workbench.colorTheme": "Default Dark Modern" }, env: usePortRedirect() });
  let sigstore: LocalSigstore;
  let page: Page;
  let settingsFile: string;

  before(async function () {
    this.timeout(120_000);
    sigstore = await startLocalSigstore();
    settingsFile = session.server.settingsFile;
    await changeSettings(session.server, { "modelProvenance.sigstoreInstance": sigstore.trustConfigPath });
    page = await openWorkbench(session.browser, session.server.url({ open: session.folder }));
    await openView(page);
    await modelRow(page, "tiny-llama").waitFor();
  });

  after(() => sigstore?.stop());

  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "keyless-failed");
  });

  const dialog = (text: string) => page.getByRole("dialog").filter({ hasText: text });

  async function startSigning(model: string): Promise<void> {
    await runCommand(page, "Model Provenance: Sign Model");
    await pick(page, model);
  }

  const rows = () => page.locator(".quick-input-list .monaco-list-row");

  /** The list is drawn anew then: what is clicked before that is clicked in vain. */
  async function logOut(): Promise<void> {
    const loggedIn = rows().filter({ hasText: `as ${ALICE}` });
    await loggedIn.hover();
    await page.getByRole("button", { name: "Use a Different Account" }).click();
    await loggedIn.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Use a Different Account" }).waitFor({ state: "detached" });
  }

  /** A row that has just been drawn anew may swallow a click. */
  async function howToLogIn(): Promise<void> {
    for (let times = 0; times < 10 && (await rows().filter({ hasText: "Pasted Code" }).count()) === 0; times += 1) {
      await rows().filter({ hasText: "Browser Login" }).hover();
      await page
        .getByRole("button", { name: "Login Method…" })
        .click({ timeout: 5000 })
        .catch(() => undefined);
      await rows()
        .filter({ hasText: "Pasted Code" })
        .waitFor({ timeout: 5000 })
        .catch(() => undefined);
    }
    await rows().filter({ hasText: "Pasted Code" }).waitFor();
  }

  it("offers the signing methods, and says what becomes public before anything happens", async () => {
    await startSigning("tiny-llama");
    await page.locator(".quick-input-list .monaco-list-row").filter({ hasText: "Browser Login" }).waitFor();
    await screenshot(page, "keyless-01-ways");
    await pick(page, "Browser Login");
    await dialog("Sign tiny-llama with a browser login?").waitFor();
    await screenshot(page, "keyless-02-confirm");
    assert.deepEqual(sigstore.requests("fulcio"), []);
    await dialog("Sign tiny-llama with a browser login?").getByRole("button", { name: "Sign", exact: true }).click();
  });

  it("logs in at the provider's page by the code that the editor shows", async () => {
    const code = dialog("Log in with the code");
    await code.waitFor();
    await screenshot(page, "keyless-03-code");
    const [shown = ""] = /[A-Z0-9]{4}-[A-Z0-9]{4}/.exec((await code.textContent()) ?? "") ?? [];
    const opened = page.context().waitForEvent("page");
    await code.getByRole("button", { name: "Copy Code and Open Browser" }).click();
    const provider = await opened;
    await provider.locator("#user-code").waitFor();
    assert.equal(await provider.locator("#user-code").textContent(), shown);
    await notification(page, "Signing tiny-llama").getByText(`enter the code ${shown}`).waitFor();
    await screenshot(page, "keyless-04-waiting");
    await provider.click("#confirm-code");
    await provider.fill("#login", ALICE);
    await provider.click("#submit-login");
    await provider.locator("#done").waitFor();
    await provider.close();
  });

  it("asks once before the identity goes into the log, and signs", async () => {
    const question = dialog(`Sign as ${ALICE}?`);
    await question.waitFor();
    await screenshot(page, "keyless-05-publish");
    assert.deepEqual(sigstore.requests("rekor-v2"), []);
    await question.getByRole("button", { name: "Sign and Publish" }).click();
    // It stays for as long as the mouse is over it.
    await notification(page, `Signed tiny-llama as ${ALICE}.`).hover();
    await modelRow(page, "tiny-llama", "Signer not accepted").waitFor();
    await screenshot(page, "keyless-06-signed");
  });

  it("offers to trust the new signer, and the model is verified", async () => {
    const message = notification(page, "You don't trust your own identity yet");
    await message.getByRole("button", { name: "Trust Signer…" }).click();
    await page.locator(".quick-input-list .monaco-list-row").filter({ hasText: "New Policy File" }).waitFor();
    await screenshot(page, "keyless-07-where");
    await pick(page, "User Settings");
    const question = dialog(`Trust ${ALICE}, who signed tiny-llama?`);
    await question.waitFor();
    await screenshot(page, "keyless-07-trust");
    await question.getByRole("button", { name: "Trust Signer" }).click();
    await modelRow(page, "tiny-llama", "Verified").waitFor();
    const settings = JSON.parse(await readFile(settingsFile, "utf8"));
    const entry = { identity: ALICE, issuer: sigstore.issuer };
    assert.deepEqual(settings["modelProvenance.trustedIdentities"], [entry]);
    const hover = await hoverOver(page, modelRow(page, "tiny-llama"));
    await hover.getByText(`Signed by ${ALICE}`).waitFor();
    await screenshot(page, "keyless-08-hover");
    await page.mouse.move(800, 300);
    await runCommand(page, "View: Show Explorer");
    await explorerRow(page, "tiny-llama").waitFor();
    await waitForBadge(page, "tiny-llama", "✓");
    await screenshot(page, "keyless-09-badge");
  });

  it("signs the next model with the same login, without another question", async () => {
    await startSigning("onnx");
    await page
      .locator(".quick-input-list .monaco-list-row")
      .filter({ hasText: `as ${ALICE}` })
      .waitFor();
    await screenshot(page, "keyless-10-again");
    await pick(page, "Browser Login");
    await dialog(`Sign onnx as ${ALICE}?`).getByRole("button", { name: "Sign", exact: true }).click();
    await notification(page, `Signed onnx as ${ALICE}.`).waitFor();
    await openView(page);
    await modelRow(page, "onnx", "Verified").waitFor();
  });

  it("makes the model red when a byte changes later", async () => {
    changeByte(join(session.folder, "tiny-llama", "model.safetensors"));
    await modelRow(page, "tiny-llama", "Changed since signing").waitFor();
    await screenshot(page, "keyless-11-changed");
  });

  it("can be cancelled at the code, and leaves the signature as it was", async () => {
    const signature = await readFile(join(session.folder, "onnx", "model.sig"));
    await startSigning("onnx");
    await logOut();
    await pick(page, "Browser Login");
    await dialog("Sign onnx with a browser login?").getByRole("button", { name: "Sign", exact: true }).click();
    await dialog("Log in with the code").waitFor();
    await page.keyboard.press("Escape");
    await dialog("Log in with the code").waitFor({ state: "detached" });
    await notification(page, "Signing onnx").waitFor({ state: "detached" });
    assert.deepEqual(await readFile(join(session.folder, "onnx", "model.sig")), signature);
  });

  it("logs in by a redirect to loopback if the setting says so", async () => {
    await startSigning("gguf");
    await howToLogIn();
    await screenshot(page, "keyless-12-how");
    await pick(page, "Browser");
    await pick(page, "Browser Login");
    const opened = page.context().waitForEvent("page");
    await dialog("Sign gguf with a browser login?").getByRole("button", { name: "Sign", exact: true }).click();
    const provider = await opened;
    await provider.fill("#login", ALICE);
    await screenshot(page, "keyless-13-waiting");
    await provider.click("#submit-login");
    await provider.getByRole("heading", { name: `Logged in as ${ALICE}` }).waitFor();
    await provider.close();
    await notification(page, `Signed gguf as ${ALICE}.`).waitFor();
    await modelRow(page, "gguf", "Verified").waitFor();
  });

  describe("with a code that is pasted", () => {
    const skill = () => join(session.folder, "release-notes-skill");
    const files = () => readdir(skill(), { recursive: true });
    let untouched: readonly string[];

    async function start(): Promise<void> {
      await startSigning("release-notes-skill");
      await page.locator(".quick-input-list .monaco-list-row").filter({ hasText: "Browser Login" }).waitFor();
    }

    /** Confirms, and logs in at the page that opens. */
    async function logIn(name: string): Promise<string> {
      const opened = page.context().waitForEvent("page");
      await dialog("Sign release-notes-skill with a browser login?")
        .getByRole("button", { name: "Sign", exact: true })
        .click();
      const provider = await opened;
      await provider.fill("#login", name);
      await provider.click("#submit-login");
      const code = (await provider.locator("#code").textContent()) ?? "";
      await provider.close();
      return code;
    }

    const input = () => page.locator(".quick-input-widget").filter({ hasText: "then paste the code that it shows" });

    before(async () => {
      untouched = await files();
    });

    it("can be cancelled before the code is pasted, and leaves everything as it was", async () => {
      await start();
      await logOut();
      await howToLogIn();
      await pick(page, "Pasted Code");
      await pick(page, "Browser Login");
      await logIn(BOB);
      await input().waitFor();
      await screenshot(page, "keyless-14-paste");
      await pressEscape(page, input());
      await notification(page, "Signing release-notes-skill").waitFor({ state: "detached" });
      assert.deepEqual(await files(), untouched);
    });

    it("publishes and writes nothing without consent", async () => {
      const published = sigstore.requests("rekor-v2").length;
      await start();
      await pick(page, "Browser Login");
      const code = await logIn(BOB);
      await input().locator("input").fill(code);
      await page.keyboard.press("Enter");
      await dialog(`Sign as ${BOB}?`).getByRole("button", { name: "Cancel" }).click();
      await notification(page, "Signing release-notes-skill").waitFor({ state: "detached" });
      assert.equal(await notification(page, "Not signed").count(), 0, "a cancellation needs no message");
      assert.equal(sigstore.requests("rekor-v2").length, published);
      assert.deepEqual(await files(), untouched);
    });

    it("signs, and shows the signature", async () => {
      await start();
      await pick(page, "Browser Login");
      await dialog(`Sign release-notes-skill as ${BOB}?`).getByRole("button", { name: "Sign", exact: true }).click();
      await dialog(`Sign as ${BOB}?`).getByRole("button", { name: "Sign and Publish" }).click();
      const message = notification(page, `Signed release-notes-skill as ${BOB}.`);
      await message.getByRole("button", { name: "Show Signature" }).click();
      await viewer(page)
        .getByRole("heading", { name: `This is what ${BOB} signed, unchanged, but this signer is not accepted.` })
        .waitFor();
      await screenshot(page, "keyless-15-signature");
    });
  });
});
