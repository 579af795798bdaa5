import { basename, join } from "node:path";
import { ProvenanceError } from "../errors.ts";
import type { PemSource } from "../trust.ts";
import { type Diagnostic, type DiagnosticCode, diagnostic } from "./diagnostics.ts";
import type { PathOrData } from "./policy-document.ts";
import type { ValuePath } from "./policy-schema.ts";
import type { RegExpChecker } from "./regular-expression.ts";
import { readWorkspaceFile } from "./workspace-files.ts";
import type { YamlDocument } from "./yaml-text.ts";

/** The document that is read, and what is found out about it. */
export interface ReadContext {
  /** Absolute path of the policy file. */
  readonly file: string;
  /** What the paths in it are relative to. */
  readonly folder: string;
  readonly document: YamlDocument;
  readonly diagnostics: Diagnostic[];
  /** Absolute paths of the files that it names, existing or not, and of the targets of those that are links. */
  readonly named: Set<string>;
  /** Shared by all documents of the file: the cost of its regular expressions is limited. */
  readonly regExps: RegExpChecker;
}

export function report(
  { document, diagnostics }: ReadContext,
  code: DiagnosticCode,
  message: string,
  path: ValuePath,
  atKey = false,
): void {
  diagnostics.push(diagnostic(code, message, document.range(path, atKey)));
}

/** Parses what a document names. A ProvenanceError is reported at `path`, and the result is undefined. */
export async function attempt<T>(
  context: ReadContext,
  code: DiagnosticCode,
  path: ValuePath,
  parse: () => T | Promise<T>,
): Promise<T | undefined> {
  try {
    return await parse();
  } catch (error) {
    if (!(error instanceof ProvenanceError)) throw error;
    return void report(context, code, error.message, path);
  }
}

/**
 * Reads a key or certificates, from a file or from the policy itself.
 *
 * @param label for a text in the policy itself
 */
export async function readPem<T>(
  context: ReadContext,
  code: DiagnosticCode,
  { path: file, data }: PathOrData,
  path: ValuePath,
  label: string,
  parse: (source: PemSource) => T,
): Promise<{ readonly source: PemSource; readonly parsed: T } | undefined> {
  const at = [...path, file === undefined ? "data" : "path"];
  const parseSource = (source: PemSource) => attempt(context, code, at, () => ({ source, parsed: parse(source) }));
  if (file === undefined) return parseSource({ label, pem: data ?? "" });
  context.named.add(join(context.folder, file));
  const found = await readWorkspaceFile(context.folder, file);
  if ("code" in found) return void report(context, found.code, found.message, at);
  context.named.add(found.path);
  return parseSource({ label: basename(file), pem: found.text });
}
