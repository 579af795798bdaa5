import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/**
 * Runs a program until it ends or file descriptor 3 does: the system closes that one when this process ends, however it
 * ends, so no service is left behind.
 */
const GUARD = `
"$@" 3<&- &
program=$!
{ read -r _ <&3; kill -KILL $program; } 2>/dev/null &
guard=$!
wait $program
status=$?
kill $guard 2>/dev/null
exit $status
`;

/** Milliseconds for one service to answer. */
const LONGEST_START = 60_000;
/** Characters of output that are kept. */
const OUTPUT = 8000;

/** Starts a program of a service by its name, in a folder of its own. */
export type StartService = (program: string, args: (folder: string) => readonly string[]) => ServiceProcess;

/** A running service. */
export class ServiceProcess {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #output = "";

  /**
   * @param programs folder of the programs
   * @param folder parent of the service's own folder, which is its working directory and its home
   */
  constructor(programs: string, name: string, args: (folder: string) => readonly string[], folder: string) {
    this.#name = name;
    const own = join(folder, name);
    mkdirSync(own, { recursive: true });
    // Nothing of the environment: some of the services take each flag from a variable, too.
    const env = { HOME: own, PATH: process.env["PATH"] };
    this.#child = spawn("/bin/sh", ["-c", GUARD, "sh", join(programs, name), ...args(own)], {
      cwd: own,
      env,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    this.#child.stdio[3]?.on("error", () => {});
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output = (this.#output + text).slice(-OUTPUT);
      });
    }
    this.#ended = new Promise((resolve) => {
      this.#child.on("error", (error) => {
        this.#output += error.message;
        resolve();
      });
      this.#child.on("exit", () => resolve());
    });
  }

  /** The last of what it has written. */
  get output(): string {
    return this.#output;
  }

  /** Asks until there is an answer, and returns it. @throws Error where the service ends, or does not answer in time */
  async answers<T>(ask: () => Promise<T | undefined>): Promise<T> {
    const end = Date.now() + LONGEST_START;
    while (Date.now() < end && this.#child.exitCode === null && this.#child.signalCode === null) {
      const answer = await ask().catch(() => undefined);
      if (answer !== undefined) return answer;
      await pause(50);
    }
    throw new Error(`${this.#name} did not start:\n${this.#output}`);
  }

  /** The body of a page, as soon as it is there. */
  page(url: string): Promise<string> {
    return this.answers(async () => {
      const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
      const text = await response.text();
      return response.ok ? text : undefined;
    });
  }

  async stop(): Promise<void> {
    this.#child.stdio[3]?.destroy();
    await this.#ended;
  }
}
