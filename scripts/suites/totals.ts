import type { SuiteResult } from "../../test/support/results.ts";

export function addUp(results: readonly SuiteResult[]): SuiteResult {
  return {
    passed: results.reduce((sum, result) => sum + result.passed, 0),
    failed: results.flatMap((result) => result.failed),
    skipped: results.flatMap((result) => result.skipped),
    retried: results.flatMap((result) => result.retried ?? []),
  };
}

/** The lines that name what was skipped, those of one reason together. */
export function skippedLines(result: SuiteResult): string[] {
  const byReason = Map.groupBy(result.skipped, ({ reason }) => reason);
  return [...byReason].map(([reason, tests]) => {
    const titles = tests.length > 3 ? `${tests.length} tests` : tests.map(({ title }) => `"${title}"`).join(", ");
    return `Skipped ${titles}: ${reason}`;
  });
}

/** Tries of tests in windows that may fail in one run: the machine is shared, and a window is slow at times. */
const MAX_RETRIES = 2;

/** The result with a failure more, where more tries failed than one run may have. */
export function limitRetries(result: SuiteResult): SuiteResult {
  const count = result.retried?.length ?? 0;
  if (count <= MAX_RETRIES) return result;
  const title = `windows: ${count} tries were repeated, at most ${MAX_RETRIES} may be`;
  return { ...result, failed: [...result.failed, { title, message: "see the tries above" }] };
}

/** The lines that count and name the tries that were repeated. */
export function retryLines({ retried = [] }: SuiteResult): string[] {
  if (retried.length === 0) return [];
  return [`Repeated in windows: ${retried.length}`, ...retried.map(({ title }) => `Tried again: ${title}`)];
}

/** The line that a run ends with. */
export function closingLine(result: SuiteResult): string {
  return `${result.passed} passed, ${result.failed.length} failed, ${result.skipped.length} skipped`;
}

/** Prints what was skipped and what failed, then the closing line. @returns the exit status */
export function reportResult(result: SuiteResult): number {
  for (const line of skippedLines(result)) console.log(line);
  for (const { title, message } of result.failed) {
    console.error(`\n  ✗ ${title}\n    ${message.replaceAll("\n", "\n    ")}\n`);
  }
  console.log(closingLine(result));
  return result.failed.length > 0 ? 1 : 0;
}
