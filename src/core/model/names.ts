/** Why a name cannot stand in a manifest (OMS 6.1.2). */
export type NameProblem = "empty" | "absolute" | "nul" | "parent" | "not-canonical" | "trailing-slash" | "not-unicode";

const FIRST_SURROGATE = 0xd800;
const AFTER_SURROGATES = 0xe000;

/** Moves surrogates above the rest of the basic plane, as the code points that they encode are. */
function rank(unit: number): number {
  if (unit < FIRST_SURROGATE) return unit;
  return unit < AFTER_SURROGATES ? unit + 0x2000 : unit - 0x800;
}

/**
 * Order by Unicode code point, which is also the order of the UTF-8 bytes (OMS 5.2.1). JavaScript's own `<` compares
 * UTF-16 units and puts U+1F600 before U+FF21.
 *
 * @returns negative, zero or positive
 */
export function compareCodePoints(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Whether every UTF-16 unit of a name is below the surrogates: then its order by unit is that by code point. */
export function isBelowSurrogates(name: string): boolean {
  return !/[\ud800-\uffff]/.test(name);
}

/** `compareCodePoints`, or what gives the same for names that are all below the surrogates, in half the time. */
export function codePointOrder(belowSurrogates: boolean): (a: string, b: string) => number {
  return belowSurrogates ? compareUnits : compareCodePoints;
}

function compareUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A component that is empty, `.` or `..`. */
const UNUSUAL_COMPONENT = /(?:^|\/)\.{0,2}(?:\/|$)/;

/**
 * Why `name`, of a manifest or of a file, is not a canonical name (OMS 6.1.2); undefined if it is. A
 * backslash and a colon are characters like any other: `/` alone separates.
 */
export function nameProblem(name: string): NameProblem | undefined {
  if (name === "") return "empty";
  if (name.includes("\0")) return "nul";
  if (!name.isWellFormed()) return "not-unicode";
  if (!UNUSUAL_COMPONENT.test(name)) return undefined;
  if (name.startsWith("/")) return "absolute";
  const components = name.split("/");
  if (components.includes("..")) return "parent";
  if (name.endsWith("/")) return "trailing-slash";
  if (components.includes("") || components.includes(".")) return "not-canonical";
  return undefined;
}
