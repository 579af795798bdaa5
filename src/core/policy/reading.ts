import { basename, join } from "node:path";
import { ProvenanceError } from "../errors.ts";
import type { PemSource } from "../trust.ts";
import { type Diagnostic, type DiagnosticCode, diagnostic } from "./diagnostics.ts";
import { readInside } from "./files-inside.ts";
import type { PathOrData } from "./policy-document.ts";
import type { RegExpChecker } from "./regular-expression.ts";
import type { ValuePath } from "./schema-check.ts";
import type { YamlDocument } from "./yaml-text.ts";

/** A document that is being read: what it refers to lies in `folder`, what is wrong goes to `diagnostics`. */
export interface Reading {
  /** Absolute path of the policy file. */
  readonly file: string;
  readonly folder: string;
  readonly document: YamlDocument;
  readonly diagnostics: Diagnostic[];
  /** Absolute paths of the files that it names, whether they exist or not; where those are links, also of what they lead to. */
  readonly named: Set<string>;
  /** Of the whole file: what its regular expressions may cost together. */
  readonly regExps: RegExpChecker;
}

export function report(
  { document, diagnostics }: Reading,
  code: DiagnosticCode,
  message: string,
  path: ValuePath,
  atKey = false,
): void {
  diagnostics.push(diagnostic(code, message, document.range(path, atKey)));
}

/** Parses what a document names. What the core rejects is reported at `path`, and the result is undefined. */
export async function attempt<T>(
  reading: Reading,
  code: DiagnosticCode,
  path: ValuePath,
  parse: () => T | Promise<T>,
): Promise<T | undefined> {
  try {
    return await parse();
  } catch (error) {
    if (!(error instanceof ProvenanceError)) throw error;
    report(reading, code, error.message, path);
    return undefined;
  }
}

/**
 * Reads a key or certificates, from a file or as written.
 *
 * @param label where the text is in the policy file itself
 */
export async function readPem<T>(
  reading: Reading,
  code: DiagnosticCode,
  { path: file, data }: PathOrData,
  path: ValuePath,
  label: string,
  parse: (source: PemSource) => T,
): Promise<{ readonly source: PemSource; readonly parsed: T } | undefined> {
  const at = [...path, file === undefined ? "data" : "path"];
  const parseSource = (source: PemSource) => attempt(reading, code, at, () => ({ source, parsed: parse(source) }));
  if (file === undefined) return parseSource({ label, pem: data ?? "" });
  reading.named.add(join(reading.folder, file));
  const found = await readInside(reading.folder, file);
  if ("code" in found) return void report(reading, found.code, found.message, at);
  reading.named.add(found.path);
  return parseSource({ label: basename(file), pem: found.text });
}
