import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { bareEnvironment } from "../../engine/bare-environment.ts";
import type { FromProcess, ToProcess } from "./messages.ts";

export interface ChildOptions {
  /** The program that the process runs. */
  readonly entry: URL;
  /** Absolute path of the folder where digests are kept. */
  readonly cache: string;
  /** Megabytes of its heap; absent: what Node gives it. */
  readonly heapMb?: number;
}

/** Characters of its last words that are kept. */
const LAST_WORDS = 4000;
/** Milliseconds for the last write of what it started. */
const RETIRE_MS = 3000;

/** One run of the process that checks. */
export class CheckingChild {
  readonly #process: ChildProcess;
  #lastWords = "";
  #over = false;

  /** `onEnd` is called once, unless `retire` came first: the process is gone, and why. */
  constructor(options: ChildOptions, onMessage: (message: FromProcess) => void, onEnd: (reason: string) => void) {
    const { entry, cache, heapMb } = options;
    const end = (reason: string): void => {
      if (this.#over) return;
      this.#over = true;
      onEnd(reason);
    };
    this.#process = fork(fileURLToPath(entry), [], {
      execArgv: heapMb === undefined ? [] : [`--max-old-space-size=${heapMb}`],
      env: bareEnvironment(),
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      serialization: "advanced",
    });
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS);
    });
    this.#process.on("message", (message) => {
      // The other side is this code, too.
      if (!this.#over) onMessage(message as FromProcess);
    });
    this.#process.on("error", (error) => end(`its process could not be started (${error.message})`));
    // Not `exit`: its last words may still be on their way then.
    this.#process.on("close", (code, signal) => end(this.#reason(code, signal)));
    this.send({ type: "configure", cache });
  }

  /** What is sent to a process that is gone is lost: `onEnd` tells, or told. @throws what cannot be copied */
  send(message: ToProcess): void {
    if (!this.#over && this.#process.connected) this.#process.send(message, () => {});
  }

  /** Has it end by itself; resolves when it is gone. */
  async retire(): Promise<void> {
    this.#over = true;
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    if (child.connected) child.disconnect();
    await new Promise<void>((resolve) => {
      const patience = setTimeout(() => child.kill("SIGKILL"), RETIRE_MS);
      child.once("exit", () => {
        clearTimeout(patience);
        resolve();
      });
    });
  }

  #reason(code: number | null, signal: NodeJS.Signals | null): string {
    if (/heap out of memory|heap limit/i.test(this.#lastWords)) return "there was not enough memory for it";
    const how = signal === null ? `status ${code}` : signal;
    const words = this.#lastWords.trim().split("\n")[0] ?? "";
    return words === "" ? `its process ended (${how})` : `its process ended (${how}: ${words})`;
  }
}
