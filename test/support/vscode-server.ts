import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, mkdirSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fetchNode, fetchPackage, npm, pinned } from "../../scripts/fetch.mjs";

/** The oldest VS Code that package.json supports, and the newest there is a server for. */
export type Release = "oldest" | "newest";

export interface ServerOptions {
  /** Default: newest. */
  readonly release?: Release;
  /** `ask`: the folder opens in Restricted Mode, as it does for a person. Default: `off`, everything is trusted. */
  readonly trust?: "off" | "ask";
  /** The content of the user's settings.json. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Extensions to install before the start. */
  readonly vsix?: readonly string[];
  /** Added to the environment, also of the extension host. */
  readonly env?: Readonly<Record<string, string>>;
  /** Makes windows honour the development and test paths. VS Code then shows no notification and no dialog. */
  readonly testDriver?: boolean;
  /** Asks every browser for the token that is part of the address. */
  readonly secured?: boolean;
}

/** What a window is opened with. Absolute paths; the last two need the test driver. */
export interface WindowOptions {
  /** A folder, or a `.code-workspace` file. */
  readonly open: string;
  readonly extensionDevelopmentPath?: string;
  readonly extensionTestsPath?: string;
}

export interface Server {
  readonly url: (window: WindowOptions) => string;
  readonly port: number;
  /** The user's settings.json: changes to it reach open windows. */
  readonly settingsFile: string;
  /** What the server printed so far; reported where a test fails to start. */
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

const QUIET_SETTINGS = {
  "chat.disableAIFeatures": true,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "git.openRepositoryInParentFolders": "never",
  // Other listeners on the machine do not matter here.
  "remote.autoForwardPorts": false,
  "security.workspace.trust.startupPrompt": "never",
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "window.restoreWindows": "none",
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

/** Writes the settings.json of a user-data folder: a quiet VS Code, and what is given on top. */
export async function userSettings(data: string, settings: ServerOptions["settings"]): Promise<string> {
  const file = join(data, "User", "settings.json");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify({ ...QUIET_SETTINGS, ...settings }, undefined, 2));
  return file;
}

/** The version of VS Code that a release stands for. */
export function serverVersion(release: Release): string {
  return pinned(`vscode-${release}`)?.version ?? "unknown";
}

/** Why VS Code's server cannot run on this machine, if it cannot. */
export function noServer(): string | undefined {
  return process.platform === "win32" ? "VS Code's server (npm's code-server) does not run on Windows" : undefined;
}

/** Brings VS Code's server (carried by the package code-server) and the Node that it wants; seconds the first time. */
export function fetchServer(release: Release): { readonly node: string; readonly main: string } {
  const wanted = pinned(`vscode-${release}`);
  if (wanted === undefined) throw new Error(`No VS Code server is pinned for ${release}`);
  const node = release === "oldest" ? fetchNode("node-oldest") : newestNode();
  const folder = fetchPackage(wanted, (unpacked) => {
    const server = join(unpacked, "lib", "vscode");
    npm(["install", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], server, node);
    if (release === "oldest") borrowRipgrep(server);
  });
  return { node, main: join(folder, "lib", "vscode", "out", "server-main.js") };
}

/** Node 24: this one where it is, since not every system has a pinned one. */
function newestNode(): string {
  return process.versions.node.startsWith("24.") ? process.execPath : fetchNode("node");
}

/** Searching and `workspaceContains` need ripgrep, which the older server would download while it is installed. */
function borrowRipgrep(server: string): void {
  const modules = join(dirname(dirname(fetchServer("newest").main)), "node_modules");
  const program = process.platform === "win32" ? "rg.exe" : "rg";
  const from = join(modules, "@vscode", "ripgrep-universal", "bin", `${process.platform}-${process.arch}`, program);
  const folder = join(server, "node_modules", "@vscode", "ripgrep", "bin");
  mkdirSync(folder, { recursive: true });
  copyFileSync(from, join(folder, program));
}

export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const { node, main } = fetchServer(options.release ?? "newest");
  const data = await mkdtemp(join(tmpdir(), "vscode-server-"));
  const settingsFile = await userSettings(join(data, "data"), options.settings);
  const common = ["--server-data-dir", data, "--accept-server-license-terms", "--telemetry-level", "off"];
  for (const file of options.vsix ?? []) {
    const installed = spawnSync(node, [main, ...common, "--install-extension", file], { encoding: "utf8" });
    const said = tellingLines(`${installed.stderr}${installed.stdout}`);
    if (installed.status !== 0) throw new Error(`Installing ${file} failed: ${said}`);
  }

  const token = options.secured === true ? randomBytes(16).toString("hex") : undefined;
  const tokenFile = join(data, "token");
  if (token !== undefined) await writeFile(tokenFile, token, { mode: 0o600 });
  const port = await freePort();
  const args = [
    main,
    ...common,
    ...["--host", "127.0.0.1", "--port", String(port)],
    ...(token === undefined ? ["--without-connection-token"] : ["--connection-token-file", tokenFile]),
    ...(options.testDriver === true ? ["--enable-smoke-test-driver"] : []),
    ...(options.trust === "ask" ? [] : ["--disable-workspace-trust"]),
  ];
  // A group of its own: the extension hosts are its children, and end with it.
  const child = spawn(node, args, {
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
  });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const stop = async () => {
    await end(child);
    await rm(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    await listening(child, () => tellingLines(output));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: (window) => address(port, token, window),
    port,
    settingsFile,
    output: () => tellingLines(output),
    stop,
  };
}

/** Without the complaints about the log library that was never compiled, and their stacks. */
function tellingLines(output: string): string {
  const noise = /spdlog|bindings file|^\s+at .*\(?(node:internal|file:\/\/.*server-main\.js)|^ *(tries: \[|\]|\})$/;
  return output
    .split(/\r?\n/)
    .filter((line) => !noise.test(line))
    .join("\n");
}

function address(port: number, token: string | undefined, window: WindowOptions): string {
  const url = new URL(`http://127.0.0.1:${port}/`);
  if (token !== undefined) url.searchParams.set("tkn", token);
  url.searchParams.set(window.open.endsWith(".code-workspace") ? "workspace" : "folder", remotePath(window.open));
  const payload = (["extensionDevelopmentPath", "extensionTestsPath"] as const).flatMap((key) => {
    const path = window[key];
    return path === undefined ? [] : [[key, `vscode-remote://127.0.0.1:${port}${remotePath(path)}`]];
  });
  if (payload.length > 0) url.searchParams.set("payload", JSON.stringify(payload));
  return url.href;
}

/** `C:\folder` is `/C:/folder` in an address. */
function remotePath(path: string): string {
  return process.platform === "win32" ? `/${path.replaceAll("\\", "/")}` : path;
}

/** The workbench must know its port before it starts: the addresses in the page name it. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("No free port");
  return address.port;
}

function listening(child: ChildProcess, output: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (output().includes("Extension host agent listening on")) resolve();
    };
    child.stdout?.on("data", look);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`VS Code's server ended with ${code}: ${output()}`)));
  });
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
    if (process.platform === "win32") spawnSync("taskkill", ["/pid", String(child.pid), "/t", "/f"]);
    else process.kill(-child.pid, "SIGKILL");
  });
}
