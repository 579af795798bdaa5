/** What can be wrong with a policy file. Codes are stable; messages are not. */
const SEVERITIES = {
  unreadable: "error",
  "too-large": "error",
  "not-utf8": "error",
  syntax: "error",
  "too-many-aliases": "error",
  "too-deep": "error",
  empty: "error",
  // The shape of the document
  "unknown-field": "error",
  "missing-field": "error",
  "wrong-type": "error",
  "wrong-value": "error",
  "wrong-kind": "error",
  "one-of": "error",
  "too-few": "error",
  // What the values mean
  glob: "error",
  "glob-literal": "warning",
  regexp: "error",
  "regexp-too-large": "error",
  "regexp-unanchored": "warning",
  "regexp-dot": "warning",
  path: "error",
  "path-outside": "error",
  "file-missing": "error",
  "file-unreadable": "error",
  key: "error",
  certificate: "error",
  "trust-config": "error",
  identity: "error",
  "any-identity": "warning",
  "duplicate-name": "warning",
  "exception-unexplained": "warning",
  "fail-without-effect": "warning",
  "looks-like-regexp": "warning",
} as const satisfies Record<string, Severity>;

type Severity = "error" | "warning";
export type DiagnosticCode = keyof typeof SEVERITIES;

/** A range of a text: lines and columns count from 1, columns in UTF-16 units, the end is exclusive. */
export interface TextRange {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** One error or warning about a policy file. */
export interface Diagnostic extends TextRange {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** One or two sentences: what is wrong, and what would be right. Plain text. */
  readonly message: string;
}

export function diagnostic(code: DiagnosticCode, message: string, range: TextRange): Diagnostic {
  return { code, severity: SEVERITIES[code], message, ...range };
}

/** For what is about the whole file. */
export const FILE_START: TextRange = { line: 1, column: 1, endLine: 1, endColumn: 1 };

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === "error");
}

export function byPosition(a: Diagnostic, b: Diagnostic): number {
  return a.line - b.line || a.column - b.column;
}
