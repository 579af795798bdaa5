/**
 * How often a test in a window of VS Code is tried again: the window, its server and the test share a machine, and
 * none of them waits for the others. Every failed try is reported.
 */
export const WINDOW_RETRIES = 2;

/** What one run of mocha found, wherever it ran. */
export interface SuiteResult {
  readonly passed: number;
  /** Full title and message. */
  readonly failed: readonly { readonly title: string; readonly message: string }[];
  /** Full title, and why where the test said so. */
  readonly skipped: readonly { readonly title: string; readonly reason: string }[];
  /** Full title and message of each try that failed and was followed by another: a window's test may be tried again. */
  readonly retried?: readonly { readonly title: string; readonly message: string }[];
}

/** Skips the running test or the rest of its suite, and says why: `skip(this, "needs SoftHSM")`. */
export function skip(context: Mocha.Context, reason: string): never {
  const runnable = context.runnable();
  // From a hook, it is the tests of its suite that are reported.
  const owner = runnable !== undefined && "type" in runnable && runnable.type === "hook" ? runnable.parent : runnable;
  // On the object itself: bundled suites have a copy of this module each.
  if (owner !== undefined) Object.assign(owner, { skipReason: reason });
  return context.skip();
}

/** Collects the outcome of a mocha runner. */
export function collect(runner: Mocha.Runner): () => SuiteResult {
  let passed = 0;
  const failed: { title: string; message: string }[] = [];
  const skipped: { title: string; reason: string }[] = [];
  runner.on("pass", () => {
    passed += 1;
  });
  runner.on("fail", (test: Mocha.Test | Mocha.Hook, error: unknown) => {
    failed.push({ title: test.fullTitle(), message: message(error) });
  });
  const retried: { title: string; message: string }[] = [];
  runner.on("retry", (test: Mocha.Test, error: unknown) => {
    retried.push({ title: test.fullTitle(), message: message(error) });
  });
  runner.on("pending", (test: Mocha.Test) => {
    skipped.push({ title: test.fullTitle(), reason: reasonOf(test) });
  });
  return () => ({ passed, failed, skipped, retried });
}

function reasonOf(test: Mocha.Test): string {
  for (let node: Mocha.Test | Mocha.Suite | undefined = test; node !== undefined; node = node.parent) {
    if ("skipReason" in node && typeof node.skipReason === "string") return node.skipReason;
  }
  const root = process.getuid?.() === 0 ? ", as root" : "";
  return `not for a machine like this (${process.platform}${root})`;
}

function message(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by ${message(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
