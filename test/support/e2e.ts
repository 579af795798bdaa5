import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { TEST_VSIX } from "../../scripts/package.ts";
import { makeSamples } from "../../scripts/samples/make.ts";
import { launchBrowser } from "./browser.ts";
import { type Server, type ServerOptions, startServer } from "./vscode-server.ts";

/** What the tests of a suite share; each is there once the suite's tests run. */
export interface E2ESession {
  readonly browser: Browser;
  readonly server: Server;
  /** A fresh folder of samples. */
  readonly folder: string;
}

/** Registers hooks for the suite it is called in: a server with the packaged extension, a browser, and samples. */
export function e2eSession(options: ServerOptions = {}): E2ESession {
  let browser: Browser | undefined;
  let server: Server | undefined;
  let folder: string | undefined;
  before(async function () {
    this.timeout(120_000);
    folder = realpathSync(mkdtempSync(join(tmpdir(), "samples-")));
    makeSamples(folder);
    server = await startServer({ vsix: [TEST_VSIX], ...options });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });
  return {
    get browser() {
      return there(browser);
    },
    get server() {
      return there(server);
    },
    get folder() {
      return there(folder);
    },
  };
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("The session is there only while the suite's tests run.");
  return value;
}
