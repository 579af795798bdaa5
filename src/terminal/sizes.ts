import { usageError } from "./arguments.ts";

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/**
 * A number of bytes: `1000000000`, `1GB` (powers of ten), `500MiB` (powers of two).
 *
 * @param option for the message
 * @throws ProvenanceError USAGE
 */
export function parseSize(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const unit = UNITS[(match?.[2] ?? "?").toLowerCase()];
  const bytes = unit === undefined ? Number.NaN : Number(match?.[1]) * unit;
  if (!Number.isSafeInteger(bytes) || bytes < 1) {
    throw usageError(`${option}: "${text}" is not a number of bytes. Examples: 1000000000, 1GB, 500MiB.`);
  }
  return bytes;
}
