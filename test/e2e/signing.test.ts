import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { makeSampleKeys, SAMPLE_PASSPHRASE } from "../../scripts/samples/keys.ts";
import { sign } from "../../src/core/operations/sign/sign.ts";
import { openWorkbench, runCommand, screenshot } from "../support/browser.ts";
import { e2eSession } from "../support/e2e.ts";
import { dialog, modelRow, notification, openView, pick, pressEscape, typePassphrase, typePath } from "./workbench.ts";

/** Bytes of a model that takes seconds to read; a hole, so that it takes no room. */
const LARGE = 30_000_000_000;

describe("signing with keys and certificates, in a window", () => {
  const settings = { "workbench.colorTheme": "Default Dark Modern", "modelProvenance.autoVerify": "off" };
  const session = e2eSession({ settings });
  let keys: string;
  let page: Page;

  before(async function () {
    this.timeout(120_000);
    keys = realpathSync(mkdtempSync(join(tmpdir(), "keys-")));
    makeSampleKeys(keys);
    page = await openWorkbench(session.browser, session.server.url({ open: session.folder }));
    await openView(page);
    await modelRow(page, "tiny-llama").waitFor();
  });

  after(() => {
    rmSync(keys, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "signing-failed");
  });

  const list = () => page.locator(".quick-input-widget");

  async function signWith(model: string, way: string): Promise<void> {
    await runCommand(page, "Model Provenance: Sign Model With Another Method…");
    await pick(page, model);
    await pick(page, way);
  }

  it("works with a certificate, its intermediate and its key; shows the subject, and trusts the root on request", async () => {
    await runCommand(page, "Model Provenance: Sign Model With Another Method…");
    await pick(page, "tiny-llama");
    await list().getByText("Certificate and Key…").waitFor();
    await screenshot(page, "signing-01-ways");
    await pick(page, "Certificate and Key…");
    await typePath(page, join(keys, "certificate.pem"), "Choose the Signer's Certificate");
    await list().getByText("Add Intermediate Certificates…").waitFor();
    await screenshot(page, "signing-02-chain");
    await pick(page, "Add Intermediate Certificates…");
    await typePath(page, join(keys, "intermediate.pem"), "Choose Intermediate Certificates");
    await typePath(page, join(keys, "certificate-key.pem"), "Choose a Private Key");
    const question = dialog(page, "Sign tiny-llama with the certificate of");
    await question.getByText("Issued by").waitFor();
    await screenshot(page, "signing-03-certificate");
    assert.equal(existsSync(join(session.folder, "tiny-llama", "model.sig")), false);
    await question.getByRole("button", { name: "Sign", exact: true }).click();
    const message = notification(page, "Signed tiny-llama with the certificate of");
    await message.hover();
    await modelRow(page, "tiny-llama", "Can't be verified here").getByText("unknown certificate authority").waitFor();
    await screenshot(page, "signing-04-signed");
    assert.match(readFileSync(join(session.folder, "tiny-llama", "model.sig"), "utf8"), /"x509CertificateChain"/);
    await message.getByRole("button", { name: "Trust Root Certificate…" }).click();
    await typePath(page, join(keys, "root.pem"));
    const trust = dialog(page, "Trust certificates issued under");
    await trust.getByText(/SHA-256 [0-9A-F:]{95}/).waitFor();
    await screenshot(page, "signing-05-root");
    await trust.getByRole("button", { name: "Trust Always" }).click();
    await modelRow(page, "tiny-llama", "Verified").waitFor();
    await modelRow(page, "tiny-llama").click();
    await page.getByText("Signed by", { exact: false }).first().waitFor();
    await screenshot(page, "signing-06-verified");
  });

  it("says at once when key and certificate do not belong together, and writes nothing", async () => {
    await signWith("onnx", "Certificate and Key…");
    await typePath(page, join(keys, "certificate.pem"), "Choose the Signer's Certificate");
    await pick(page, "Continue Without");
    await pick(page, "Choose Private Key File…");
    await typePath(page, join(keys, "p256.pem"));
    const message = notification(page, "certificate.pem does not belong to the private key given.");
    await message.getByRole("button", { name: "Choose Again…" }).hover();
    await screenshot(page, "signing-07-mismatch");
    assert.equal(await dialog(page, "Sign onnx").count(), 0);
    assert.deepEqual(readdirSync(join(session.folder, "onnx")), ["linear.onnx"]);
  });

  it("asks before it signs changed files, and Enter shows what changed instead of signing", async () => {
    const signIt = async () => {
      await signWith("onnx", "Private Key…");
      await pick(page, "p256.pem");
      await dialog(page, "Sign onnx with the key p256.pem?").getByRole("button", { name: "Sign", exact: true }).click();
    };
    const signature = join(session.folder, "onnx", "model.sig");
    rmSync(signature, { force: true }); // left by a try that failed
    await signIt();
    await notification(page, "Signed onnx with the key p256.pem.").waitFor();
    // While the progress goes, VS Code gives the focus back to the tree, and a list that has just opened closes.
    await notification(page, "Signing onnx").waitFor({ state: "detached" });
    await runCommand(page, "Notifications: Clear All Notifications");
    const before = readFileSync(signature, "utf8");
    appendFileSync(join(session.folder, "onnx", "linear.onnx"), "!");
    await signIt();
    const warning = dialog(page, "1 file differs from the signature by key p256.pem: linear.onnx");
    await warning.getByText("Changed (1): linear.onnx").waitFor();
    await screenshot(page, "signing-13-changed");
    await page.keyboard.press("Enter");
    await list().getByText("linear.onnx").waitFor();
    await screenshot(page, "signing-14-changes");
    await pressEscape(page, list().getByText("linear.onnx"));
    await warning.waitFor();
    assert.equal(readFileSync(signature, "utf8"), before);
    await pressEscape(page, warning);
    assert.equal(readFileSync(signature, "utf8"), before);
    await signIt();
    await warning.getByRole("button", { name: "Sign Changed Files" }).click();
    await warning.waitFor({ state: "detached" });
    await notification(page, "Signed onnx with the key p256.pem.").waitFor();
    assert.notEqual(readFileSync(signature, "utf8"), before);
  });

  it("keeps the signature of another signer if Enter is pressed", async () => {
    const signature = join(session.folder, "tiny-llama", "model.sig");
    const before = readFileSync(signature, "utf8");
    await signWith("tiny-llama", "Private Key…");
    await pick(page, "p256.pem");
    const question = dialog(page, "Sign tiny-llama with the key p256.pem?");
    await question.getByRole("button", { name: "Sign", exact: true }).click();
    const warning = dialog(page, "model.sig is not your signature. Replace it?");
    await warning.getByText("Signer according to the file: ").waitFor();
    await screenshot(page, "signing-15-other-signer");
    await page.keyboard.press("Enter");
    await warning.waitFor({ state: "detached" });
    assert.equal(readFileSync(signature, "utf8"), before);
  });

  it("asks for the passphrase of a key each time until it is saved", async () => {
    const encrypted = join(keys, "p384-encrypted.pem");
    await signWith("gguf", "Private Key…");
    await pick(page, "Choose Private Key File…");
    await typePath(page, encrypted);
    await list().getByText("Not saved. Select Save to keep it in secret storage.").waitFor();
    await typePassphrase(page, SAMPLE_PASSPHRASE);
    await dialog(page, "Sign gguf with the key p384-encrypted.pem?").waitFor();
    await pressEscape(page, dialog(page, "Sign gguf"));

    await signWith("gguf", "Private Key…");
    await pick(page, "p384-encrypted.pem");
    await list().getByText("Not saved. Select Save to keep it in secret storage.").waitFor();
    await list().getByRole("checkbox", { name: "Save in secret storage" }).click();
    await list().getByText("It will be saved in secret storage.").waitFor();
    await screenshot(page, "signing-08-passphrase-kept");
    await list().locator("input[type=password]").focus();
    await typePassphrase(page, SAMPLE_PASSPHRASE);
    await dialog(page, "Sign gguf with the key p384-encrypted.pem?").waitFor();
    await pressEscape(page, dialog(page, "Sign gguf"));

    await signWith("gguf", "Private Key…");
    await pick(page, "p384-encrypted.pem");
    await dialog(page, "Sign gguf with the key p384-encrypted.pem?").waitFor();
    await pressEscape(page, dialog(page, "Sign gguf"));
    assert.equal(existsSync(join(session.folder, "gguf", "model.sig")), false);
  });

  it("lists every file to sign and what is excluded, before anything is signed", async () => {
    await signWith("tiny-llama", "Private Key…");
    await pick(page, "p256.pem");
    const question = dialog(page, "Sign tiny-llama with the key p256.pem?");
    await question.getByText("Excluded: .gitattributes (50 B)").waitFor();
    await question.getByText(/Replaces the signature tiny-llama\/model\.sig by /).waitFor();
    await screenshot(page, "signing-09-question");
    await question.getByRole("button", { name: "Show Files…" }).click();
    await list().getByText("Files to sign (6)").waitFor();
    await list().getByText("Excluded (1)").waitFor();
    await screenshot(page, "signing-10-files");
    await pressEscape(page, list().getByText("Files to sign (6)"));
    await question.waitFor();
    await pressEscape(page, question);
  });

  it("leaves everything as it was at whichever step it is cancelled", async () => {
    const before = snapshot(session.folder);
    const start = async () => {
      await runCommand(page, "Model Provenance: Sign Model");
      await list().getByText("Choose Folder or File…").waitFor();
    };
    const turnBack = async () => {
      await pressEscape(page, list());
      assert.deepEqual(snapshot(session.folder), before);
    };
    await start();
    await turnBack();

    await start();
    await pick(page, "tiny-llama");
    await list().getByText("Private Key File…").waitFor();
    await turnBack();

    await start();
    await pick(page, "tiny-llama");
    await pick(page, "Private Key File…");
    await list().getByRole("button", { name: "Choose" }).waitFor();
    await turnBack();

    await start();
    await pick(page, "tiny-llama");
    await pick(page, "Certificate and Key…");
    await typePath(page, join(keys, "certificate.pem"), "Choose the Signer's Certificate");
    await list().getByText("Continue Without").waitFor();
    await turnBack();

    await start();
    await pick(page, "tiny-llama");
    await pick(page, "p256.pem");
    const question = dialog(page, "Sign tiny-llama with the key p256.pem?");
    await question.getByRole("button", { name: "Cancel" }).click();
    await question.waitFor({ state: "detached" });
    assert.deepEqual(snapshot(session.folder), before);
    await modelRow(page, "tiny-llama", "Verified").waitFor();
  });

  it("shows progress and time left, and keeps the old signature when it is cancelled", async () => {
    const model = join(session.folder, "gguf");
    const weights = join(model, "weights.gguf");
    writeFileSync(weights, "");
    const privateKey = { label: "p256.pem", pem: readFileSync(join(keys, "p256.pem"), "utf8") };
    await sign({ model, signature: join(model, "model.sig"), identity: { method: "key", privateKey } });
    truncateSync(weights, LARGE);
    const before = snapshot(join(session.folder, "gguf"), ["model.sig", "tiny-f32.gguf"]);
    await signWith("gguf", "Private Key…");
    await pick(page, "p256.pem");
    const question = dialog(page, "Sign gguf with the key p256.pem?");
    await question.getByText(/Rehashing all files takes about \d+ /).waitFor();
    await screenshot(page, "signing-11-large");
    await question.getByRole("button", { name: "Rehash All Files" }).click();
    const progress = notification(page, "Signing gguf");
    await progress.getByText(/Hashing [\d.]+( MB)? of 30\.0 GB, .* left/).waitFor();
    await screenshot(page, "signing-12-progress");
    await progress.getByRole("button", { name: "Cancel" }).click();
    await progress.waitFor({ state: "detached" });
    assert.deepEqual(snapshot(join(session.folder, "gguf"), ["model.sig", "tiny-f32.gguf"]), before);
    assert.deepEqual(readdirSync(join(session.folder, "gguf")).sort(), ["model.sig", "tiny-f32.gguf", "weights.gguf"]);
  });
});

/** Every file below a folder, or those named, with its content. */
function snapshot(folder: string, names?: readonly string[]): readonly (readonly [string, string])[] {
  const files =
    names ??
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  return [...files].sort().map((name) => [name, readFileSync(join(folder, name), "base64")] as const);
}
