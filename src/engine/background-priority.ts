import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";

/** Costs nothing on an idle machine, and yields on a busy one. */
const LOW_PRIORITY = 10;
/** The program that sets I/O classes; a bare environment has no search path. */
const IONICE = ["/usr/bin/ionice", "/bin/ionice", "/run/current-system/sw/bin/ionice"];

/**
 * Lowers the processor priority of this process. On Linux a priority belongs to a thread and is inherited by the threads
 * that it starts, so this runs before any other thread starts, for the few that the runtime has started. Where it is not
 * allowed, the process keeps its priority.
 */
export function lowerPriority(): void {
  for (const thread of threadIds()) {
    try {
      os.setPriority(thread, LOW_PRIORITY);
    } catch {
      // The thread has ended, or its priority cannot be changed.
    }
  }
}

/** Gives the current threads and those that they start the idle I/O class, on Linux. Costs a process. */
export function useIdleDiskClass(): void {
  const ionice = process.platform === "linux" ? IONICE.find((path) => fs.existsSync(path)) : undefined;
  if (ionice === undefined) return;
  execFile(ionice, ["--class", "idle", "--pid", ...threadIds().map(String)], { timeout: 1000 }, () => {}).unref();
}

function threadIds(): number[] {
  try {
    return fs.readdirSync("/proc/self/task").map(Number);
  } catch {
    return [process.pid];
  }
}
