import { spawn } from "node:child_process";
import { chmodSync, existsSync, readFileSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ROOT } from "../../scripts/fetch.mjs";
import type { CliResult } from "../support/run-cli.ts";
import { writeTree } from "../support/temporary-folder.ts";

/** The terminal program as it is installed, in a folder that is also the person's home. */
export class BuiltProgram {
  readonly #folder: string;

  /** @param folder absolute; models are named relative to it */
  constructor(folder: string) {
    this.#folder = folder;
    // What opens a browser on Linux and on macOS.
    const opener = `#!/bin/sh\nprintf %s "$1" > '${folder}/opened.part' && mv '${folder}/opened.part' '${folder}/opened'\n`;
    for (const name of ["xdg-open", "open"]) {
      writeTree(folder, { [`bin/${name}`]: opener });
      chmodSync(join(folder, "bin", name), 0o755);
    }
  }

  /** Runs it to its end. */
  async run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
    return this.start(args, env).ended;
  }

  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Conversation {
    const folder = this.#folder;
    rmSync(join(folder, "opened"), { force: true });
    const PATH = [join(folder, "bin"), process.env["PATH"]].join(delimiter);
    const child = spawn(process.execPath, [join(ROOT, "dist", "cli.js"), ...args], {
      cwd: folder,
      env: { PATH, HOME: folder, ...env },
    });
    const result = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        result[stream] += text;
      });
    }
    child.stdin.on("error", () => {});
    let over = false;
    const ended = new Promise<CliResult>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (status) => {
        over = true;
        resolve({ status, ...result });
      });
    });
    const wait = async <T>(find: () => T | undefined): Promise<T> => {
      for (;;) {
        const found = find();
        if (found !== undefined) return found;
        if (over) throw new Error(`it ended: ${result.stderr}${result.stdout}`);
        await pause(20);
      }
    };
    return {
      ended,
      shown: (pattern) => wait(() => pattern.exec(result.stderr) ?? undefined),
      opened: () => {
        const file = join(folder, "opened");
        return wait(() => (existsSync(file) ? readFileSync(file, "utf8") : undefined));
      },
      type: (line) => child.stdin.end(`${line}\n`),
    };
  }
}

/** A running program and a person. */
export interface Conversation {
  readonly ended: Promise<CliResult>;
  /** Waits until it has written this on standard error. */
  shown(pattern: RegExp): Promise<RegExpExecArray>;
  /** The address that it opened in the browser. */
  opened(): Promise<string>;
  type(line: string): void;
}
