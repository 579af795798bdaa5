import { Uri, type WebviewPanel } from "vscode";
import type { Engine } from "../../engine/engine.ts";
import type { Log } from "../../platform/log.ts";
import type { ModelRegistry } from "../../workspace/registry.ts";
import { SignatureDocument } from "./signature-document.ts";
import { SignaturePanel } from "./signature-panel.ts";

export interface ViewerServices {
  readonly registry: ModelRegistry;
  readonly log: Log;
  readonly engine: Pick<Engine, "openSignature">;
  /** The extension's own folder. */
  readonly extensionUri: Uri;
}

/** Reads the signature; what is wrong with it is shown, not thrown. */
export function openDocument(uri: Uri, { registry, engine }: ViewerServices): Promise<SignatureDocument> {
  return SignatureDocument.open(uri, registry, engine);
}

export function showDocument(document: SignatureDocument, panel: WebviewPanel, services: ViewerServices): void {
  new SignaturePanel(document, panel, Uri.joinPath(services.extensionUri, "dist"), services.log);
}
