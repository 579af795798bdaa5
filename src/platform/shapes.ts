/**
 * Schemas of the few small values that are read while the extension is activated: a schema library would be a quarter
 * of what is loaded then. Everything else is parsed with valibot.
 *
 * Each turns anything into a value of its type; what has another shape counts as not set.
 */
export type Shape<T> = (value: unknown) => T;

/** @param unset the value where there is none of the others */
export function oneOf<const T extends string>(unset: T, ...others: readonly T[]): Shape<T> {
  return (value) => others.find((other) => other === value) ?? unset;
}

export function flag(unset: boolean): Shape<boolean> {
  return (value) => (typeof value === "boolean" ? value : unset);
}

/** @param unset also in the place of an empty text */
export function text(unset: string): Shape<string> {
  return (value) => (typeof value === "string" && value !== "" ? value : unset);
}

/** Texts, all or none. */
export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : [];
}

/** Entries of any shape. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The fields of an object, none of anything else. */
export function fields(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : []);
}
