import { dirname, isAbsolute } from "node:path";
import { type DocumentSelector, type TextDocument, workspace } from "vscode";
import { type HubReference, hubReferences } from "./hub-references.ts";
import { type CodeLanguage, type CodeString, stringsInCode } from "./strings-in-code.ts";

const LANGUAGES: Readonly<Record<string, CodeLanguage>> = {
  python: "python",
  json: "json",
  jsonc: "json",
  yaml: "yaml",
  toml: "toml",
  markdown: "markdown",
};

/** The cells of a notebook are documents of their own. */
const SCHEMES = ["file", "untitled", "vscode-notebook-cell"];

export const CODE_DOCUMENTS: DocumentSelector = SCHEMES.flatMap((scheme) => [
  ...Object.keys(LANGUAGES).map((language) => ({ scheme, language })),
  // Without another extension TOML is plain text.
  { scheme, pattern: "**/*.toml" },
]);

/** Policy files name models but do not load them. */
const POLICY = /(?:^|[./\\])model-policy\.(?:ya?ml|json)$/;

/** The language of the document's strings; undefined if they are not read. */
export function languageOf({ languageId, uri }: TextDocument): CodeLanguage | undefined {
  if (!SCHEMES.includes(uri.scheme) || POLICY.test(uri.path)) return undefined;
  return LANGUAGES[languageId] ?? (uri.path.endsWith(".toml") ? "toml" : undefined);
}

/** What paths in the document are relative to, absolute: its own folder, then its workspace folder. */
export function basesOf({ uri }: TextDocument): readonly string[] {
  const folders = workspace.workspaceFolders ?? [];
  const own = folders.filter((folder) => uri.path.startsWith(`${folder.uri.path}/`));
  const bases = (own.length > 0 ? own : folders).map((folder) => folder.uri.fsPath);
  // An unsaved document, such as a new notebook, is in no folder.
  return isAbsolute(uri.fsPath) && uri.scheme !== "untitled" ? [dirname(uri.fsPath), ...bases] : bases;
}

/** The strings of the document. */
export function stringsOf(document: TextDocument): readonly CodeString[] {
  const language = languageOf(document);
  return language === undefined ? [] : stringsInCode(document.getText(), language);
}

/** The models of the Hugging Face Hub that the document loads by name. */
export function hubReferencesOf(document: TextDocument): readonly HubReference[] {
  return languageOf(document) === "python" ? hubReferences(document.getText()) : [];
}
