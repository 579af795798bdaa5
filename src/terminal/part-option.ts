import { MAX_PARTS, type PartNumber } from "../core/manifest/part-number.ts";
import { usageError } from "./arguments.ts";

/** @throws ProvenanceError USAGE */
export function parsePart(text: string): PartNumber {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (index < count && count <= MAX_PARTS) return { index, count };
  throw usageError(`--part: "${text}" is not I/N with I from 0 to N-1 and N at most ${MAX_PARTS}. Example: 3/8.`);
}
