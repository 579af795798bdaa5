import { spawn } from "node:child_process";
import { once } from "node:events";
import { startPortRedirect } from "../../test/support/port-redirect.ts";
import { serverVersion, startServer } from "../../test/support/vscode-server.ts";
import { TEST_VSIX, writeVsix } from "../package.ts";
import { hasDisplay } from "./open-desktop.ts";
import type { SampleSettings } from "./samples-to-open.ts";

/** Serves VS Code with the packaged extension installed, and shows it in this machine's browser. */
export async function openServer(folder: string, settings: SampleSettings, signal: AbortSignal): Promise<void> {
  writeVsix(TEST_VSIX);
  const redirect = await startPortRedirect();
  const server = await startServer({ secured: true, settings, vsix: [TEST_VSIX], env: redirect.env });
  try {
    const url = server.url({ open: folder });
    console.log(`VS Code's server (code-server ${serverVersion("newest")}) runs on this machine. Ctrl-C ends it.`);
    const opened = hasDisplay() && (await openInBrowser(url));
    console.log(opened ? `Your browser opens it; if it does not: ${url}` : `Open this address in a browser: ${url}`);
    if (!signal.aborted) await once(signal, "abort");
  } finally {
    await server.stop();
    await redirect.stop();
  }
}

function openInBrowser(url: string): Promise<boolean> {
  const [program, ...args] = OPENERS[process.platform] ?? ["xdg-open"];
  return new Promise((resolve) => {
    const child = spawn(program, [...args, url], { stdio: "ignore", detached: true });
    child.on("error", () => resolve(false));
    child.on("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};
