import { createReadStream } from "node:fs";
import { relative, sep } from "node:path";
import { text as readText } from "node:stream/consumers";
import {
  type CancellationToken,
  type CompletionContext,
  CompletionItem,
  CompletionItemKind,
  MarkdownString,
  type Position,
  Range,
  RelativePattern,
  SnippetString,
  type TextDocument,
  Uri,
  workspace,
} from "vscode";
import {
  type Completion,
  type CompletionSources,
  completePolicy,
  type FileKind,
  type KnownSigner,
} from "../../core/policy/authoring/complete.ts";
import { escapeMarkdown } from "../../platform/markdown-text.ts";
import { plainText } from "../../platform/plain-text.ts";
import { locateModel } from "../../workspace/policies.ts";
import type { KnownModel, ModelRegistry } from "../../workspace/registry.ts";
import type { Services } from "../services.ts";
import { type PolicyPlace, placeOfPolicy } from "./policy-documents.ts";

interface Asked {
  readonly token: CancellationToken;
  readonly context: CompletionContext;
  readonly services: Services;
}

const KINDS: Readonly<Record<Completion["kind"], CompletionItemKind>> = {
  field: CompletionItemKind.Property,
  value: CompletionItemKind.EnumMember,
  snippet: CompletionItemKind.Snippet,
  file: CompletionItemKind.File,
  model: CompletionItemKind.Folder,
  signer: CompletionItemKind.User,
};

export async function completions(document: TextDocument, position: Position, asked: Asked): Promise<CompletionItem[]> {
  const { token, context, services } = asked;
  const text = document.getText();
  const offset = document.offsetAt(position);
  if (isTypingOn(text.slice(0, offset), context.triggerCharacter)) return [];
  const around = completionSourcesOf(placeOfPolicy(document, services.policies), services.registry, token);
  const found = await completePolicy(text, offset, around, document.languageId !== "yaml");
  return found.map((completion, index) => item(completion, index, document));
}

/** A space begins a value or an item only after a colon or a dash. */
function isTypingOn(before: string, typed: string | undefined): boolean {
  if (typed === " ") return !/(?:[:,{[]|^\s*-|\s-) $/.test(before.slice(before.lastIndexOf("\n") + 1));
  return typed === ":" && !before.endsWith('":');
}

function item(completion: Completion, index: number, document: TextDocument): CompletionItem {
  const { label, kind, detail, filter, insert, start, end, again } = completion;
  const made = new CompletionItem(plainText(label), KINDS[kind]);
  made.insertText = new SnippetString(insert);
  made.range = new Range(document.positionAt(start), document.positionAt(end));
  made.filterText = filter;
  made.sortText = String(index).padStart(4, "0");
  if (detail !== undefined) made.detail = plainText(detail);
  const documentation = documented(completion);
  if (documentation !== undefined) made.documentation = documentation;
  if (again) made.command = { title: "", command: "editor.action.triggerSuggest" };
  return made;
}

function documented({ documentation, example }: Completion): MarkdownString | undefined {
  if (documentation === undefined) return undefined;
  const text = new MarkdownString(escapeMarkdown(documentation));
  return example === undefined ? text : text.appendCodeblock(example, "yaml");
}

/** Files that are read for one list, at most. */
const MAX_FILES = 200;
/** Bytes of each. */
const HEAD = 4_096;

interface Wanted {
  readonly pattern: string;
  /** Matches the beginning of the file: a private key named `.pem` is not offered as a public one. */
  readonly content: RegExp;
}

const WANTED: Readonly<Record<FileKind, Wanted>> = {
  "public-key": { pattern: "**/*.{pub,pem}", content: /-----BEGIN (?:EC )?PUBLIC KEY-----/ },
  certificate: { pattern: "**/*.{pem,crt,cer}", content: /-----BEGIN CERTIFICATE-----/ },
  "trust-config": { pattern: "**/*.json", content: /clienttrustconfig|"trusted_?root"/i },
};

/** Returns what a policy at this location can name. */
function completionSourcesOf(place: PolicyPlace, registry: ModelRegistry, token: CancellationToken): CompletionSources {
  const { folder, covers } = place;
  const models = registry.models.filter((model) => covers === "all" || model.folder === folder);
  return {
    models: [...new Set(models.map((model) => locateModel(model).path))],
    signers: models.flatMap(signerOf),
    files: (kind) => filesOf(kind, folder, token),
  };
}

function signerOf(model: KnownModel): KnownSigner[] {
  const { signer } = model.verdict;
  if (signer?.method !== "sigstore") return [];
  return [{ issuer: signer.issuer, subject: signer.identity, model: locateModel(model).path }];
}

async function filesOf(kind: FileKind, folder: string, token: CancellationToken): Promise<readonly string[]> {
  const { pattern, content } = WANTED[kind];
  const found = await workspace.findFiles(
    new RelativePattern(Uri.file(folder), pattern),
    "**/node_modules/**",
    MAX_FILES,
    token,
  );
  const names = await Promise.all(
    found.map(async ({ fsPath }) => (content.test(await headOf(fsPath)) ? [relative(folder, fsPath)] : [])),
  );
  return names
    .flat()
    .map((name) => name.split(sep).join("/"))
    .sort();
}

/** Returns the beginning of a file; empty if it cannot be read. */
function headOf(path: string): Promise<string> {
  return readText(createReadStream(path, { encoding: "latin1", end: HEAD - 1 })).catch(() => "");
}
