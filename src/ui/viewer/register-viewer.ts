import { type CustomReadonlyEditorProvider, type Disposable, window } from "vscode";
import { EDITORS } from "../../platform/ids.ts";
import type { SignatureDocument } from "./signature-document.ts";
import type { ViewerServices } from "./signature-editor.ts";

/** Registers the viewer; what it is made of is loaded when the first signature is opened. */
export function registerViewer(services: ViewerServices): Disposable {
  const provider: CustomReadonlyEditorProvider<SignatureDocument> = {
    openCustomDocument: async (uri) => (await import("./signature-editor.ts")).openDocument(uri, services),
    resolveCustomEditor: async (document, panel) =>
      (await import("./signature-editor.ts")).showDocument(document, panel, services),
  };
  return window.registerCustomEditorProvider(EDITORS.signature, provider, { supportsMultipleEditorsPerDocument: true });
}
