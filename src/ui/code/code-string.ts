/** A string of a source text that may name a model. Its text is what is written there: nothing is evaluated. */
export interface CodeString {
  readonly value: string;
  /** Where it stands between its quotes: offsets in UTF-16 code units, end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** Longer strings name no file; they are skipped, not cut. */
export const LONGEST_VALUE = 512;

export function codeString(text: string, start: number, end: number): CodeString | undefined {
  if (end <= start || end - start > LONGEST_VALUE) return undefined;
  return { value: text.slice(start, end), start, end };
}
