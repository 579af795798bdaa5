/** A string in source code that may name a model. Its value is the source text; nothing is evaluated. */
export interface CodeString {
  readonly value: string;
  /** Offsets in UTF-16 code units, without quotes, end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** Longer strings are skipped, not cut. */
export const LONGEST_VALUE = 512;

export function codeString(text: string, start: number, end: number): CodeString | undefined {
  if (end <= start || end - start > LONGEST_VALUE) return undefined;
  return { value: text.slice(start, end), start, end };
}
