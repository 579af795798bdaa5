import { existsSync } from "node:fs";
import {
  CodeAction,
  CodeActionKind,
  Hover,
  l10n,
  type Position,
  Range,
  type TextDocument,
  WorkspaceEdit,
} from "vscode";
import type { CachedModel } from "../../core/origin/hub-lookup.ts";
import { originSentences } from "../../core/presentation/origin-text.ts";
import { hubCacheFolder } from "../../platform/hub-cache-folder.ts";
import { HoverText } from "../hover.ts";
import type { Services } from "../services.ts";
import { basesOf, languageOf, stringsOf } from "./code-documents.ts";
import { type HubReference, hubReferences } from "./hub-references.ts";
import { pathsOf } from "./model-paths.ts";

export interface HubServices {
  readonly engine: Pick<Services["engine"], "run">;
}

/** Returns the hover of a model of the Hugging Face Hub that the code at the position loads. */
export async function hubHover(
  document: TextDocument,
  position: Position,
  services: HubServices,
): Promise<Hover | undefined> {
  const reference = referenceAt(document, document.offsetAt(position));
  if (reference === undefined) return undefined;
  const { repository, string } = reference;
  const cached = await lookUp(reference, services);
  const hover = new HoverText().strong(`huggingface.co/${repository}`);
  for (const line of cached === undefined
    ? [l10n.t("Not in your Hugging Face cache.")]
    : cachedLines(cached, reference)) {
    hover.line(line);
  }
  return new Hover(hover.markdown, new Range(document.positionAt(string.start), document.positionAt(string.end)));
}

function cachedLines({ commit, signed, origin }: CachedModel, { hasRevision }: HubReference): readonly string[] {
  return [
    l10n.t("In your cache: commit {0}", commit),
    signed ? l10n.t("Signed; verify the snapshot to know by whom.") : l10n.t("Not signed."),
    ...originSentences(origin, l10n.t).map(({ text, caution }) => (caution ? `⚠ ${text}` : text)),
    ...(hasRevision ? [] : [l10n.t("No revision is named: another commit may be loaded tomorrow.")]),
  ];
}

/** Returns the quick fix that names the commit in the cache, for code that names no revision. */
export async function hubFixes(document: TextDocument, range: Range, services: HubServices): Promise<CodeAction[]> {
  const reference = referenceAt(document, document.offsetAt(range.start));
  if (reference === undefined || reference.hasRevision) return [];
  const cached = await lookUp(reference, services);
  if (cached === undefined) return [];
  const action = new CodeAction(l10n.t("Pin to the Revision in Your Cache"), CodeActionKind.QuickFix);
  action.edit = new WorkspaceEdit();
  action.edit.insert(document.uri, document.positionAt(reference.after), `, revision="${cached.commit}"`);
  return [action];
}

function referenceAt(document: TextDocument, offset: number): HubReference | undefined {
  return referencesOf(document).find(({ string }) => string.start <= offset && offset <= string.end);
}

/** A folder of that name is what Transformers would load. */
function referencesOf(document: TextDocument): readonly HubReference[] {
  if (languageOf(document) !== "python") return [];
  const bases = basesOf(document);
  return hubReferences(document.getText(), stringsOf(document)).filter(
    ({ repository }) => !pathsOf(repository, bases).some((path) => existsSync(path)),
  );
}

function lookUp({ repository, revision }: HubReference, { engine }: HubServices): Promise<CachedModel | undefined> {
  return engine.run("lookUpHubModel", { cache: hubCacheFolder(process.env), repository, revision });
}
