import { existsSync } from "node:fs";
import {
  CodeAction,
  CodeActionKind,
  Diagnostic,
  DiagnosticSeverity,
  Hover,
  l10n,
  type Position,
  type Range,
  type TextDocument,
  WorkspaceEdit,
} from "vscode";
import type { CachedModel } from "../../core/origin/hub-lookup.ts";
import { originSentences } from "../../core/presentation/origin-text.ts";
import type { Engine } from "../../engine/engine.ts";
import { hubCacheFolder } from "../../platform/hub-cache-folder.ts";
import { setting } from "../../platform/settings.ts";
import { hoverMarkdown, hoverText } from "../hover.ts";
import { SOURCE } from "../problems/problem-codes.ts";
import { basesOf, hubReferencesOf } from "./code-documents.ts";
import type { HubReference } from "./hub-references.ts";
import { pathsOf } from "./model-paths.ts";
import { rangeOf } from "./model-references.ts";

export interface HubServices {
  readonly engine: Pick<Engine, "run">;
}

/** The code of the hint. */
export const NO_REVISION = "no-revision";

/** Returns the hover of a model of the Hugging Face Hub that the code at the position loads. */
export async function hubHover(
  document: TextDocument,
  position: Position,
  services: HubServices,
): Promise<Hover | undefined> {
  const reference = referenceAt(document, document.offsetAt(position));
  if (reference === undefined) return undefined;
  const { repository } = reference;
  const cached = await lookUp(reference, services);
  const lines = cached === undefined ? [l10n.t("Not in your Hugging Face cache.")] : cachedLines(cached, reference);
  const text = hoverMarkdown([hoverText(`huggingface.co/${repository}`, lines)]);
  return new Hover(text, rangeOf(reference, document));
}

function cachedLines({ commit, signed, origin }: CachedModel, { hasRevision }: HubReference): readonly string[] {
  return [
    l10n.t("In your cache: commit {0}", commit),
    signed ? l10n.t("Signed; verify the snapshot to know by whom.") : l10n.t("Not signed."),
    ...originSentences(origin, l10n.t).map(({ text, caution }) => (caution ? `⚠ ${text}` : text)),
    ...(hasRevision ? [] : [l10n.t("No revision is named: another commit may be loaded tomorrow.")]),
  ];
}

/** Returns a hint for each model that is loaded without a revision, where hints are turned on. */
export function hubHints(document: TextDocument): Diagnostic[] {
  if (!setting("revisionHints")) return [];
  return hubReferencesOf(document)
    .filter((reference) => !reference.hasRevision && !isFolder(reference, document))
    .map((reference) => {
      const text = l10n.t("{0} is loaded without a revision: its files can change between runs.", reference.repository);
      const hint = new Diagnostic(rangeOf(reference, document), text, DiagnosticSeverity.Hint);
      hint.source = SOURCE;
      hint.code = NO_REVISION;
      return hint;
    });
}

/** Returns the quick fix that names the commit in the cache, for code that names no revision. */
export async function hubFixes(
  document: TextDocument,
  range: Range,
  diagnostics: readonly Diagnostic[],
  services: HubServices,
): Promise<CodeAction[]> {
  const reference = referenceAt(document, document.offsetAt(range.start));
  if (reference === undefined || reference.hasRevision) return [];
  const cached = await lookUp(reference, services);
  if (cached === undefined) return [];
  const action = new CodeAction(l10n.t("Pin to the Revision in Your Cache"), CodeActionKind.QuickFix);
  action.diagnostics = diagnostics.filter(
    (one) => one.code === NO_REVISION && one.range.isEqual(rangeOf(reference, document)),
  );
  action.edit = new WorkspaceEdit();
  action.edit.insert(document.uri, document.positionAt(reference.after), `, revision="${cached.commit}"`);
  return [action];
}

function referenceAt(document: TextDocument, offset: number): HubReference | undefined {
  const named = hubReferencesOf(document).find(({ string }) => string.start <= offset && offset <= string.end);
  return named === undefined || isFolder(named, document) ? undefined : named;
}

/** Whether a folder of that name is loaded instead. */
function isFolder({ repository, prefersFolder }: HubReference, document: TextDocument): boolean {
  return prefersFolder && pathsOf(repository, basesOf(document)).some((path) => existsSync(path));
}

function lookUp({ repository, revision }: HubReference, { engine }: HubServices): Promise<CachedModel | undefined> {
  return engine.run("lookUpHubModel", { cache: hubCacheFolder(process.env), repository, revision });
}
