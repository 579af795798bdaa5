import type { Page } from "playwright-core";
import { PASSWORD } from "./dex.ts";

/** Logs in at Dex's page, where a browser has been sent. */
export async function logIn(page: Page, url: string, email: string): Promise<void> {
  await page.goto(url);
  await submitPassword(page, email);
}

/** The code that Dex shows for pasting, after the login. */
export async function readCode(page: Page, url: string, email: string): Promise<string> {
  await logIn(page, url, email);
  await page.getByRole("heading", { name: "Login Successful" }).waitFor();
  return page.locator("input[type=text]").inputValue();
}

/** Types a device's code at Dex, and logs in. */
export async function connectDevice(page: Page, url: string, userCode: string, email: string): Promise<void> {
  await page.goto(url);
  await page.fill("#user_code", userCode);
  await page.click("#submit-login");
  await submitPassword(page, email);
  await page.getByRole("heading", { name: "Login Successful" }).waitFor();
}

async function submitPassword(page: Page, email: string): Promise<void> {
  await page.fill("#login", email);
  await page.fill("#password", PASSWORD);
  await page.click("#submit-login");
}
