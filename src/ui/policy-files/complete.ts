import {
  type CancellationToken,
  type CompletionContext,
  CompletionItem,
  CompletionItemKind,
  extensions,
  MarkdownString,
  type Position,
  Range,
  SnippetString,
  type TextDocument,
  workspace,
} from "vscode";
import { type Completion, completePolicy } from "../../core/policy/authoring/complete.ts";
import { escapeMarkdown } from "../../platform/markdown-text.ts";
import { plainText } from "../../platform/plain-text.ts";
import { fields } from "../../platform/shapes.ts";
import type { Services } from "../services.ts";
import { completionSourcesOf } from "./completion-sources.ts";
import { MAX_EXPLAINED, placeOfPolicy } from "./policy-documents.ts";

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

export async function completions(
  document: TextDocument,
  position: Position,
  { token, context, services }: Asked,
): Promise<CompletionItem[]> {
  const text = document.getText();
  const offset = document.offsetAt(position);
  if (text.length > MAX_EXPLAINED || isTypingOn(text.slice(0, offset), context.triggerCharacter)) return [];
  const around = completionSourcesOf(placeOfPolicy(document, services.policies), services.registry, token);
  const json = document.languageId !== "yaml";
  const schemaElsewhere = json || isCompletedByAnother(document);
  const found = await completePolicy(text, offset, around, { json, schemaElsewhere });
  return found.map((completion, index) => item(completion, index, document));
}

/** A space begins a value or an item only after a colon or a dash. */
function isTypingOn(before: string, typed: string | undefined): boolean {
  if (typed === " ") return !/(?:[:,{[]|^\s*-|\s-) $/.test(before.slice(before.lastIndexOf("\n") + 1));
  return typed === ":" && !before.endsWith('":');
}

/** Whether a YAML extension completes the file from the schema, which the file's first lines or the settings name. */
function isCompletedByAnother(document: TextDocument): boolean {
  if (extensions.getExtension("redhat.vscode-yaml") === undefined) return false;
  if (/^#\s*yaml-language-server:\s*\$schema=/m.test(document.getText())) return true;
  const schemas: unknown = workspace.getConfiguration("yaml", document.uri).get("schemas");
  return [...fields(schemas)].some(([address]) => address.endsWith("model-policy.schema.json"));
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
