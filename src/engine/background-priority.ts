import fs from "node:fs";
import os from "node:os";

/** Costs nothing on an idle machine, and yields on a busy one. */
const LOW_PRIORITY = 10;

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

function threadIds(): number[] {
  try {
    return fs.readdirSync("/proc/self/task").map(Number);
  } catch {
    return [process.pid];
  }
}
