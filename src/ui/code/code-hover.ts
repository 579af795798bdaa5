import { DocumentLink, Hover, l10n, type Position, Range, type TextDocument, Uri } from "vscode";
import { COMMANDS } from "../../platform/ids.ts";
import type { ModelRegistry } from "../../workspace/registry.ts";
import { modelHover } from "../hover.ts";
import { languageOf } from "./code-documents.ts";
import { type ModelReference, referenceAt, referencesIn } from "./model-references.ts";

/** Returns the hover of the model that the string at the position names. */
export async function codeHover(
  document: TextDocument,
  position: Position,
  registry: ModelRegistry,
): Promise<Hover | undefined> {
  const reference = await referenceAt(document, document.offsetAt(position), registry);
  return reference === undefined ? undefined : new Hover(modelHover(reference.model), rangeOf(reference, document));
}

/** Returns a link to the tree for each string that names a model. Markdown has its own links. */
export async function codeLinks(document: TextDocument, registry: ModelRegistry): Promise<DocumentLink[]> {
  if (languageOf(document) === "markdown") return [];
  const references = await referencesIn(document, registry, () => true);
  return references.map((reference) => {
    const { path } = reference.model;
    const target = Uri.parse(`command:${COMMANDS.showModel}?${encodeURIComponent(JSON.stringify([path]))}`);
    const link = new DocumentLink(rangeOf(reference, document), target);
    // The editor renders the tooltip as trusted Markdown without escaping it, so it contains no file name.
    link.tooltip = l10n.t("Show in Models");
    return link;
  });
}

export function rangeOf({ string }: ModelReference, document: TextDocument): Range {
  return new Range(document.positionAt(string.start), document.positionAt(string.end));
}
