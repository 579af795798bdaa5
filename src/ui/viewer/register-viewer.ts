import { type CustomReadonlyEditorProvider, type Disposable, Uri, window } from "vscode";
import { EDITORS } from "../../platform/ids.ts";
import type { Services } from "../services.ts";
import type { ViewerDocument } from "./viewer-document.ts";

/** Registers the viewer of signatures and download records. Its code is loaded when the first one is opened. */
export function registerViewer(services: Services): Disposable {
  const provider: CustomReadonlyEditorProvider<ViewerDocument> = {
    openCustomDocument: async (uri) => (await import("./viewer-document.ts")).ViewerDocument.open(uri, services),
    resolveCustomEditor: async (document, panel) => {
      const { ViewerPanel } = await import("./viewer-panel.ts");
      new ViewerPanel(document, panel, Uri.joinPath(services.extensionUri, "dist"), services.log);
    },
  };
  return window.registerCustomEditorProvider(EDITORS.signature, provider, { supportsMultipleEditorsPerDocument: true });
}
