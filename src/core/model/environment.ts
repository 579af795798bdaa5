import { existsSync, readdirSync } from "node:fs";
import { entryPath } from "./list-folder.ts";

/** At the top of a virtual environment of Python, or of conda. */
const MARKS = { file: "pyvenv.cfg", folder: "conda-meta" } as const;
const PACKAGES = "site-packages";

interface ListedFolder {
  /** Absolute. */
  readonly path: string;
  readonly files: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
}

/** Whether a folder is a Python environment: a mark alone, which anyone can add to a model, is not enough. */
export function isEnvironment({ path, files, folders }: ListedFolder): boolean {
  if (!files.has(MARKS.file) && !folders.has(MARKS.folder)) return false;
  // On Windows, the packages are in `Lib`.
  return ["lib", "Lib"].filter((name) => folders.has(name)).some((name) => hasPackages(entryPath(path, name)));
}

function hasPackages(library: string): boolean {
  if (existsSync(entryPath(library, PACKAGES))) return true;
  try {
    return readdirSync(library).some(
      (name) => /^(?:python|pypy)/.test(name) && existsSync(entryPath(entryPath(library, name), PACKAGES)),
    );
  } catch {
    return false;
  }
}
