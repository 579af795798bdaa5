import { realpathSync, statSync } from "node:fs";
import { systemCode } from "../errors.ts";
import { isInside } from "./path-below.ts";
import type { SearchFolder } from "./search-folder.ts";
import type { TimeSlices } from "./time-slices.ts";

/** A link below the root of a search, which may lead to a folder. */
export interface FoundLink {
  /** Absolute. */
  readonly path: string;
  readonly relative: string;
  /** The folder that it lies in. */
  readonly parent: SearchFolder;
}

/**
 * The links to folders that a search found. Each folder is searched once, whatever leads to it: by the path that is no link
 * if the search reaches it so, else by the first link.
 */
export class LinkedFolders {
  readonly #realRoot: string;
  readonly #slices: TimeSlices;
  readonly #apart: readonly string[];
  readonly #searched = new Set<string>();
  readonly #pending: FoundLink[] = [];
  #at = 0;

  /**
   * @param realRoot real path of the folder that is searched
   * @param apart absolute paths of folders that are searched apart
   */
  constructor(realRoot: string, apart: readonly string[], slices: TimeSlices) {
    this.#realRoot = realRoot;
    // What lies in the searched folder, or around it, is searched with it.
    this.#apart = apart
      .flatMap((path) => folderBehind(path) ?? [])
      .filter((path) => !isInside(realRoot, path) && !isInside(path, realRoot));
    this.#slices = slices;
  }

  add(link: FoundLink): void {
    this.#pending.push(link);
  }

  /** Whether the folder is to be searched: for the first time, and not apart. */
  enter(realPath: string): boolean {
    if (this.#apart.includes(realPath)) return false;
    const { size } = this.#searched;
    return this.#searched.add(realPath).size > size;
  }

  /**
   * The next link that leads to a folder, and the real path of that; undefined where there is none. Called when all else was
   * searched: what lies in the folder itself comes first.
   *
   * @param onAround called for a link to a folder around the searched one, or around the link: it would lead in a circle
   */
  async next(
    onAround: (link: FoundLink) => void,
  ): Promise<{ readonly link: FoundLink; readonly real: string } | undefined> {
    for (let link = this.#pending[this.#at]; link !== undefined; link = this.#pending[this.#at]) {
      this.#at++;
      if (this.#slices.isOver()) await this.#slices.next();
      const real = folderBehind(link.path);
      if (real === undefined || this.#searched.has(real)) continue;
      if (this.#apart.some((folder) => isInside(folder, real))) continue;
      if (isInside(real, this.#realRoot) || isInside(real, link.parent.real)) onAround(link);
      else return { link, real };
    }
    return undefined;
  }
}

/** The real path of the folder that a link leads to. */
export function folderBehind(link: string): string | undefined {
  try {
    return statSync(link).isDirectory() ? realpathSync.native(link) : undefined;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}
