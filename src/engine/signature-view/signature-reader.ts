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
  #model: Findings["model"];
  #added: FileEntry[] = [];
  #files: FilesByState = new Map();
  /** The last search, so that scrolling does not search again. */
  #last: { readonly key: string; readonly found: readonly FileEntry[] } | undefined;
  #text = "";
  #lines: readonly string[] | undefined;

  async open(source: SignatureSource): Promise<SignatureSummary> {
    this.#show([], "");
    if ("none" in source) return NOTHING;
    const label = "path" in source ? basename(source.path) : source.label;
    let bytes: Buffer;
    try {
      bytes = "path" in source ? await readSignatureFile(source.path) : Buffer.from(source.bytes);
    } catch (error) {
      if (!(error instanceof ProvenanceError)) throw error;
      return { ...NOTHING, problem: summarizeError(error) };
    }
    const { line, model } = "path" in source ? source : {};
    const shown = bundleToShow(readLines(bytes, label), line, model);
    const { envelope, statement, problem } = inspectParts(shown?.bytes ?? bytes, label);
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
    this.#added.push(...files);
    return true;
  }

  compare({ model, compared }: Omit<Findings, "files">): StateCounts {
    this.#model = model;
    this.#list(this.#added, compared);
    this.#added = [];
    const counts = FILE_STATES.map((state) => [state, this.#files.get(state)?.length ?? 0]);
    return Object.fromEntries(counts) as Record<FileState, number>;
  }

  page({ filter, search, offset, count }: FileQuery): FilePage {
    const key = `${filter}\n${search}`;
    if (this.#last?.key !== key) this.#last = { key, found: select(this.#files, filter, search.toLowerCase()) };
    const { found } = this.#last;
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
    this.#list([], false);
    this.#text = text;
    this.#lines = undefined;
  }

  #list(files: readonly FileEntry[], compared: boolean): void {
    this.#files = filesByState(this.#resources, files, compared);
    this.#last = undefined;
  }

  /** Adds the current size and time of the file, through the links of a Hugging Face cache and no others. */
  #onDisk(entry: FileEntry): FileEntry {
    const model = this.#model;
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

type FilesByState = ReadonlyMap<FileState, readonly FileEntry[]>;

/** The signed files and those found beside them. */
function filesByState(resources: readonly Resource[], files: readonly FileEntry[], compared: boolean): FilesByState {
  const isSigned = ({ state }: FileEntry): boolean => state === "changed" || state === "missing";
  const differing = new Map(files.filter(isSigned).map((file) => [file.name, file]));
  const signed = signedFiles(resources).map((file): FileEntry => {
    const found = differing.get(file.name);
    differing.delete(file.name);
    return { ...file, state: compared ? "same" : "listed", ...found };
  });
  const others = files.filter((file) => !isSigned(file));
  return Map.groupBy([...signed, ...differing.values(), ...others], ({ state }) => state);
}

/** Returns the files that match the filter and the search, which is in lower case, in the order in which they are listed. */
function select(files: FilesByState, filter: FileFilter, search: string): readonly FileEntry[] {
  const all = FILE_STATES.filter((state) => isIn(state, filter)).flatMap((state) => files.get(state) ?? []);
  return all.filter((entry) => matches(entry, search));
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
