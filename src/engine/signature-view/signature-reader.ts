import { lstatSync } from "node:fs";
import { basename, join } from "node:path";
import { readSignatureFile } from "../../core/bundle/read-bundle.ts";
import { ProvenanceError } from "../../core/errors.ts";
import { inspectParts } from "../../core/inspect-parts.ts";
import type { Resource } from "../../core/manifest/manifest.ts";
import { hubBlob } from "../../core/model/hub-cache.ts";
import { FileTable } from "./file-table.ts";
import { indentJson } from "./indent-json.ts";
import type {
  FileEntry,
  FilePage,
  FileQuery,
  Findings,
  FoundFile,
  PageRange,
  SignatureSource,
  SignatureSummary,
  StateCounts,
  TextPage,
} from "./requests.ts";

/** Ignore paths in the summary; the statement has all. */
const IGNORE_PATHS = 200;
/** Characters of a line of the statement. */
const LINE_LENGTH = 4000;

/** One open signature file: its summary, its files, and its text; or only the files of a model without one. */
export class SignatureReader {
  #resources: readonly Resource[] = [];
  #findings: Findings = { compared: false, files: [] };
  #table = new FileTable([], this.#findings);
  #added: FoundFile[] = [];
  #text = "";
  #lines: readonly string[] | undefined;

  async open(source: SignatureSource): Promise<SignatureSummary> {
    if ("none" in source) {
      this.#show([], "");
      return { bytes: 0, claims: [], text: "none" };
    }
    const label = "path" in source ? basename(source.path) : source.label;
    let bytes: Buffer;
    try {
      bytes = "path" in source ? await readSignatureFile(source.path) : Buffer.from(source.bytes.buffer);
    } catch (error) {
      if (!(error instanceof ProvenanceError)) throw error;
      const { code, message } = error;
      this.#show([], "");
      return { bytes: 0, claims: [], problem: { code, message }, text: "none" };
    }
    const { envelope, statement, problem } = await inspectParts(bytes, label);
    const text = (envelope?.payload ?? bytes).toString("utf8");
    this.#show(statement?.manifest.resources ?? [], text);
    return {
      bytes: bytes.length,
      claims: envelope?.claims ?? [],
      ...(envelope && {
        mediaType: envelope.mediaType,
        method: envelope.method,
        claimedSigner: envelope.claimedSigner,
      }),
      ...(statement && {
        statement: {
          subject: statement.subjectName,
          rootDigest: statement.rootDigest,
          legacy: statement.legacy,
          algorithm: statement.manifest.serialization.algorithm,
          ignorePaths: statement.manifest.serialization.ignorePaths.slice(0, IGNORE_PATHS),
          ignorePathCount: statement.manifest.serialization.ignorePaths.length,
          files: new Set(this.#resources.map(({ file }) => file)).size,
        },
      }),
      ...(problem && { problem: { code: problem.code, message: problem.message } }),
      text: envelope !== undefined ? "statement" : text.trim() === "" ? "none" : "file",
    };
  }

  /** Adds files of the next {@link compare}. */
  add(files: readonly FoundFile[]): true {
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
      const here = lstatSync(path, { bigint: true });
      const info = here.isSymbolicLink() ? hubBlob(path)?.stats : here;
      if (info?.isFile() !== true) return entry;
      return { size: Number(info.size), ...entry, modifiedAt: info.mtime.toISOString() };
    } catch {
      return entry;
    }
  }
}
