import { lstatSync } from "node:fs";
import { basename, join } from "node:path";
import { readSignatureFile } from "../../core/bundle/read-bundle.ts";
import { ProvenanceError } from "../../core/errors.ts";
import { inspectParts } from "../../core/inspect-parts.ts";
import type { Resource } from "../../core/manifest/manifest.ts";
import { FileTable } from "./file-table.ts";
import { indentJson } from "./indent-json.ts";
import type {
  Comparing,
  FileEntry,
  FilePage,
  FileQuery,
  Findings,
  FoundFiles,
  SignatureSource,
  SignatureSummary,
  StateCounts,
  TextPage,
  TextRange,
} from "./requests.ts";

/** Ignore paths that are told; the statement has them all. */
const IGNORE_PATHS = 200;
/** Characters of a line of the statement. */
const LINE_LENGTH = 4000;
const NOTHING: FoundFiles = { changed: [], missing: [], added: [], passed: [], leftOut: [] };
const NOT_COMPARED: Findings = { compared: false, ...NOTHING };

/** One signature file, opened: what it says, its files, and its text. */
export class SignatureReader {
  #resources: readonly Resource[] = [];
  #table = new FileTable([], NOT_COMPARED);
  #found = NOTHING;
  #findings = NOT_COMPARED;
  #text = "";
  #lines: readonly string[] | undefined;

  async open(source: SignatureSource): Promise<SignatureSummary> {
    this.#resources = [];
    this.#lines = undefined;
    this.#text = "";
    this.#table = new FileTable([], this.#findings);
    let bytes: Buffer;
    const label = "path" in source ? basename(source.path) : source.label;
    try {
      bytes = "path" in source ? await readSignatureFile(source.path) : Buffer.from(source.bytes.buffer);
    } catch (error) {
      if (!(error instanceof ProvenanceError)) throw error;
      const { code, message } = error;
      return { bytes: 0, claims: [], problem: { code, message }, text: "none" };
    }
    const { envelope, statement, problem } = await inspectParts(bytes, label);
    this.#text = (envelope?.payload ?? bytes).toString("utf8");
    this.#resources = statement?.manifest.resources ?? [];
    this.#table = new FileTable(this.#resources, this.#findings);
    const serialization = statement?.manifest.serialization;
    return {
      bytes: bytes.length,
      claims: envelope?.claims ?? [],
      ...(envelope && {
        mediaType: envelope.mediaType,
        method: envelope.method,
        claimedSigner: envelope.claimedSigner,
      }),
      ...(statement &&
        serialization && {
          statement: {
            subject: statement.subjectName,
            rootDigest: statement.rootDigest,
            legacy: statement.legacy,
            algorithm: serialization.algorithm,
            serialization: serialization.method,
            ...(serialization.shardSize === undefined ? {} : { shardSize: serialization.shardSize }),
            allowSymlinks: serialization.allowSymlinks,
            ignorePaths: serialization.ignorePaths.slice(0, IGNORE_PATHS),
            ignorePathCount: serialization.ignorePaths.length,
            files: new Set(this.#resources.map(({ file }) => file)).size,
          },
        }),
      ...(problem && { problem: { code: problem.code, message: problem.message } }),
      text: envelope !== undefined ? "statement" : this.#text.trim() === "" ? "none" : "file",
    };
  }

  found({ changed, missing, added, passed, leftOut }: Partial<FoundFiles>): void {
    const before = this.#found;
    this.#found = {
      changed: changed === undefined ? before.changed : before.changed.concat(changed),
      missing: missing === undefined ? before.missing : before.missing.concat(missing),
      added: added === undefined ? before.added : before.added.concat(added),
      passed: passed === undefined ? before.passed : before.passed.concat(passed),
      leftOut: leftOut === undefined ? before.leftOut : before.leftOut.concat(leftOut),
    };
  }

  compare(comparing: Comparing): StateCounts {
    this.#findings = { ...comparing, ...this.#found };
    this.#found = NOTHING;
    this.#table = new FileTable(this.#resources, this.#findings);
    return this.#table.counts;
  }

  page({ filter, search, offset, count }: FileQuery): FilePage {
    const found = this.#table.select(filter, search);
    const entries = found.slice(offset, offset + count).flatMap((position) => this.#table.at(position) ?? []);
    return { total: found.length, entries: entries.map((entry) => this.#withSize(entry)) };
  }

  lines({ offset, count }: TextRange): TextPage {
    const lines = this.#allLines();
    return { total: lines.length, lines: lines.slice(offset, offset + count) };
  }

  #allLines(): readonly string[] {
    this.#lines ??= indentJson(this.#text).map((line) =>
      line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH)}…` : line,
    );
    return this.#lines;
  }

  /** The size on the disk now, without following a link: the statement of whole files does not say it. */
  #withSize(entry: FileEntry): FileEntry {
    const { model, modelKind } = this.#findings;
    if (model === undefined || entry.size !== undefined || entry.state === "missing") return entry;
    try {
      const info = lstatSync(modelKind === "file" ? model : join(model, entry.name));
      return info.isFile() ? { ...entry, size: info.size } : entry;
    } catch {
      return entry;
    }
  }
}
