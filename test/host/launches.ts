import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeSamples } from "../../scripts/samples/make.ts";
import type { Release } from "../support/vscode-server.ts";

/** One window of VS Code that host suites run in. */
export interface Launch {
  readonly name: string;
  readonly release: Release;
  readonly trust: "off" | "ask";
  /** The folder of test/host whose suites run, without those below it. */
  readonly suites: "." | "restricted" | "roots";
  /** The VSIX, installed, rather than the development folder. */
  readonly installed: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
}

export const LAUNCHES: readonly Launch[] = [
  { name: "newest, trusted", release: "newest", trust: "off", suites: ".", installed: false },
  { name: "newest, Restricted Mode", release: "newest", trust: "ask", suites: "restricted", installed: false },
  { name: "newest, several folders", release: "newest", trust: "off", suites: "roots", installed: false },
  { name: "newest, VSIX", release: "newest", trust: "off", suites: ".", installed: true },
  { name: "oldest, trusted", release: "oldest", trust: "off", suites: ".", installed: false },
  { name: "oldest, Restricted Mode", release: "oldest", trust: "ask", suites: "restricted", installed: false },
];

/** Fills an empty folder with what the launch's window opens, and returns the path to open. */
export function makeWorkspace(launch: Launch, folder: string): string {
  if (launch.suites !== "roots") {
    mkdirSync(join(folder, "samples"));
    makeSamples(join(folder, "samples"));
    return join(folder, "samples");
  }
  const roots = ["first", "second"];
  for (const root of roots) makeSamples(join(folder, root));
  const file = join(folder, "samples.code-workspace");
  writeFileSync(file, JSON.stringify({ folders: roots.map((path) => ({ path })) }));
  return file;
}
