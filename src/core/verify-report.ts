import type { Verdict } from "./verdict.ts";

/** Of the JSON reports. Changes when a field is removed, renamed or takes another meaning; new fields may come without. */
export const REPORT_VERSION = 2;

/** What the terminal's `verify --json` prints and the editor copies and shows: `schemas/report.schema.json`. */
export function verifyReport(verdict: Verdict) {
  return { version: REPORT_VERSION, command: "verify", verified: verdict.state === "verified", verdict } as const;
}
