import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout } from "node:timers/promises";
import { l10n, type TextDocument, Uri, workspace } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";

/** Milliseconds to wait for the editor, in all and each time. */
const TIMEOUT = 30_000;
const INTERVAL = 100;

/**
 * Opens the editor's document of a file, and waits until it has the text that is on the disk, unless the user has
 * changed it: the editor learns of changes on the disk a little later.
 *
 * @throws ProvenanceError POLICY_INVALID where the editor keeps another text
 */
export async function openSyncedDocument(path: string): Promise<TextDocument> {
  const document = await workspace.openTextDocument(Uri.file(path));
  for (let waited = 0; waited < TIMEOUT; waited += INTERVAL) {
    if (document.isDirty || (await isAsOnDisk(document))) return document;
    await setTimeout(INTERVAL);
  }
  const message = l10n.t("{0} differs between the editor and the disk. Open it and try again.", basename(path));
  throw new ProvenanceError("POLICY_INVALID", message);
}

async function isAsOnDisk(document: TextDocument): Promise<boolean> {
  const text = (await readFile(document.uri.fsPath, "utf8")).replace(/^\ufeff/, "");
  // The editor uses one kind of line end for all lines.
  const lines = (some: string): string => some.replaceAll(/\r\n?/g, "\n");
  return lines(text) === lines(document.getText());
}
