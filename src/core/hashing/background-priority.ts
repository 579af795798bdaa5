import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";

/** The priority that costs nothing on an idle machine and gives way on a busy one. */
const LOW_PRIORITY = 10;
/** Where the program is that sets I/O classes; there is no search path in a bare environment. */
const IONICE = ["/usr/bin/ionice", "/bin/ionice", "/run/current-system/sw/bin/ionice"];

/**
 * Has this process step back for all others: processor time, and on Linux the disk. On Linux both belong to a thread, and
 * a new thread has those of the one that starts it: so this comes before any other thread starts, and is done to the few
 * that the runtime has started. Where it is not allowed, nothing is different but the manners.
 */
export async function stepBack(): Promise<void> {
  const threads = threadIds();
  for (const thread of threads) {
    try {
      os.setPriority(thread, LOW_PRIORITY);
    } catch {
      // A thread may have ended meanwhile; hashing is the same at any priority.
    }
  }
  const ionice = process.platform === "linux" ? IONICE.find((path) => fs.existsSync(path)) : undefined;
  if (ionice === undefined) return;
  await new Promise<void>((resolve) => {
    execFile(ionice, ["--class", "idle", "--pid", ...threads.map(String)], { timeout: 1000 }, () => resolve());
  });
}

function threadIds(): number[] {
  try {
    return fs.readdirSync("/proc/self/task").map(Number);
  } catch {
    return [process.pid];
  }
}
