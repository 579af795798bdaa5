// node scripts/draw-icon.ts: media/icon.png from media/icon.svg; the Marketplace takes no SVG.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { launchBrowser } from "../test/support/browser.ts";
import { ROOT } from "./fetch.mjs";

const PIXELS = 128;

const svg = await readFile(join(ROOT, "media", "icon.svg"), "utf8");
const browser = await launchBrowser();
try {
  const page = await browser.newPage({ viewport: { width: PIXELS, height: PIXELS } });
  await page.setContent(`<style>body{margin:0}svg{display:block}</style>${svg}`);
  await page.screenshot({ path: join(ROOT, "media", "icon.png"), omitBackground: true });
} finally {
  await browser.close();
}
