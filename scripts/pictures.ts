// npm run pictures: the pictures of README and walkthrough, from the real workbench with the packaged extension.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PNG } from "pngjs";
import { launchBrowser, openWorkbench, screenshot } from "../test/support/browser.ts";
import { changeSettings } from "../test/support/editor-workspace.ts";
import { type LocalSigstore, startLocalSigstore } from "../test/support/sigstore/local-sigstore.ts";
import { type Server, startServer } from "../test/support/vscode-server.ts";
import { build } from "./build.ts";
import { ROOT } from "./fetch.mjs";
import { TEST_VSIX, writeVsix } from "./package.ts";
import { playScenes, type Take } from "./pictures/scenes.ts";
import { makePictureWorkspace } from "./pictures/workspace.ts";
import { writePng } from "./pictures/write-png.ts";

const THEMES = { dark: "Default Dark Modern", light: "Default Light Modern" };
/** The picture of the README: a listing of the extension shows one, whatever its theme. */
const LISTED = "overview";
/** Of the identity provider that the pictures name; always the same, so that only what changed changes. */
const ISSUER_PORT = 5556;

await build();
writeVsix(TEST_VSIX);
const root = await folderOfNobody();
const sigstore = await startLocalSigstore({ issuerPort: ISSUER_PORT });
const settings = {
  "editor.minimap.enabled": false,
  "files.autoSave": "off",
  "files.hotExit": "off",
  "workbench.activityBar.location": "default",
  "workbench.reduceMotion": "on",
};
const server = await startServer({ vsix: [TEST_VSIX], settings });
const browser = await launchBrowser();
try {
  const workspace = await makePictureWorkspace(root, sigstore);
  await useSigstore(server, sigstore);
  for (const [theme, name] of Object.entries(THEMES)) {
    await changeSettings(server, { "workbench.colorTheme": name });
    const page = await openWorkbench(browser, server.url({ open: workspace.folder }));
    const take: Take = async (picture, clip) => {
      if (picture === LISTED && theme !== "dark") return;
      const file = join(ROOT, "media", `${picture}-${theme}.png`);
      const taken = PNG.sync.read(await page.screenshot({ animations: "disabled", ...(clip && { clip }) }));
      const png = writePng(taken);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, png);
      console.log(`media/${picture}-${theme}.png: ${png.length} bytes`);
    };
    try {
      await playScenes(page, workspace, take);
    } catch (error) {
      console.error(`See ${await screenshot(page, "pictures-failed")}`);
      throw error;
    }
    await page.close();
  }
} finally {
  await browser.close();
  await server.stop();
  await sigstore.stop();
  await rm(root, { recursive: true, force: true });
}

/** An empty folder with a neutral name, which the pictures show. */
async function folderOfNobody(): Promise<string> {
  const shared = "/var/tmp";
  if (!existsSync(shared)) return await realpath(await mkdtemp(join(tmpdir(), "pictures-")));
  const folder = join(shared, "team");
  await mkdir(folder);
  return folder;
}

/** What the person who is in the pictures has in the settings. */
async function useSigstore(server: Server, { trustConfigPath }: LocalSigstore): Promise<void> {
  await changeSettings(server, { "modelProvenance.sigstoreInstance": trustConfigPath });
}
