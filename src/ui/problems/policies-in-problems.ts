import {
  Diagnostic,
  DiagnosticSeverity,
  l10n,
  languages,
  Range,
  type TextDocument,
  Uri,
  window,
  workspace,
} from "vscode";
import type { Diagnostic as PolicyDiagnostic } from "../../core/policy/diagnostics.ts";
import { DisposableStore } from "../../platform/disposables.ts";
import { plainText } from "../../platform/plain-text.ts";
import { QuietTimers } from "../../platform/quiet-timers.ts";
import { isPolicyDocument, placeOfPolicy } from "../policy-files/policy-documents.ts";
import type { ProblemServices } from "./models-in-problems.ts";
import { SOURCE } from "./problem-codes.ts";

/** Milliseconds without a key before the text is read again. */
const PAUSE = 300;

/** The errors of policy files in the Problems view: of those in effect as they are on the disk, of open ones as typed. */
export class PoliciesInProblems {
  readonly #services: ProblemServices;
  readonly #store = new DisposableStore();
  readonly #collection = this.#store.add(languages.createDiagnosticCollection("modelProvenance.policies"));
  readonly #waiting = this.#store.add(new QuietTimers());
  /** Errors of the files in effect, as they are on the disk. */
  #inEffect = new Map<string, readonly PolicyDiagnostic[]>();

  constructor(services: ProblemServices) {
    this.#services = services;
    this.#store.add(services.policies.onDidChange(() => this.#run(() => this.#readInEffect())));
    this.#store.add(workspace.onDidChangeWorkspaceFolders(() => this.#run(() => this.#readInEffect())));
    this.#store.add(workspace.onDidOpenTextDocument((document) => this.#soon(document, 0)));
    this.#store.add(
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#soon(document, PAUSE);
      }),
    );
    this.#store.add(workspace.onDidCloseTextDocument((document) => this.#closed(document)));
    this.#run(() => this.#readInEffect());
    for (const document of workspace.textDocuments) this.#soon(document, 0);
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #readInEffect(): Promise<void> {
    const { policies } = this.#services;
    const found = new Map<string, readonly PolicyDiagnostic[]>();
    for (const folder of workspace.workspaceFolders ?? [undefined]) {
      const { user, workspace: own } = await policies.filesFor(folder?.uri.fsPath);
      for (const { path, diagnostics } of [...user, ...own]) found.set(Uri.file(path).toString(), diagnostics);
    }
    if (this.#store.disposed) return;
    const before = this.#inEffect;
    this.#inEffect = found;
    for (const uri of new Set([...before.keys(), ...found.keys()])) {
      const document = shownPolicy(uri);
      // A file that it refers to may have changed.
      if (document !== undefined) this.#soon(document, 0);
      else this.#show(uri, found.get(uri) ?? []);
    }
  }

  #soon(document: TextDocument, delay: number): void {
    if (!isPolicyDocument(document, this.#services.policies)) return;
    this.#waiting.start(document.uri.toString(), delay, () => this.#run(() => this.#read(document)));
  }

  async #read(document: TextDocument): Promise<void> {
    const uri = document.uri.toString();
    const { readPolicies } = await import("../../core/policy/read-policies.ts");
    const { version } = document;
    const { covers } = placeOfPolicy(document, this.#services.policies);
    const { diagnostics } = await readPolicies(Buffer.from(document.getText()), document.uri.fsPath);
    if (!document.isClosed && document.version === version) this.#show(uri, diagnostics, covers !== "none");
  }

  #closed(document: TextDocument): void {
    const uri = document.uri.toString();
    this.#waiting.cancel(uri);
    if (isPolicyDocument(document, this.#services.policies)) this.#show(uri, this.#inEffect.get(uri) ?? []);
  }

  /** @param inEffect whether the file is at a place where policies are read */
  #show(uri: string, diagnostics: readonly PolicyDiagnostic[], inEffect = true): void {
    if (this.#store.disposed) return;
    const first = diagnostics.find(({ severity }) => severity === "error");
    const consequence = l10n.t("No signer is accepted until this policy can be read.");
    const all = diagnostics.map((found) => shown(found, inEffect && found === first ? consequence : ""));
    this.#collection.set(Uri.parse(uri), all);
  }

  #run(task: () => Promise<void>): void {
    task().catch((error: unknown) => this.#services.log.error(error instanceof Error ? error : String(error)));
  }
}

/** The document if it is visible or changed; the editor also keeps others, even of deleted files. */
function shownPolicy(uri: string): TextDocument | undefined {
  const open = workspace.textDocuments.find((document) => !document.isClosed && document.uri.toString() === uri);
  const isVisible = window.visibleTextEditors.some(({ document }) => document === open);
  return isVisible || open?.isDirty === true ? open : undefined;
}

function shown(found: PolicyDiagnostic, more: string): Diagnostic {
  const { line, column, endLine, endColumn, severity, message, code } = found;
  const range = new Range(line - 1, column - 1, endLine - 1, endColumn - 1);
  const level = severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;
  const diagnostic = new Diagnostic(range, plainText([message, more].join(" ").trim()), level);
  diagnostic.source = SOURCE;
  diagnostic.code = code;
  return diagnostic;
}
