import { env } from "vscode";

const STYLES: Readonly<Record<"today" | "other", Intl.DateTimeFormatOptions>> = {
  today: { timeStyle: "short" },
  other: { timeStyle: "short", dateStyle: "medium" },
};

const formats = new Map<keyof typeof STYLES, Intl.DateTimeFormat>();

/** A time of RFC 3339 in the person's own clock and language; today's without the date. */
export function timeText(rfc3339: string): string {
  const date = new Date(rfc3339);
  const today = date.toDateString() === new Date().toDateString();
  return formatOf(today ? "today" : "other").format(date);
}

/**
 * Makes the first time text quick: reading a language's data holds the thread for some fifteen milliseconds, which here
 * is a turn of its own, and otherwise comes on top of all that a new verdict changes.
 */
export function prepareTimeText(): void {
  if (formats.size === 0) setImmediate(() => timeText(new Date().toISOString()));
}

function formatOf(style: keyof typeof STYLES): Intl.DateTimeFormat {
  const known = formats.get(style);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat(env.language, STYLES[style]);
  formats.set(style, format);
  return format;
}
