import { createHash } from "node:crypto";
import { compareCodePoints } from "../model/names.ts";

/** The files of a pinned model: SHA-256, lower-case hex, by canonical name relative to the model's folder. */
export type PinnedFiles = ReadonlyMap<string, string>;

/**
 * The SHA-256, in lower-case hex, of what `sha256sum` prints of the files in the order of their bytes: a line each, of
 * the digest, two spaces and the name. README has the commands that give the same.
 */
export function pinDigest(files: PinnedFiles): string {
  const hash = createHash("sha256");
  for (const [name, sha256] of [...files].sort(([a], [b]) => compareCodePoints(a, b))) {
    hash.update(`${sha256}  ${name}\n`);
  }
  return hash.digest("hex");
}

/**
 * Whether `sha256sum` prints the name of a file as it is. It escapes a backslash and the characters that end a line, and
 * takes a name that begins with a hyphen for an option.
 */
export function isPinnableName(name: string): boolean {
  return !/[\\\n\r]/.test(name) && !name.startsWith("-");
}
