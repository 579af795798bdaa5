import { pathToFileURL } from "node:url";
import { Uri, type WebviewPanel } from "vscode";
import type { Log } from "../../platform/log.ts";
import type { ModelRegistry } from "../../workspace/registry.ts";
import { SignatureDocument } from "./signature-document.ts";
import { SignaturePanel } from "./signature-panel.ts";

export interface ViewerServices {
  readonly registry: ModelRegistry;
  readonly log: Log;
  /** The extension's own folder. */
  readonly extensionUri: Uri;
}

/** Reads the signature; what is wrong with it is shown, not thrown. */
export function openDocument(uri: Uri, { registry, extensionUri }: ViewerServices): Promise<SignatureDocument> {
  const program = pathToFileURL(Uri.joinPath(extensionUri, "dist", "signature-reader.js").fsPath);
  return SignatureDocument.open(uri, registry, program);
}

export function showDocument(document: SignatureDocument, panel: WebviewPanel, services: ViewerServices): void {
  new SignaturePanel(document, panel, Uri.joinPath(services.extensionUri, "dist"), services.log);
}
