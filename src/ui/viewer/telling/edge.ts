/** How things are told to this person: language, and their clock. Given, so that what is told can be tested anywhere. */
export interface Edge {
  /** `vscode.l10n`. */
  readonly l10n: { t(message: string, ...args: (string | number)[]): string };
  /** BCP 47. */
  readonly language: string;
  /** IANA; the machine's if absent. */
  readonly timeZone?: string;
}

/** `21 November 2026`, in the person's language. */
export function dateText(rfc3339: string, { language, timeZone }: Edge): string {
  return format(rfc3339, language, { dateStyle: "long", ...(timeZone && { timeZone }) });
}

/** `21 November 2026 at 14:02:03 UTC`. */
export function momentText(rfc3339: string, { language, timeZone }: Edge): string {
  return format(rfc3339, language, {
    ...{ day: "numeric", month: "long", year: "numeric", hour: "numeric", minute: "2-digit", second: "2-digit" },
    timeZoneName: "short",
    ...(timeZone && { timeZone }),
  });
}

/** `14:02:03`. */
export function clockText(rfc3339: string, { language, timeZone }: Edge): string {
  return format(rfc3339, language, { timeStyle: "medium", ...(timeZone && { timeZone }) });
}

function format(rfc3339: string, language: string, options: Intl.DateTimeFormatOptions): string {
  const date = new Date(rfc3339);
  return Number.isNaN(date.getTime()) ? rfc3339 : new Intl.DateTimeFormat(language, options).format(date);
}
