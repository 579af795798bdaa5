import type { Locator, Page } from "playwright-core";
import { openWorkbench, runCommand, screenshot } from "../support/browser.ts";
import { e2eSession } from "../support/e2e.ts";
import { notification, pick } from "./workbench.ts";

describe("the walkthrough, in a window", () => {
  const session = e2eSession({ settings: { "workbench.colorTheme": "Default Light Modern" } });
  let page: Page;

  afterEach(async function () {
    if (this.currentTest?.state === "failed") await screenshot(page, "walkthrough-failed");
  });

  const step = (title: string): Locator => page.locator(".getting-started-step").filter({ hasText: title });

  it("shows each step with its picture", async () => {
    page = await openWorkbench(session.browser, session.server.url({ open: session.folder }));
    // A narrow window does not show the pictures.
    await page.setViewportSize({ width: 1600, height: 900 });
    await runCommand(page, "Welcome: Open Walkthrough...");
    await pick(page, "Know Your Models");
    for (const [index, title] of ["Verify your models", "Sign a model", "Choose whom to trust"].entries()) {
      await step(title).click();
      await step(title).locator(".monaco-button").first().waitFor();
      const picture = page.locator(".getting-started-media img:visible");
      await picture.waitFor();
      await page.waitForFunction("document.querySelector('.getting-started-media img').naturalWidth > 0");
      await screenshot(page, `walkthrough-0${index + 1}`);
    }
  });

  it("has buttons that do what they say and complete the step", async () => {
    await step("Verify your models").click();
    await step("Verify your models").getByRole("button", { name: "Verify All Models" }).click();
    await notification(page, "None of the models in this workspace is signed").waitFor();
    await step("Verify your models").locator(".complete").first().waitFor();
    await screenshot(page, "walkthrough-04-done");
  });
});
