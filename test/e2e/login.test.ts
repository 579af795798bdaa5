import { strict as assert } from "node:assert";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { sign } from "../../src/core/operations/sign/sign.ts";
import { verify } from "../../src/core/operations/verify/verify.ts";
import { readTrustConfigFile } from "../../src/core/verification/trust-root-files.ts";
import type { IdentityToken } from "../../src/login/identity-token.ts";
import type { LoginMethod } from "../../src/login/login-options.ts";
import { obtainIdentityToken } from "../../src/login/obtain-identity-token.ts";
import { launchBrowser, screenshot } from "../support/browser.ts";
import { type LocalSigstore, startLocalSigstore } from "../support/sigstore/local-sigstore.ts";
import type { RekorVersion } from "../support/sigstore/trust-config.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";

describe("signing with a login in a real browser", () => {
  const folder = useTemporaryFolder();
  let sigstore: LocalSigstore;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** Addresses that the pages asked for, other than themselves. */
  let fetched: string[];
  let problems: string[];

  before(async function () {
    this.timeout(60_000);
    sigstore = await startLocalSigstore();
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await sigstore?.stop();
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 900, height: 600 }, colorScheme: "light" });
    page = await context.newPage();
    fetched = [];
    problems = [];
    page.on("request", (request) => {
      if (!request.isNavigationRequest()) fetched.push(request.url());
    });
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => {
      // The provider has no icon; of our own page nothing may be amiss.
      const ours = message.location().url.startsWith("http://localhost:");
      if (message.type() === "error" && ours) problems.push(message.text());
    });
  });
  afterEach(async () => {
    sigstore.behave();
    await context.close();
  });

  /** Signs a model with what the login gives, reads it back, and says who signed it. */
  async function signAndVerify(token: IdentityToken, rekor: RekorVersion): Promise<string> {
    writeTree(folder(), { "model/weights.bin": "weights" });
    const model = join(folder(), "model");
    const signature = join(model, "model.sig");
    const root = await readTrustConfigFile(sigstore.trustConfigs[rekor].path);
    await sign({ model, signature, identity: { method: "sigstore", root, token: token.value } });
    const identities = [{ identity: token.email, issuer: token.issuer }];
    const verdict = await verify({ model, signature, trust: { sigstore: { root, identities } } });
    assert.equal(verdict.state, "verified", verdict.reasons[0]?.message);
    assert.ok(verdict.signer?.method === "sigstore");
    return verdict.signer.identity;
  }

  const login = (method: LoginMethod): Promise<IdentityToken> =>
    obtainIdentityToken({ issuer: sigstore.issuer, method, timeout: 30_000 });

  async function typeName(name: string): Promise<void> {
    await page.fill("#login", name);
    await page.click("#submit-login");
  }

  async function shoot(name: string): Promise<void> {
    await screenshot(page, `login-${name}-light`);
    await page.emulateMedia({ colorScheme: "dark" });
    await screenshot(page, `login-${name}-dark`);
    await page.emulateMedia({ colorScheme: "light" });
  }

  it("works by loopback redirect; the last page names the signer and loads nothing", async () => {
    const token = await login({
      kind: "browser",
      openUrl: async (url) => {
        await page.goto(url);
        await shoot("provider");
        await typeName("alice@example.com");
      },
    });
    assert.equal(token.email, "alice@example.com");
    assert.equal(await signAndVerify(token, 1), "alice@example.com");
    await page.getByRole("heading", { name: "Logged in as alice@example.com" }).waitFor();
    assert.match(page.url(), /^http:\/\/localhost:\d+\/auth\/callback\?/u);
    await shoot("done");
    assert.deepEqual(fetched, []);
    assert.deepEqual(problems, []);
    // The policy on the page lets its own style through.
    assert.equal(await page.evaluate("getComputedStyle(document.querySelector('main')).textAlign"), "center");
  });

  it("ends with a page that says so if the person denies the login", async () => {
    const refused = login({
      kind: "browser",
      openUrl: async (url) => {
        await page.goto(url);
        await page.click("#refuse");
      },
    });
    await assert.rejects(refused, { code: "LOGIN_REFUSED" });
    await page.getByRole("heading", { name: "Not logged in" }).waitFor();
    await shoot("refused");
  });

  it("shows an issuer's error as text, never as markup", async () => {
    const name = '"><img src=x onerror=alert(1)>@example.com';
    await login({
      kind: "browser",
      openUrl: async (url) => {
        await page.goto(url);
        await typeName(name);
      },
    });
    await page.getByRole("heading", { name: `Logged in as ${name}` }).waitFor();
    assert.equal(await page.locator("img").count(), 0);
  });

  it("works by a pasted code", async () => {
    const token = await login({
      kind: "code",
      askForCode: async (url) => {
        await page.goto(url);
        await typeName("bob@example.org");
        await page.locator("#code").waitFor();
        await shoot("code");
        return (await page.locator("#code").textContent()) ?? undefined;
      },
    });
    assert.equal(token.email, "bob@example.org");
    assert.equal(await signAndVerify(token, 2), "bob@example.org");
  });

  it("works for another person in a browser where someone is logged in", async () => {
    for (const name of ["alice@example.com", "bob@example.org"]) {
      const token = await login({
        kind: "browser",
        openUrl: async (url) => {
          await page.goto(url);
          await typeName(name);
        },
      });
      assert.equal(token.email, name);
      // Until the page is there, the browser is still on its way back from the provider.
      await page.getByRole("heading", { name: `Logged in as ${name}` }).waitFor();
    }
  });

  it("works by a device code that is typed", async () => {
    const token = await login({
      kind: "device",
      showCode: async ({ url, userCode }) => {
        await page.goto(url);
        await page.fill("[name=user_code]", userCode);
        await shoot("device");
        await page.click("#submit-code");
        assert.equal(await page.locator("#user-code").textContent(), userCode);
        await page.click("#confirm-code");
        await typeName("carol@example.net");
        await page.locator("#done").waitFor();
      },
    });
    assert.equal(token.email, "carol@example.net");
    assert.equal(await signAndVerify(token, 2), "carol@example.net");
  });

  it("works by a device code in the address", async () => {
    const token = await login({
      kind: "device",
      showCode: async ({ urlWithCode }) => {
        await page.goto(urlWithCode ?? "");
        await page.click("#confirm-code");
        await typeName("carol@example.net");
        await page.locator("#done").waitFor();
      },
    });
    assert.equal(token.email, "carol@example.net");
    assert.equal(await signAndVerify(token, 2), "carol@example.net");
  });
});
