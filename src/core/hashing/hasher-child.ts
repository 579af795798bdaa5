import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { bareEnvironment } from "./bare-environment.ts";
import { type FromHasher, FromHasherSchema, type HasherSettings, type ToHasher } from "./protocol.ts";
import { startArguments } from "./start-arguments.ts";

export interface ChildOptions {
  /** The module that the process runs. Absent: the one that belongs to this code. */
  readonly hasher?: URL;
  /** Options for Node itself. */
  readonly execArgv?: readonly string[];
  /** Added to the bare environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Its objects are few and live long: room for short-lived ones, in each thread, is memory for nothing, and helpers that
 * collect them take the cores from the digesting.
 */
const HEAP = ["--max-semi-space-size=1", "--single-threaded-gc"];
/** Characters of its last words that are kept. */
const LAST_WORDS = 2000;

/** Milliseconds for the last words and the last write. */
const RETIRE_MS = 2000;

/** One run of the hashing process. */
export class HasherChild {
  readonly #process: ChildProcess;
  #lastWords = "";
  #over = false;

  /** `onEnd` is called once, unless `kill` or `retire` came first: the process is gone, and why. */
  constructor(
    options: ChildOptions,
    start: { readonly settings: HasherSettings; readonly threads: number },
    onMessage: (message: FromHasher) => void,
    onEnd: (reason: string) => void,
  ) {
    const end = (reason: string): void => {
      if (this.#over) return;
      this.kill();
      onEnd(reason);
    };
    const { settings, threads } = start;
    const args = startArguments({ threads, priority: settings.priority });
    this.#process = fork(fileURLToPath(options.hasher ?? ownHasher()), args, {
      execArgv: [...HEAP, ...(options.execArgv ?? [])],
      env: { ...options.env, ...bareEnvironment() },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      serialization: "json",
    });
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS);
    });
    this.#process.on("message", (message) => {
      if (this.#over) return;
      const parsed = v.safeParse(FromHasherSchema, message);
      if (parsed.success) onMessage(parsed.output);
      else end("it sent a message that nobody understands");
    });
    this.#process.on("error", (error) => end(`it could not be started (${error.message})`));
    // Not `exit`: its last words may still be on their way then.
    this.#process.on("close", (code, signal) => end(this.#reason(code, signal)));
    this.send({ type: "configure", settings });
  }

  /** Resolves when the message is on its way; false: the process is gone, and `onEnd` tells or told of it. */
  send(message: ToHasher): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.#over || !this.#process.connected) resolve(false);
      else this.#process.send(message, (error) => resolve(error === null));
    });
  }

  /** Whether this process may end while the child runs. */
  hold(held: boolean): void {
    const handles = [this.#process, this.#process.channel, this.#process.stderr];
    for (const handle of handles) {
      if (held) callIfThere(handle, "ref");
      else callIfThere(handle, "unref");
    }
  }

  /** Ends it at once, whatever it does. What it holds is free as soon as the system lets go of it. */
  kill(): void {
    this.#over = true;
    this.#process.kill("SIGKILL");
    this.hold(false);
  }

  /** Lets it finish what it writes and end by itself; resolves when it is gone, or the system does not let go of it. */
  async retire(): Promise<void> {
    this.#over = true;
    if (this.#process.connected) this.#process.disconnect();
    this.hold(false);
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    await new Promise<void>((resolve) => {
      const patience = setTimeout(() => {
        this.kill();
        resolve();
      }, RETIRE_MS);
      child.once("exit", () => {
        clearTimeout(patience);
        resolve();
      });
    });
  }

  #reason(code: number | null, signal: NodeJS.Signals | null): string {
    const how = signal === null ? `ended with status ${code}` : `was ended by ${signal}`;
    const words = this.#lastWords.trim();
    return words === "" ? `the process ${how}` : `the process ${how}: ${words}`;
  }
}

/** Beside the bundle, or its source where this code runs from source. */
function ownHasher(): URL {
  return import.meta.url.endsWith(".ts")
    ? new URL("../../hasher.ts", import.meta.url)
    : new URL("hasher.js", import.meta.url);
}

/** A pipe of a child is a socket, and knows `ref`; its type does not say so. */
function callIfThere(handle: unknown, method: "ref" | "unref"): void {
  if (typeof handle !== "object" || handle === null || !(method in handle)) return;
  const call: unknown = Reflect.get(handle, method);
  if (typeof call === "function") Reflect.apply(call, handle, []);
}
