import { env } from "vscode";

/** A time of RFC 3339 in the person's own clock and language; today's without the date. */
export function timeText(rfc3339: string): string {
  const date = new Date(rfc3339);
  const today = date.toDateString() === new Date().toDateString();
  const style: Intl.DateTimeFormatOptions = today
    ? { timeStyle: "short" }
    : { timeStyle: "short", dateStyle: "medium" };
  return new Intl.DateTimeFormat(env.language, style).format(date);
}
