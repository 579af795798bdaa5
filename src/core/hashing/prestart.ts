import { Worker } from "node:worker_threads";
import { lowerPriority } from "./background-priority.ts";
import { parseStartArguments } from "./start-arguments.ts";

/** Starts the threads that will be needed: while they start, the process loads the rest of its own code. */
export function prestart(args: readonly string[], entry: URL): Worker[] {
  const { threads, priority } = parseStartArguments(args);
  // Before any thread starts: it takes the priority of the one that starts it.
  if (priority === "low") lowerPriority();
  return Array.from({ length: threads }, () => new Worker(entry));
}
