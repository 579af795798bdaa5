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

/** The line that a run ends with. */
export function closingLine(result: SuiteResult): string {
  return `${result.passed} passed, ${result.failed.length} failed, ${result.skipped.length} skipped`;
}
