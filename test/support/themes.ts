/** Set by `npm run test:long`. */
export const EVERY_THEME = "MODEL_PROVENANCE_EVERY_THEME";

/** The themes that a suite is repeated in: all of them in `npm run test:long`, the first one otherwise. */
export function themes(all: Readonly<Record<string, string>>): [name: string, theme: string][] {
  const entries = Object.entries(all);
  return process.env[EVERY_THEME] === undefined ? entries.slice(0, 1) : entries;
}
