import type { Origin } from "../../origin/origin.ts";
import type { Verdict } from "../../verdict.ts";

/** Version of the JSON reports. Changes when a field is removed, renamed or changes its meaning, not for new fields. */
export const REPORT_VERSION = 2;

/** The report of `verify --json`, which the editor also copies and shows: `schemas/report.schema.json`. */
export function verifyReport(verdict: Verdict, origin?: Origin) {
  return {
    version: REPORT_VERSION,
    command: "verify",
    verified: verdict.state === "verified",
    verdict,
    ...(origin && { origin }),
  } as const;
}
