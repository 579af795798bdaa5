import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { type Disposable, l10n, type TextDocument, Uri, workspace } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";

/** Milliseconds after which the editor is not waited for any more. */
const PATIENCE = 30_000;

/**
 * The editor's document of a file, with the text that is on the disk now, unless the person has changed it: the editor
 * hears of changes on the disk a little later.
 *
 * @throws ProvenanceError POLICY_INVALID where the editor goes on with another text
 */
export async function settledDocument(path: string): Promise<TextDocument> {
  const document = await workspace.openTextDocument(Uri.file(path));
  if (document.isDirty || (await isAsOnDisk(document))) return document;
  const waiting: Disposable[] = [];
  const settled = new Promise<boolean>((resolve) => {
    const look = (): void =>
      void isAsOnDisk(document).then(
        (same) => same && resolve(true),
        () => resolve(false),
      );
    waiting.push(workspace.onDidChangeTextDocument((event) => event.document === document && look()));
    const end = setTimeout(() => resolve(false), PATIENCE);
    waiting.push({ dispose: () => clearTimeout(end) });
    // It may have heard since.
    look();
  });
  try {
    if (await settled) return document;
  } finally {
    for (const one of waiting) one.dispose();
  }
  throw new ProvenanceError(
    "POLICY_INVALID",
    l10n.t("{0} is not the same in the editor and on the disk. Open it, and try again.", basename(path)),
  );
}

async function isAsOnDisk(document: TextDocument): Promise<boolean> {
  const text = (await readFile(document.uri.fsPath, "utf8")).replace(/^\ufeff/, "");
  // The editor gives all lines one kind of end.
  const lines = (some: string): string => some.replaceAll(/\r\n?/g, "\n");
  return lines(text) === lines(document.getText());
}
