import { utcMinutes } from "./bytes-and-time.ts";

/** Translates a text, and fills `{0}`, `{1}`, … with the arguments: `vscode.l10n.t` in the editor, {@link ENGLISH} elsewhere. */
export type Translate = (text: string, ...args: (string | number)[]) => string;

/** Language and time format of the reader. Takes times in RFC 3339; returns any other text unchanged. */
export interface Localizer {
  readonly t: Translate;
  /** A day: `21 November 2026`. */
  readonly date: (time: string) => string;
  /** To the minute; today's without the day. */
  readonly time: (time: string) => string;
  /** To the second, with the day and the time zone. */
  readonly moment: (time: string) => string;
}

/** Of the terminal: English, and times that mean the same everywhere. */
export const ENGLISH: Localizer = {
  t: (text, ...args) => text.replaceAll(/\{(\d+)\}/g, (_, index) => String(args[Number(index)])),
  date: (time) => utcMinutes(time).slice(0, "2026-11-21".length),
  time: utcMinutes,
  moment: utcMinutes,
};

const FORMATS = {
  date: { dateStyle: "long" },
  today: { timeStyle: "short" },
  time: { timeStyle: "short", dateStyle: "medium" },
  moment: {
    ...{ day: "numeric", month: "long", year: "numeric", hour: "numeric", minute: "2-digit", second: "2-digit" },
    timeZoneName: "short",
  },
} as const satisfies Readonly<Record<string, Intl.DateTimeFormatOptions>>;

/**
 * @param language BCP 47
 * @param timeZone IANA; the machine's if absent
 */
export function localizer(t: Translate, language: string, timeZone?: string): Localizer {
  // Making one takes some fifteen milliseconds.
  const made = new Map<string, Intl.DateTimeFormat>();
  const format = (rfc3339: string, style: keyof typeof FORMATS): string => {
    const date = new Date(rfc3339);
    if (Number.isNaN(date.getTime())) return rfc3339;
    const known =
      made.get(style) ?? new Intl.DateTimeFormat(language, { ...FORMATS[style], ...(timeZone && { timeZone }) });
    made.set(style, known);
    return known.format(date);
  };
  const isToday = (time: string): boolean => new Date(time).toDateString() === new Date().toDateString();
  return {
    t,
    date: (time) => format(time, "date"),
    time: (time) => format(time, isToday(time) ? "today" : "time"),
    moment: (time) => format(time, "moment"),
  };
}
