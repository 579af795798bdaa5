import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { openWorkbench, runCommand, screenshot } from "../support/browser.ts";
import { bundleText, fileResources, makeStatement, signBundle } from "../support/bundles.ts";
import { makeChain } from "../support/certificates.ts";
import { e2eSession } from "../support/e2e.ts";
import { writeTree } from "../support/temporary-folder.ts";
import { dialog, hoverOver, modelRow, notification, openView, typePath } from "./workbench.ts";

const COUNT = 40;
const SENTENCE = `${COUNT} models name a certificate authority that you don't trust. It calls itself Acme Skills Root CA.`;

describe("many models under one untrusted root", () => {
  const session = e2eSession({ settings: { "workbench.colorTheme": "Default Dark Modern" } });
  const chain = makeChain({
    root: {
      subject: [
        ["O", "Acme Corporation"],
        ["CN", "Acme Skills Root CA"],
      ],
    },
    intermediate: {
      subject: [
        ["O", "Acme Corporation"],
        ["CN", "Acme Skills Issuing CA"],
      ],
    },
    leaf: {
      subject: [
        ["O", "Acme Corporation"],
        ["OU", "Skills"],
        ["CN", "Acme Agent Skills"],
      ],
    },
  });
  let folder: string;
  let page: Page;

  before(async function () {
    this.timeout(120_000);
    folder = realpathSync(mkdtempSync(join(tmpdir(), "skills-")));
    for (let index = 0; index < COUNT; index++) {
      const name = `skill-${String(index).padStart(2, "0")}`;
      const files = { "SKILL.md": `---\nname: ${name}\n---\n`, "scripts/run.py": `print(${index})\n` };
      const signed = signBundle(makeStatement(fileResources(files), { name }), {
        certificate: chain.leaf,
        chain: [chain.intermediate],
      });
      writeTree(join(folder, "skills", name), { ...files, "skill.oms.sig": bundleText(signed) });
    }
    writeFileSync(join(folder, "acme-root.pem"), chain.root.pem);
    page = await openWorkbench(session.browser, session.server.url({ open: folder }));
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "nothing-trusted-failed");
  });

  const status = (text: string) => page.locator(".statusbar-item", { hasText: text });
  const trustRow = () => row("Trust Root Certificate…");
  const row = (text: string) => page.locator(".sidebar .monaco-list-row", { hasText: text });

  it("are not verified, and lead to the root certificate that they name", async () => {
    await openView(page);
    await status(`${COUNT} models, none verified`).waitFor();
    await page.locator(".sidebar").getByText(SENTENCE).waitFor();
    await trustRow().waitFor();
    await screenshot(page, "nothing-trusted-01-signpost");
    const hover = await hoverOver(page, status("none verified"));
    await hover.getByText("It calls itself Acme Skills Root CA.").waitFor();
    await screenshot(page, "nothing-trusted-02-status");
    await page.mouse.move(900, 300);
  });

  it("lead to it from Create Policy, too", async () => {
    await runCommand(page, "Model Provenance: Create Policy…");
    const message = notification(page, "To create a policy, first trust a signer");
    await message.getByRole("button", { name: "Trust Root Certificate…" }).waitFor();
    await message.hover();
    await screenshot(page, "nothing-trusted-03-policy");
    await page.keyboard.press("Escape");
    await runCommand(page, "Notifications: Clear All Notifications");
  });

  it("do not get trusted by Enter if the root lies in the workspace: its fingerprint has to be compared", async () => {
    await trustRow().click();
    await page.getByText("Choose the Root Certificate of Acme Skills Root CA").waitFor();
    await screenshot(page, "nothing-trusted-04-file");
    await typePath(page, join(folder, "acme-root.pem"));
    const question = dialog(page, "Trust certificates issued under Acme Skills Root CA?");
    await question.getByText(`The signatures of ${COUNT} models in this window verify with it`).waitFor();
    await question.getByText("it proves nothing by itself").waitFor();
    await question.getByText(/SHA-256 [0-9A-F:]{95}/).waitFor();
    await screenshot(page, "nothing-trusted-05-question");
    await page.keyboard.press("Enter");
    await question.getByRole("button", { name: "Trust Always" }).waitFor();
    await status(`${COUNT} models, none verified`).waitFor();
    await question.getByRole("button", { name: "Trust Always" }).click();
    await modelRow(page, "skill-05", "Verified").waitFor({ timeout: 60_000 });
    await trustRow().waitFor({ state: "detached" });
    await page.locator(".sidebar").getByText(SENTENCE).waitFor({ state: "hidden" });
    await screenshot(page, "nothing-trusted-06-verified");
  });

  it("get one policy with one pattern, named after the signer", async () => {
    await runCommand(page, "Model Provenance: Create Policy…");
    const accept = dialog(page, "(1 of 1)");
    await accept.getByRole("button", { name: "Accept", exact: true }).click();
    await page.getByText("This subject under this root").waitFor();
    await page.keyboard.press("Enter");
    const create = notification(page, "Create model-policy.yaml?");
    await create.hover();
    await screenshot(page, "nothing-trusted-08-create");
    await create.getByRole("button", { name: "Create Policy" }).click();
    await page.locator(".codelens-decoration", { hasText: `${COUNT} models match, ${COUNT} accepted` }).waitFor({
      timeout: 60_000,
    });
    await screenshot(page, "nothing-trusted-09-policy");
    const text = readFileSync(join(folder, "model-policy.yaml"), "utf8");
    assert.match(text, /name: Acme Agent Skills\n/);
    assert.match(text, /models:\n {4}- glob: skills\/\*\n {2}authorities:\n {4}- name: Acme Agent Skills\n/);
  });

  it("are grouped by verdict, with the filter and how to clear it", async () => {
    appendFileSync(join(folder, "skills", "skill-07", "SKILL.md"), "changed\n");
    await status(`1 of ${COUNT} models failed verification`).waitFor();
    const hover = await hoverOver(page, status("failed verification"));
    await hover.locator("tr", { hasText: "skill-" }).first().getByText("skill-07").waitFor();
    await page.mouse.move(900, 300);
    await runCommand(page, "Model Provenance: Filter Models…");
    await page.getByRole("checkbox", { name: "Toggle all checkboxes" }).click();
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "Changed since signing" }).click();
    await page.keyboard.press("Enter");
    await page.locator(".sidebar").getByText(`Showing 1 of ${COUNT}.`).waitFor();
    await screenshot(page, "nothing-trusted-10-filtered");
    await row("Clear Filter").click();
    await page.locator(".sidebar").getByText(`Showing 1 of ${COUNT}.`).waitFor({ state: "hidden" });
    await runCommand(page, "Model Provenance: Group by Verdict");
    await row("Changed since signing").waitFor();
    await modelRow(page, "skill-07", "Changed").waitFor();
    await screenshot(page, "nothing-trusted-11-grouped");
    await runCommand(page, "Model Provenance: List by Path");
    await modelRow(page, "skill-01", "Verified").waitFor();
  });
});
