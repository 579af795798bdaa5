import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { bareEnvironment } from "../../../engine/bare-environment.ts";
import type { ReaderAnswer, ReaderCalls, ReaderRequest } from "./requests.ts";

/**
 * The other end of a process that has one signature file open. A thread would take the editor's own process with it
 * when a file is too much for the memory.
 */
export class ReaderProcess {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #last = 0;
  #ended: Error | undefined;

  /**
   * @param program the bundled `signature-reader.js`
   * @param heapMb megabytes; with 2048, a statement of two million files fits
   */
  constructor(program: URL, heapMb = 2048) {
    this.#process = fork(fileURLToPath(program), [], {
      env: bareEnvironment(),
      execArgv: [`--max-old-space-size=${heapMb}`],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      serialization: "advanced",
    });
    // The other side is this code, too.
    this.#process.on("message", (answer) => this.#answered(answer as ReaderAnswer));
    this.#process.on("error", (error) => this.#end(error));
    this.#process.on("exit", (code, signal) => {
      this.#end(new Error(`The process that reads this signature has ended (${signal ?? `status ${code}`}).`));
    });
    this.#process.unref();
    this.#process.channel?.unref();
  }

  /** @throws Error when the process failed, or was ended */
  call<K extends keyof ReaderCalls>(
    call: K,
    argument: Parameters<ReaderCalls[K]>[0],
  ): Promise<ReturnType<ReaderCalls[K]>> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended);
      const id = ++this.#last;
      this.#waiting.set(id, { resolve: (value) => resolve(value as ReturnType<ReaderCalls[K]>), reject });
      this.#process.send({ id, call, argument } as ReaderRequest, (error) => {
        if (error !== null) this.#end(error);
      });
    });
  }

  dispose(): void {
    this.#end(new Error("The signature was closed."));
    this.#process.kill("SIGKILL");
  }

  #answered(answer: ReaderAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ("error" in answer) waiting?.reject(new Error(answer.error));
    else waiting?.resolve(answer.value);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}
