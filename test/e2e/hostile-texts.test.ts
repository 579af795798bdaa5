import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { sign } from "../../src/core/operations/sign/sign.ts";
import { findPolicyFiles } from "../../src/core/policy/policy-files.ts";
import { readPolicyFile } from "../../src/core/policy/read-policies.ts";
import { readTrustConfigFile } from "../../src/core/verification/trust-root-files.ts";
import { openWorkbench, runCommand, screenshot } from "../support/browser.ts";
import { type CertificateChain, makeChain } from "../support/certificates.ts";
import { e2eSession } from "../support/e2e.ts";
import { changeByte, signWith } from "../support/editor-workspace.ts";
import { HOSTILE_NAMES, HOSTILE_TEXTS } from "../support/hostile-texts.ts";
import { makeKeys, privatePem } from "../support/keys.ts";
import { startLocalSigstore } from "../support/sigstore/local-sigstore.ts";
import { hoverUntilShown, modelRow, openView } from "./workbench.ts";

/** The commands that a hover of this extension may run. */
const OURS =
  /^command:modelProvenance\.(showModel|showSignature|verifyModel|signModel|copyReportAsMarkdown|compare|trustSigner)\?/;

const ALL = HOSTILE_TEXTS.join(" ; ");
/** A folder's name, short enough to be one, that has the form of a link to a command. */
const FOLDER = "<command:modelProvenance.trustSigner?%5B%5D#> ![x](command:workbench.action.quit)";

/** Names of certificates are printable ASCII here. */
const ASCII = HOSTILE_TEXTS.filter((text) => /^[ -~]+$/.test(text));

function policy(name: string, glob: string, authorities: readonly unknown[]): string {
  return JSON.stringify({
    apiVersion: "model-provenance/v1",
    kind: "ModelPolicy",
    metadata: { name: name.slice(0, 253) },
    spec: { models: [{ glob }], authorities },
  });
}

