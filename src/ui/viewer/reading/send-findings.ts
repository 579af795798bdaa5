import { setImmediate } from "node:timers/promises";
import type { ReaderProcess } from "./reader-process.ts";
import type { Findings, FoundFiles, StateCounts } from "./requests.ts";

/** Files that are copied for the process at a stretch: a millisecond or so. */
const SLICE = 1000;

/** Tells the process what a check found, a slice at a time: the editor's own thread goes on in between. */
export async function sendFindings(reader: ReaderProcess, findings: Findings): Promise<StateCounts> {
  const { changed, missing, added, passed, leftOut, ...comparing } = findings;
  const lists: FoundFiles = { changed, missing, added, passed, leftOut };
  for (const [name, list] of Object.entries(lists)) {
    for (let from = 0; from < list.length; from += SLICE) {
      await reader.call("found", { [name]: list.slice(from, from + SLICE) });
      await setImmediate();
    }
  }
  return reader.call("compare", comparing);
}
