import { randomBytes } from "node:crypto";
import { basename, dirname, join } from "node:path";

const TEMPORARY_SUFFIX = /^\.[0-9a-f]{12}\.tmp$/;

/** A new name for an unfinished file next to `path`: a dot, the file's name, 12 hexadecimal digits, `.tmp`. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
}

/** Whether `name` is a temporary name of the file `final`; both relative to the same folder, `/` separated. */
export function isTemporaryName(name: string, final: string): boolean {
  const slash = final.lastIndexOf("/") + 1;
  const start = `${final.slice(0, slash)}.${final.slice(slash)}`;
  return name.startsWith(start) && TEMPORARY_SUFFIX.test(name.slice(start.length));
}
