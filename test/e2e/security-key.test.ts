import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import type { Page } from "playwright-core";
import { ROOT } from "../../scripts/fetch.mjs";
import { openWorkbench, runCommand, screenshot } from "../support/browser.ts";
import { makeChain } from "../support/certificates.ts";
import { e2eSession } from "../support/e2e.ts";
import { makeKeys } from "../support/keys.ts";
import { PIN, requireSoftHsm, SoftHsm } from "../support/softhsm.ts";
import { dialog, modelRow, notification, openView, pick, pressEscape, typePassphrase } from "./workbench.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "tokens-")));

describe("signing with a key in a token or behind a plugin, in a window", () => {
  const settings = { "workbench.colorTheme": "Default Dark Modern", "modelProvenance.autoVerify": "off" };
  const env = {
    SOFTHSM2_CONF: join(folder, "softhsm2.conf"),
    // Otherwise the extension host has the PATH of a login shell.
    VSCODE_CLI: "1",
    PATH: [join(ROOT, "docs", "kms"), process.env["PATH"]].join(delimiter),
  };
  const session = e2eSession({ settings, env });
  const { leaf } = makeChain();
  let module: string;
  let page: Page;

  before(async function () {
    this.timeout(120_000);
    module = requireSoftHsm(this);
    const hsm = new SoftHsm(module, folder).addToken("release").addToken("staging");
    delete process.env["SOFTHSM2_CONF"];
    hsm.addKey("release", makeKeys("P-384"), "prod", "01");
    hsm.addKey("release", leaf.keys, "alice", "02").addCertificate("release", leaf.der, "alice", "02");
    writeFileSync(join(folder, "vault.pem"), makeKeys().privatePem);
    page = await openWorkbench(session.browser, session.server.url({ open: session.folder }));
    await openView(page);
    await modelRow(page, "tiny-llama").waitFor();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "security-key-failed");
  });

  const list = () => page.locator(".quick-input-widget");

  async function start(model: string, way: string): Promise<void> {
    await runCommand(page, "Model Provenance: Sign Model With Another Method…");
    await pick(page, model);
    await pick(page, way);
  }

  async function chooseToken(model: string): Promise<void> {
    await start(model, "Security Key (PKCS#11)…");
    await pick(page, basename(module));
    await pick(page, "release");
  }

  /** Next to the installed extension, where the user's npm would install it. */
  function installKoffi(): void {
    const storage = join(dirname(session.server.settingsFile), "globalStorage", "model-provenance.model-provenance");
    const modules = join(storage, "native", "node_modules");
    mkdirSync(modules, { recursive: true });
    for (const name of ["koffi", "@koromix"]) {
      if (!existsSync(join(modules, name))) symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
    }
  }

  it("says which package to install, and where", async () => {
    await start("onnx", "Security Key (PKCS#11)…");
    await pick(page, basename(module));
    const message = notification(page, "Security keys need the npm package koffi");
    await message.hover();
    await message.getByRole("button", { name: "Install in Terminal…" }).waitFor();
    await screenshot(page, "security-key-01-install");
    await runCommand(page, "Notifications: Clear All Notifications");
    assert.equal(existsSync(join(session.folder, "onnx", "model.sig")), false);
  });

  it("lists tokens and keys, asks again for a wrong PIN, and signs", async () => {
    installKoffi();
    await start("onnx", "Security Key (PKCS#11)…");
    await pick(page, basename(module));
    await list().getByText("staging").waitFor();
    await screenshot(page, "security-key-02-tokens");
    await pick(page, "release");
    await list().getByText("PIN of the token release. Not saved.").waitFor();
    await typePassphrase(page, "998877");
    await list().getByText('The PIN for the token "release" is wrong.').waitFor();
    await screenshot(page, "security-key-03-wrong-pin");
    await list().getByRole("checkbox", { name: "Save in secret storage" }).click();
    await list().locator("input[type=password]").focus();
    await typePassphrase(page, PIN);
    await list().getByText("prod").waitFor();
    await screenshot(page, "security-key-04-keys");
    await pick(page, "prod");
    const question = dialog(page, "Sign onnx with the key prod on the token release?");
    await question.getByRole("button", { name: "Sign", exact: true }).click();
    const message = notification(page, "Signed onnx with the key prod on the token release.");
    await message.hover();
    assert.match(readFileSync(join(session.folder, "onnx", "model.sig"), "utf8"), /"publicKey"/);
    await message.getByRole("button", { name: "Trust Key" }).click();
    await modelRow(page, "onnx", "Verified").waitFor();
    await screenshot(page, "security-key-05-verified");
  });

  it("remembers the module and the saved PIN, and signs with the certificate of the token", async () => {
    await runCommand(page, "Notifications: Clear All Notifications");
    await start("tiny-llama", "Security Key (PKCS#11)…");
    await list().getByText("last used").waitFor();
    await pick(page, basename(module));
    await pick(page, "release");
    await list().getByText("With its certificate: O=Example, CN=Alice").waitFor();
    await page.keyboard.type("alice");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await pick(page, "Continue Without");
    const question = dialog(page, "Sign tiny-llama with the certificate of alice on the token release?");
    await question.getByRole("button", { name: "Sign", exact: true }).click();
    await notification(page, "Signed tiny-llama with the key alice on the token release.").waitFor();
    assert.match(readFileSync(join(session.folder, "tiny-llama", "model.sig"), "utf8"), /"x509CertificateChain"/);
  });

  it("leaves everything as it was if it is cancelled at the confirmation", async () => {
    await chooseToken("gguf");
    await pick(page, "prod");
    const question = dialog(page, "Sign gguf with the key prod");
    await question.waitFor();
    await pressEscape(page, question);
    assert.equal(existsSync(join(session.folder, "gguf", "model.sig")), false);
  });

  it("signs with a key behind a plugin, and names a plugin that does not exist", async () => {
    await start("gguf", "Key in a Cloud or Vault…");
    await list().getByText("The key, as NAME://KEY.").waitFor();
    await page.keyboard.type("nosuchvault://prod");
    await page.keyboard.press("Enter");
    await notification(page, "There is no program sigstore-kms-nosuchvault in the folders of PATH.").waitFor();
    await runCommand(page, "Notifications: Clear All Notifications");
    await start("gguf", "Key in a Cloud or Vault…");
    await list().getByText("The key, as NAME://KEY.").waitFor();
    const key = `keyfile://${join(folder, "vault.pem")}`;
    await page.keyboard.type(key);
    await page.keyboard.press("Enter");
    const question = dialog(page, `Sign gguf with the key ${key}?`);
    await question.getByRole("button", { name: "Sign", exact: true }).click();
    await notification(page, `Signed gguf with the key ${key}.`).waitFor();
    assert.match(readFileSync(join(session.folder, "gguf", "model.sig"), "utf8"), /"publicKey"/);
  });
});
