import { type CustomReadonlyEditorProvider, type Disposable, Uri, window } from "vscode";
import { EDITORS } from "../../platform/ids.ts";
import type { Services } from "../services.ts";
import type { SignatureDocument } from "./signature-document.ts";

/** Registers the signature viewer. Its code is loaded when the first signature is opened. */
export function registerViewer({ registry, engine, extensionUri, log }: Services): Disposable {
  const provider: CustomReadonlyEditorProvider<SignatureDocument> = {
    openCustomDocument: async (uri) =>
      (await import("./signature-document.ts")).SignatureDocument.open(uri, registry, engine),
    resolveCustomEditor: async (document, panel) => {
      const { SignaturePanel } = await import("./signature-panel.ts");
      new SignaturePanel(document, panel, Uri.joinPath(extensionUri, "dist"), log);
    },
  };
  return window.registerCustomEditorProvider(EDITORS.signature, provider, { supportsMultipleEditorsPerDocument: true });
}
