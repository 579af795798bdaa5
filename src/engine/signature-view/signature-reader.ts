import { lstatSync } from "node:fs";
import { basename, join } from "node:path";
import { readLines, readSignatureFile } from "../../core/bundle/read-bundle.ts";
import type { Statement } from "../../core/bundle/statement.ts";
import { ProvenanceError } from "../../core/errors.ts";
import type { Resource } from "../../core/manifest/manifest.ts";
import { hubBlob } from "../../core/model/hub-cache.ts";
import { inspectParts } from "../../core/operations/inspect.ts";
import { bundleToShow } from "../../core/operations/verify/bundle-choice.ts";
import { FILE_STATES, type FileFilter, type FileState } from "./file-states.ts";
import { indentJson } from "./indent-json.ts";
import type {
  FileEntry,
  FilePage,
  FileQuery,
  Findings,
  PageRange,
  SignatureSource,
  SignatureSummary,
  StateCounts,
  StatementSummary,
  TextPage,
} from "./requests.ts";

const NOTHING: SignatureSummary = { bytes: 0, claims: [], text: "none" };
/** Ignore paths in the summary; the statement has all. */
const IGNORE_PATHS = 200;
/** Characters of a line of the statement. */
const LINE_LENGTH = 4000;

/** One open signature file: its summary, its files, and its text; or only the files of a model without one. */
export class SignatureReader {
  #resources: readonly Resource[] = [];
  #findings: Findings = { compared: false, files: [] };
  #table = new FileTable([], this.#findings);
  #added: FileEntry[] = [];
  #text = "";
  #lines: readonly string[] | undefined;

  async open(source: SignatureSource): Promise<SignatureSummary> {
    this.#show([], "");
    if ("none" in source) return NOTHING;
    const label = "path" in source ? basename(source.path) : source.label;
    let bytes: Buffer;
    try {
      bytes = "path" in source ? await readSignatureFile(source.path) : Buffer.from(source.bytes.buffer);
    } catch (error) {
      if (!(error instanceof ProvenanceError)) throw error;
      return { ...NOTHING, problem: summarizeError(error) };
    }
    const { line, model } = "path" in source ? source : {};
    const shown = bundleToShow(readLines(bytes, label), line, model);
    const { envelope, statement, problem } = await inspectParts(shown?.bytes ?? bytes, label);
    const { payload = bytes, ...claimed } = envelope ?? { claims: [] };
    const text = payload.toString("utf8");
    this.#show(statement?.manifest.resources ?? [], text);
    return {
      bytes: bytes.length,
      ...(shown?.line !== undefined && { line: shown.line }),
      ...claimed,
      ...(statement && { statement: summarizeStatement(statement) }),
      ...(problem && { problem: summarizeError(problem) }),
      text: envelope !== undefined ? "statement" : text.trim() === "" ? "none" : "file",
    };
  }

  /** Adds files of the next {@link compare}. */
  add(files: readonly FileEntry[]): true {
    this.#added = this.#added.concat(files);
    return true;
  }

  compare(findings: Omit<Findings, "files">): StateCounts {
    this.#findings = { ...findings, files: this.#added };
    this.#added = [];
    this.#table = new FileTable(this.#resources, this.#findings);
    return this.#table.counts;
  }

  page({ filter, search, offset, count }: FileQuery): FilePage {
    const found = this.#table.select(filter, search);
    return { total: found.length, entries: found.slice(offset, offset + count).map((entry) => this.#onDisk(entry)) };
  }

  lines({ offset, count }: PageRange): TextPage {
    this.#lines ??= indentJson(this.#text).map((line) =>
      line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH)}…` : line,
    );
    return { total: this.#lines.length, lines: this.#lines.slice(offset, offset + count) };
  }

  #show(resources: readonly Resource[], text: string): void {
    this.#resources = resources;
    this.#table = new FileTable(resources, this.#findings);
    this.#text = text;
    this.#lines = undefined;
  }

  /** Adds the current size and time of the file, through the links of a Hugging Face cache and no others. */
  #onDisk(entry: FileEntry): FileEntry {
    const { model } = this.#findings;
    if (model === undefined || entry.state === "missing") return entry;
    try {
      const path = model.kind === "file" ? model.path : join(model.path, entry.name);
      const info = lstatSync(hubBlob(path)?.path ?? path);
      return info.isFile() ? { size: info.size, ...entry, modifiedAt: info.mtime.toISOString() } : entry;
    } catch {
      return entry;
    }
  }
}

function summarizeStatement({ subjectName, rootDigest, legacy, manifest }: Statement): StatementSummary {
  const { algorithm, ignorePaths } = manifest.serialization;
  return {
    subject: subjectName,
    rootDigest,
    legacy,
    algorithm,
    ignorePaths: ignorePaths.slice(0, IGNORE_PATHS),
    ignorePathCount: ignorePaths.length,
    files: new Set(manifest.resources.map(({ file }) => file)).size,
  };
}

function summarizeError({ code, message }: ProvenanceError): NonNullable<SignatureSummary["problem"]> {
  return { code, message };
}

/** Characters: a shorter text is searched in names only, not in digests. */
const DIGEST_START = 6;

/** The signed files and those found beside them, in the order in which they are listed. */
class FileTable {
  readonly counts: StateCounts;
  readonly #entries: readonly FileEntry[];
  /** The last search, so that scrolling does not search again. */
  #last = { key: "", found: [] as readonly FileEntry[] };

  constructor(resources: readonly Resource[], { files, compared }: Findings) {
    const isSigned = ({ state }: FileEntry): boolean => state === "changed" || state === "missing";
    const differing = new Map(files.filter(isSigned).map((file) => [file.name, file]));
    const signed = signedFiles(resources).map((file): FileEntry => {
      const found = differing.get(file.name);
      differing.delete(file.name);
      return { ...file, state: compared ? "same" : "listed", ...found };
    });
    const others = files.filter((file) => !isSigned(file));
    const byState = Map.groupBy([...signed, ...differing.values(), ...others], ({ state }) => state);
    this.#entries = FILE_STATES.flatMap((state) => byState.get(state) ?? []);
    const counts = FILE_STATES.map((state) => [state, byState.get(state)?.length ?? 0]);
    this.counts = Object.fromEntries(counts) as Record<FileState, number>;
  }

  /** Returns the entries that match the filter and the search. */
  select(filter: FileFilter, search: string): readonly FileEntry[] {
    const key = `${filter}\n${search}`;
    if (this.#last.key === key) return this.#last.found;
    const wanted = search.toLowerCase();
    const found = this.#entries.filter((entry) => isIn(entry.state, filter) && matches(entry, wanted));
    this.#last = { key, found };
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
