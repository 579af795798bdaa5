import { existsSync } from "node:fs";
import { entryPath } from "./list-folder.ts";
import { namesIn } from "./stat-if-readable.ts";

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
  const versions = namesIn(library).filter((name) => /^(?:python|pypy)/.test(name));
  return [library, ...versions.map((name) => entryPath(library, name))].some((folder) =>
    existsSync(entryPath(folder, PACKAGES)),
  );
}
