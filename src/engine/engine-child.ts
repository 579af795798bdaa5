import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { FromEngine, ToEngine } from "./protocol.ts";

export interface ChildOptions {
  /** The program that the process runs. */
  readonly entry: URL;
  /** Absolute path of the folder where digests are kept. */
  readonly cache: string;
  /** Megabytes that its heap may have; 4096 if absent. With 2048, a statement of two million files fits. */
  readonly heapMb?: number;
}

const HEAP_MB = 4096;
/** Characters of its last output that are kept. */
const LAST_OUTPUT = 4000;
/** Milliseconds in which it can end by itself. */
const RETIRE_MS = 3000;

/** Variables that the child's loader needs. */
const INHERITED = ["SystemRoot", "LD_LIBRARY_PATH"];

/** One run of the engine process. */
export class EngineChild {
  readonly #process: ChildProcess;
  #lastOutput = "";
  #over = false;

  /** `onEnd` is called once, unless `retire` came first: the process is gone, and why. */
  constructor(options: ChildOptions, onMessage: (message: FromEngine) => void, onEnd: (reason: string) => void) {
    const { entry, cache, heapMb = HEAP_MB } = options;
    const end = (reason: string): void => {
      if (this.#over) return;
      this.#over = true;
      onEnd(reason);
    };
    this.#process = fork(fileURLToPath(entry), [cache], {
      execArgv: [`--max-old-space-size=${heapMb}`],
      env: bareEnvironment(),
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      serialization: "advanced",
    });
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#lastOutput = (this.#lastOutput + text).slice(-LAST_OUTPUT);
    });
    this.#process.on("message", (message) => {
      // Both sides are built from the same sources.
      if (!this.#over) onMessage(message as FromEngine);
    });
    this.#process.on("error", (error) => end(`its process could not be started (${error.message})`));
    // Not `exit`: its last output may still be on its way then.
    this.#process.on("close", (code, signal) => end(this.#reason(code, signal)));
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** A message to a process that is gone is lost: `onEnd` reports it. @throws where it cannot be copied */
  send(message: ToEngine): void {
    if (!this.#over && this.#process.connected) this.#process.send(message, () => {});
  }

  /** Ends it at once; `onEnd` is called. */
  kill(): void {
    this.#process.kill("SIGKILL");
  }

  /** Lets it end by itself; resolves when it is gone. */
  async retire(): Promise<void> {
    this.#over = true;
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const gone = once(child, "exit");
    if (child.connected) child.disconnect();
    const timeout = setTimeout(() => child.kill("SIGKILL"), RETIRE_MS);
    await gone;
    clearTimeout(timeout);
  }

  #reason(code: number | null, signal: NodeJS.Signals | null): string {
    if (/heap out of memory|heap limit/i.test(this.#lastOutput)) return "there was not enough memory for it";
    const how = signal === null ? `status ${code}` : signal;
    const output = this.#lastOutput.trim().split("\n")[0] ?? "";
    return output === "" ? `its process ended (${how})` : `its process ended (${how}: ${output})`;
  }
}

/** On the desktop `process.execPath` is the editor, which runs a program only with `ELECTRON_RUN_AS_NODE`. */
function bareEnvironment(): Record<string, string> {
  const inherited = INHERITED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  return { ELECTRON_RUN_AS_NODE: "1", ...Object.fromEntries(inherited) };
}
