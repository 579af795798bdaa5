import type { ChangedResource } from "../../core/manifest/comparison.ts";
import type { Resource } from "../../core/manifest/manifest.ts";
import type { FileEntry, FileFilter, FileState, Findings, StateCounts } from "./requests.ts";

/** What stands first: what a person has to look at. */
const ORDER: readonly FileState[] = ["changed", "missing", "added", "same", "listed", "passed", "left-out"];
/** Searches whose result is kept, so that scrolling through one does not search again. */
const KEPT = 4;

/** The signed files and those found beside them, in the order in which they are shown. */
export class FileTable {
  readonly counts: StateCounts;
  readonly #entries: readonly FileEntry[];
  readonly #searches = new Map<string, readonly number[]>();

  constructor(resources: readonly Resource[], findings: Findings) {
    const byState = new Map<FileState, FileEntry[]>(ORDER.map((state) => [state, []]));
    const put = (entry: FileEntry): void => void byState.get(entry.state)?.push(entry);
    const changes = Map.groupBy(findings.changed, ({ name }) => name);
    const missing = new Map(findings.missing.map((file) => [file.name, file]));
    for (const file of signedFiles(resources)) put(signedEntry(file, findings.compared, changes, missing));
    for (const { name, note } of findings.added) put({ name, state: "added", changes: [], ...(note && { note }) });
    for (const name of findings.passed) put({ name, state: "passed", changes: [] });
    for (const { name, source } of findings.leftOut) put({ name, state: "left-out", changes: [], source });
    this.#entries = ORDER.flatMap((state) => byState.get(state) ?? []);
    const counts = ORDER.map((state) => [state, byState.get(state)?.length ?? 0]);
    this.counts = Object.fromEntries(counts) as Record<FileState, number>;
  }

  /** Positions that the filter and the search let through. */
  select(filter: FileFilter, search: string): readonly number[] {
    const key = `${filter}\n${search}`;
    const known = this.#searches.get(key);
    if (known !== undefined) return known;
    const wanted = search.toLowerCase();
    const found: number[] = [];
    for (const [index, entry] of this.#entries.entries()) {
      if (isIn(entry.state, filter) && holds(entry, wanted)) found.push(index);
    }
    const [oldest] = this.#searches.keys();
    if (this.#searches.size >= KEPT && oldest !== undefined) this.#searches.delete(oldest);
    this.#searches.set(key, found);
    return found;
  }

  at(position: number): FileEntry | undefined {
    return this.#entries[position];
  }
}

/** Whether a state is one that a filter shows. */
export function isIn(state: FileState, filter: FileFilter): boolean {
  if (filter === "all") return true;
  if (filter === "differing") return state === "changed" || state === "missing" || state === "added";
  return state === filter;
}

/** Characters: a shorter text is looked for in names only. */
const DIGEST_START = 6;

/** A name, or the beginning of a digest. */
function holds(entry: FileEntry, wanted: string): boolean {
  if (wanted === "") return true;
  return (
    entry.name.toLowerCase().includes(wanted) ||
    (wanted.length >= DIGEST_START && entry.digest?.startsWith(wanted) === true)
  );
}

interface SignedFile {
  readonly name: string;
  readonly digest: string;
  shards: number;
  /** Bytes that shards cover. */
  end: number;
}

function signedFiles(resources: readonly Resource[]): Iterable<SignedFile> {
  const files = new Map<string, SignedFile>();
  for (const { file, digest, range } of resources) {
    const known = files.get(file);
    if (known === undefined) files.set(file, { name: file, digest, shards: range ? 1 : 0, end: range?.end ?? 0 });
    else {
      known.shards += 1;
      known.end = Math.max(known.end, range?.end ?? 0);
    }
  }
  return files.values();
}

function signedEntry(
  { name, digest, shards, end }: SignedFile,
  compared: boolean,
  changed: ReadonlyMap<string, readonly ChangedResource[]>,
  missing: ReadonlyMap<string, { readonly ignored: boolean }>,
): FileEntry {
  const changes = changed.get(name) ?? [];
  const gone = missing.get(name);
  const rest = {
    name,
    changes,
    ...(shards > 0 ? { size: end, shards } : {}),
    ...(shards > 1 ? {} : { digest }),
  };
  if (gone !== undefined) return { ...rest, state: "missing", ignored: gone.ignored };
  if (changes.length > 0) return { ...rest, state: "changed" };
  return { ...rest, state: compared ? "same" : "listed" };
}
