import type { LongList } from "./protocol.ts";

/** Items of a list that one message carries: about a millisecond of work for the receiver. */
export const PIECE = 1_000;

export interface Shortened {
  /** A copy in which every list of more than {@link PIECE} items is empty. */
  readonly result: unknown;
  readonly lists: readonly LongList[];
  /** By position in `lists`. */
  readonly contents: readonly (readonly unknown[])[];
}

/** Takes the long lists out of a plain object, which would block the receiver for as long as they are. */
export function withoutLongLists(value: unknown): Shortened {
  const lists: LongList[] = [];
  const contents: (readonly unknown[])[] = [];
  const shorten = (part: unknown, path: readonly string[]): unknown => {
    if (Array.isArray(part)) {
      if (part.length <= PIECE) return part.map((item, index) => shorten(item, [...path, String(index)]));
      lists.push({ path, length: part.length });
      contents.push(part);
      return [];
    }
    if (typeof part !== "object" || part === null || ArrayBuffer.isView(part)) return part;
    return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, shorten(item, [...path, key])]));
  };
  return { result: shorten(value, []), lists, contents };
}

/** The list in a result that {@link withoutLongLists} left empty. */
export function listAt(result: unknown, path: readonly string[]): unknown[] {
  let part = result;
  for (const key of path) {
    if (typeof part !== "object" || part === null) break;
    part = Reflect.get(part, key);
  }
  if (!Array.isArray(part)) throw new Error(`There is no list at ${path.join(".")}.`);
  return part;
}

/** Freezes the value, however deep. What is frozen already is not looked into. */
export function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) frozen(part);
  return value;
}
