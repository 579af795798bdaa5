import { setTimeout as pause } from "node:timers/promises";
import { systemCode } from "../errors.ts";

/** What Windows answers while another program has a file open. */
const IN_USE: ReadonlySet<string | undefined> = new Set(["EACCES", "EBUSY", "EPERM"]);
/** Milliseconds between two attempts; a second altogether. */
const PAUSES: readonly number[] = [10, 20, 40, 80, 160, 320, 370];

/**
 * Repeats what Windows refuses while another program, such as a virus scanner or a reader of this one, has the file open:
 * to rename over it, and to remove it (`MoveFileExW`, which libuv calls once). Elsewhere it is done once.
 *
 * @throws what the last attempt throws
 */
export async function retryInUse<T>(attempt: () => Promise<T>, platform = process.platform): Promise<T> {
  for (const milliseconds of platform === "win32" ? PAUSES : []) {
    try {
      return await attempt();
    } catch (error) {
      if (!IN_USE.has(systemCode(error))) throw error;
      await pause(milliseconds);
    }
  }
  return attempt();
}
