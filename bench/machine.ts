import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, release, type as system } from "node:os";
import { Worker } from "node:worker_threads";
import type { Subject } from "./rounds.ts";
import { timed } from "./rounds.ts";

/** Bytes that the arithmetic alone is measured on. */
const ARITHMETIC = 1024 * 1024 * 1024;

export function describeMachine(): string {
  const flags = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "";
  const sha = flags === "" ? "" : /\bsha_ni\b|\bsha2\b/.test(flags) ? ", SHA extensions" : ", no SHA extensions";
  return `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? "unknown"}${sha}; ${system()} ${release()}; Node ${process.versions.node}`;
}

/** SHA-256 of as many bytes in the memory of one core: what no way of reading can exceed. */
export function arithmetic(bytes: number): Subject {
  return { name: "arithmetic", run: async () => (await timed(digestInMemory)) * (bytes / ARITHMETIC) };
}

/** The same on every core at once. */
export function arithmeticOfAll(bytes: number): Subject {
  const code = `(${digestInMemory.toString()})`;
  return {
    name: "arithmetic of all cores",
    run: async () => {
      const cores = availableParallelism();
      const workers = Array.from({ length: cores }, () => {
        const source = `const { createHash } = require("node:crypto"); const ARITHMETIC = ${ARITHMETIC}; const { parentPort } = require("node:worker_threads");
          parentPort.on("message", () => { (${code})(); parentPort.postMessage("done"); });`;
        return new Worker(source, { eval: true });
      });
      const once = (): Promise<unknown> =>
        Promise.all(
          workers.map(
            (worker) =>
              new Promise((resolve, reject) => {
                worker.once("message", resolve).once("error", reject);
                worker.postMessage("go");
              }),
          ),
        );
      const seconds = await timed(once);
      await Promise.all(workers.map((worker) => worker.terminate()));
      return (seconds / cores) * (bytes / ARITHMETIC);
    },
  };
}

function digestInMemory(): void {
  const block = Buffer.alloc(1024 * 1024, 1);
  const hash = createHash("sha256");
  for (let done = 0; done < ARITHMETIC; done += block.length) hash.update(block);
  hash.digest();
}

/** Takes a file out of the page cache. Linux only. */
export function forgetFile(path: string): void {
  execFileSync("dd", [`if=${path}`, "iflag=nocache", "count=0", "status=none"]);
}

/** Takes everything out of the system's caches; needs root. */
export function forgetEverything(): void {
  execFileSync("sync");
  writeFileSync("/proc/sys/vm/drop_caches", "3");
}
