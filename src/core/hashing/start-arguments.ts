/** What the process is told at its start rather than in a message, because it costs time to wait for one. */
export interface StartOptions {
  readonly threads: number;
  readonly priority: "low" | "normal";
}

/** Arguments of the hashing process. */
export function startArguments({ threads, priority }: StartOptions): string[] {
  return [String(threads), priority];
}

/** The reverse of `startArguments`. */
export function parseStartArguments([threads, priority]: readonly string[]): StartOptions {
  return { threads: Number(threads ?? 0), priority: priority === "low" ? "low" : "normal" };
}
