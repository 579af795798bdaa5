import { EventEmitter, type Uri, workspace } from "vscode";
import { type Disposable, DisposableStore } from "../platform/disposables.ts";
import { DOCUMENT_SCHEMES } from "../platform/ids.ts";
import type { ToldDocuments } from "./explaining/told-documents.ts";
import type { Services } from "./services.ts";

/** Documents that lie on no disk: what would be written, and what is known. */
export function registerDocuments(services: Services): Disposable {
  const store = new DisposableStore();
  store.add(
    workspace.registerTextDocumentContentProvider(DOCUMENT_SCHEMES.planned, {
      provideTextDocumentContent: async (uri) =>
        (await import("./read-only-documents.ts")).plannedDocuments.provideTextDocumentContent(uri),
    }),
  );
  const changed = store.add(new EventEmitter<Uri>());
  let told: Promise<ToldDocuments> | undefined;
  const make = async (): Promise<ToldDocuments> => {
    const { ToldDocuments } = await import("./explaining/told-documents.ts");
    const documentsTold = store.add(
      new ToldDocuments(services.registry, async (kind, model) => {
        const { decisionText, reportText } = await import("./explaining/texts.ts");
        return kind === "decision" ? decisionText(model, services) : reportText(model, services);
      }),
    );
    store.add(documentsTold.onDidChange((uri) => changed.fire(uri)));
    return documentsTold;
  };
  store.add(
    workspace.registerTextDocumentContentProvider(DOCUMENT_SCHEMES.told, {
      onDidChange: changed.event,
      provideTextDocumentContent: async (uri) => {
        told ??= make();
        return (await told).provideTextDocumentContent(uri);
      },
    }),
  );
  return store;
}
