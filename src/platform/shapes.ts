/**
 * Turns anything into a value of its type; a value of another shape counts as not set. These few schemas are used while
 * the extension is activated, where valibot would be a quarter of the code to load.
 */
export type Shape<T> = (value: unknown) => T;

/** @param unset the value if none of the others is given */
export function oneOf<const T extends string>(unset: T, ...others: readonly T[]): Shape<T> {
  return (value) => others.find((other) => other === value) ?? unset;
}

export function flag(unset: boolean): Shape<boolean> {
  return (value) => (typeof value === "boolean" ? value : unset);
}

/** @param unset the value also for an empty text */
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
