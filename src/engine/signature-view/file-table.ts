import type { ChangedResource } from "../../core/manifest/comparison.ts";
import type { Resource } from "../../core/manifest/manifest.ts";
import { FILE_STATES, type FileFilter, type FileState } from "./file-states.ts";
import type { FileEntry, Findings, StateCounts } from "./requests.ts";

/** Search results that are kept, so that scrolling does not search again. */
const KEPT = 4;
/** Characters: a shorter text is searched in names only, not in digests. */
const DIGEST_START = 6;

/** The signed files and those found beside them, in the order in which they are listed. */
export class FileTable {
  readonly counts: StateCounts;
  readonly #entries: readonly FileEntry[];
  readonly #searches = new Map<string, readonly FileEntry[]>();

  constructor(resources: readonly Resource[], { files, compared }: Findings) {
    const changes = new Map<string, ChangedResource[]>();
    const missing = new Map<string, boolean>();
    const others: FileEntry[] = [];
    for (const file of files) {
      if (file.state === "changed") {
        const { state: _, ...change } = file;
        const known = changes.get(file.name);
        if (known === undefined) changes.set(file.name, [change]);
        else known.push(change);
      } else if (file.state === "missing") missing.set(file.name, file.ignored);
      else others.push({ ...file, changes: [] });
    }
    const signed = signedFiles(resources).map((file): FileEntry => {
      const [ignored, changed = []] = [missing.get(file.name), changes.get(file.name)];
      if (ignored !== undefined) return { ...file, state: "missing", changes: changed, ignored };
      const state = changed.length > 0 ? "changed" : compared ? "same" : "listed";
      return { ...file, state, changes: changed };
    });
    for (const { name } of signed) {
      changes.delete(name);
      missing.delete(name);
    }
    const unlisted = [
      ...[...changes].map(([name, changed]): FileEntry => ({ name, state: "changed", changes: changed })),
      ...[...missing].map(([name, ignored]): FileEntry => ({ name, state: "missing", changes: [], ignored })),
    ];
    const byState = Map.groupBy([...signed, ...unlisted, ...others], ({ state }) => state);
    this.#entries = FILE_STATES.flatMap((state) => byState.get(state) ?? []);
    const counts = FILE_STATES.map((state) => [state, byState.get(state)?.length ?? 0]);
    this.counts = Object.fromEntries(counts) as Record<FileState, number>;
  }

  /** Returns the entries that match the filter and the search. */
  select(filter: FileFilter, search: string): readonly FileEntry[] {
    const key = `${filter}\n${search}`;
    const known = this.#searches.get(key);
    if (known !== undefined) return known;
    const wanted = search.toLowerCase();
    const found = this.#entries.filter((entry) => isIn(entry.state, filter) && matches(entry, wanted));
    const [oldest] = this.#searches.keys();
    if (this.#searches.size >= KEPT && oldest !== undefined) this.#searches.delete(oldest);
    this.#searches.set(key, found);
    return found;
  }
}

function isIn(state: FileState, filter: FileFilter): boolean {
  if (filter === "all") return true;
  if (filter === "differing") return state === "changed" || state === "missing" || state === "added";
  return state === filter;
}

/** Whether the name contains the text, or the digest starts with it. */
function matches({ name, digest }: FileEntry, wanted: string): boolean {
  if (name.toLowerCase().includes(wanted)) return true;
  return wanted.length >= DIGEST_START && digest?.startsWith(wanted) === true;
}

/** Returns each signed file once, with its size if its shards record it. */
function signedFiles(resources: readonly Resource[]): Pick<FileEntry, "name" | "digest" | "size" | "shards">[] {
  return [...Map.groupBy(resources, ({ file }) => file)].map(([name, parts]) => {
    const ends = parts.flatMap(({ range }) => (range === undefined ? [] : [range.end]));
    const [first] = parts;
    return {
      name,
      ...(ends.length > 0 && { size: Math.max(...ends), shards: ends.length }),
      ...(parts.length === 1 && first !== undefined && { digest: first.digest }),
    };
  });
}