describe("a window with hostile texts", () => {
  const settings = { "workbench.colorTheme": "Default Dark Modern", "modelProvenance.autoVerify": "cached" };
  const session = e2eSession({ settings });
  let root: string;
  let page: Page;

  /** A model with hostile names in it. */
  function makeModel(name: string): string {
    const model = join(root, name);
    mkdirSync(model);
    for (const file of HOSTILE_NAMES) writeFileSync(join(model, file), "weights");
    writeFileSync(join(model, "model.safetensors"), "weights");
    return model;
  }

  before(async function () {
    this.timeout(180_000);
    root = realpathSync(mkdtempSync(join(tmpdir(), "hostile-")));
    const keys = makeKeys();
    // A media type of everything: the signature is not valid, and the reason names it.
    const signature = await signWith(makeModel("media-type"), keys.privatePem);
    const bundle = JSON.parse(readFileSync(signature, "utf8"));
    writeFileSync(signature, JSON.stringify({ ...bundle, mediaType: ALL }));
    // A folder whose name is a link.
    await signWith(makeModel(FOLDER), keys.privatePem);
    writeFileSync(join(root, "load.py"), `load(${JSON.stringify(FOLDER)})\n`);
    await signWithNames(makeModel("names"));
    await signWithLogin(makeModel("login"));
    writeFileSync(
      join(root, "key.model-policy.json"),
      policy(ALL, "names", [
        { name: ALL.slice(0, 253), key: { data: keys.publicPem } },
        ...ASCII.map((text) => ({ name: text, keyless: { identities: [{ issuer: text, subject: text }] } })),
      ]),
    );
    makeModel("exception");
    await signWith(join(root, "exception"), keys.privatePem);
    writeFileSync(
      join(root, "exception.model-policy.json"),
      policy(ALL, "exception", [{ name: ALL.slice(0, 253), static: { action: "pass", message: ALL } }]),
    );
    for (const file of await findPolicyFiles(root)) {
      const { diagnostics } = await readPolicyFile(file);
      assert.deepEqual(
        diagnostics.filter(({ severity }) => severity === "error"),
        [],
        file,
      );
    }
    page = await openWorkbench(session.browser, session.server.url({ open: root }));
    await openView(page);
  });

  after(() => {
    rmSync(root, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "hostile-texts-failed");
  });

  /** Subject, issuer and root of hostile names; files changed and added since. */
  async function signWithNames(model: string): Promise<void> {
    const names = (text: string) =>
      [
        ["O", text],
        ["CN", ASCII.join(" ; ").slice(0, 200)],
      ] as const;
    const chain: CertificateChain = makeChain({
      root: { subject: names("<https:/evil.example/root#>") },
      intermediate: { subject: names("<https:/evil.example/issuer#>") },
      leaf: { subject: names("<command:workbench.action.closeWindow>") },
    });
    await sign({
      model,
      signature: join(model, "model.sig"),
      identity: {
        method: "certificate",
        privateKey: { label: "leaf.pem", pem: privatePem(chain.leaf.keys, "pkcs8") },
        certificate: { label: "leaf.crt", pem: chain.leaf.pem },
        chain: [{ label: "chain", pem: chain.intermediate.pem }],
      },
    });
    writeFileSync(
      join(root, "names.model-policy.json"),
      policy(ALL, "names", [
        { name: ALL.slice(0, 253), certificate: { caCert: { data: chain.root.pem }, trustedIdentities: ["*"] } },
      ]),
    );
    for (const file of HOSTILE_NAMES.slice(0, 3)) changeByte(join(model, file));
    for (const file of HOSTILE_NAMES) writeFileSync(join(model, `${file}2`), "added");
  }

  /** An identity in the form of a link, from a private instance. */
  async function signWithLogin(model: string): Promise<void> {
    const sigstore = await startLocalSigstore();
    try {
      const trustRoot = await readTrustConfigFile(sigstore.trustConfigPath);
      const token = await sigstore.token("<https:/evil.example/login#>@evil.example");
      await sign({
        model,
        signature: join(model, "model.sig"),
        identity: { method: "sigstore", root: trustRoot, token: async () => token },
      });
      writeFileSync(join(root, "trust-config.json"), readFileSync(sigstore.trustConfigPath));
    } finally {
      await sigstore.stop();
    }
    writeFileSync(
      join(root, "login.model-policy.json"),
      policy("logins", "login", [
        {
          name: "somebody",
          keyless: {
            identities: [{ issuer: "https://issuer.example", subject: "alice@example.com" }],
            trustConfig: "trust-config.json",
          },
        },
      ]),
    );
  }

  /** What the rendered hover can open or load; fails if it is anything but this extension's. */
  async function linksOf(hover: Locator): Promise<readonly string[]> {
    const links = await hover
      .locator("a")
      .evaluateAll((anchors) =>
        anchors.map((anchor) => anchor.getAttribute("data-href") ?? anchor.getAttribute("href") ?? ""),
      );
    assert.equal(await hover.locator("img, video, iframe, input, h1, h2, li, .codicon-check").count(), 0);
    for (const link of links) assert.match(link, OURS);
    return links;
  }

  /** One hover at a time: that of before has to be gone. */
  async function hoverOn(target: Locator): Promise<Locator> {
    await page.mouse.move(900, 700);
    const hover = page.locator(".monaco-hover .hover-contents").first();
    await hover.waitFor({ state: "hidden" });
    await hoverUntilShown(page, target, hover);
    return page.locator(".monaco-hover");
  }

  it("shows a media type as it is", async () => {
    const hover = await hoverOn(modelRow(page, "media-type", "Signature not valid"));
    await hover.getByText("<https:/evil.example/login#>").first().waitFor();
    assert.equal((await linksOf(hover)).length, 3);
    await screenshot(page, "hostile-texts-01-media-type");
  });

  it("shows names of certificates, files, policies and authorities as they are", async () => {
    const hover = await hoverOn(modelRow(page, "names", "Changed since signing"));
    await hover.getByText("<command:workbench.action.closeWindow>").first().waitFor();
    assert.equal((await linksOf(hover)).length, 4);
    await screenshot(page, "hostile-texts-02-names");
  });

  it("shows an identity as it is", async () => {
    const hover = await hoverOn(modelRow(page, "login", ""));
    await hover.getByText("<https:/evil.example/login#>@evil.example").first().waitFor();
    await linksOf(hover);
  });

  it("shows the name of an authority that allows an exception as it is", async () => {
    const hover = await hoverOn(modelRow(page, "exception", "Allowed by exception"));
    await hover.getByText("<https:/evil.example/login#>").first().waitFor();
    await linksOf(hover);
  });

  it("shows a folder's name as it is: in its row, in the status bar, and in code", async () => {
    const row = await hoverOn(modelRow(page, FOLDER));
    await row.getByText(FOLDER).first().waitFor();
    await linksOf(row);
    const bar = await hoverOn(page.locator(".statusbar-item", { hasText: "failed verification" }));
    await bar.getByText(FOLDER).first().waitFor();
    // Each model, and the way to trust the unknown key.
    assert.equal((await linksOf(bar)).length, 6);
    await runCommand(page, "Go to File...");
    await page.locator(".quick-input-widget input:focus").fill("load.py");
    await page.locator(".quick-input-list .monaco-list-row.focused", { hasText: "load.py" }).click();
    const code = page.locator(".monaco-editor .view-line span span", { hasText: "trustSigner" }).first();
    const shown = await hoverOn(code);
    await shown.getByText(FOLDER).first().waitFor();
    await shown.getByText("Show in Models").waitFor();
    await linksOf(shown);
    await screenshot(page, "hostile-texts-03-code");
  });
});
