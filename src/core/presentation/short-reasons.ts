import { type ErrorCode, reasonInWords } from "../errors.ts";
import type { Verdict } from "../verdict.ts";
import type { Translate } from "./localizer.ts";

/** The first reason of a verdict in at most four words; empty where it has none. */
export function shortReason({ reasons: [reason] }: Pick<Verdict, "reasons">, t: Translate): string {
  return reason === undefined ? "" : shortReasonOf(reason.code, t);
}

export function shortReasonOf(code: ErrorCode, t: Translate): string {
  return t(reasonInWords(code));
}
