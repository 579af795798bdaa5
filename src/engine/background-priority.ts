import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";

/** The priority that costs nothing on an idle machine and gives way on a busy one. */
const LOW_PRIORITY = 10;
/** Where the program is that sets I/O classes; there is no search path in a bare environment. */
const IONICE = ["/usr/bin/ionice", "/bin/ionice", "/run/current-system/sw/bin/ionice"];

/**
 * Has this process step back for all others that want the processor. On Linux a priority belongs to a thread, and a new
 * thread has that of the one that starts it: so this comes before any other thread starts, and is done to the few that
 * the runtime has started. Where it is not allowed, nothing is different but the manners.
 */
export function lowerPriority(): void {
  for (const thread of threadIds()) {
    try {
      os.setPriority(thread, LOW_PRIORITY);
    } catch {
      // A thread may have ended meanwhile; hashing is the same at any priority.
    }
  }
}

/** The same for the disk, where there is a class for it; for the threads there are, and those that they start. Costs a process. */
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
