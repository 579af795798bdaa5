import { EventEmitter, type Uri, workspace } from "vscode";
import { type Disposable, DisposableStore } from "../../platform/disposables.ts";
import { DOCUMENT_SCHEMES } from "../../platform/ids.ts";
import type { Services } from "../services.ts";
import type { ReportDocumentProvider } from "./report-documents.ts";

/** Registers the read-only documents that exist in memory only: planned files, and reports. */
export function registerDocuments(services: Services): Disposable {
  const store = new DisposableStore();
  store.add(
    workspace.registerTextDocumentContentProvider(DOCUMENT_SCHEMES.planned, {
      provideTextDocumentContent: async (uri) =>
        (await import("../read-only-documents.ts")).plannedDocuments.provideTextDocumentContent(uri),
    }),
  );
  const changed = store.add(new EventEmitter<Uri>());
  let reports: Promise<ReportDocumentProvider> | undefined;
  const make = async (): Promise<ReportDocumentProvider> => {
    const { ReportDocumentProvider } = await import("./report-documents.ts");
    const provider = store.add(
      new ReportDocumentProvider(services.registry, async (kind, model) => {
        const { decisionText, reportText } = await import("./report-texts.ts");
        return kind === "decision" ? decisionText(model, services) : reportText(model, services);
      }),
    );
    store.add(provider.onDidChange((uri) => changed.fire(uri)));
    return provider;
  };
  store.add(
    workspace.registerTextDocumentContentProvider(DOCUMENT_SCHEMES.report, {
      onDidChange: changed.event,
      provideTextDocumentContent: async (uri) => {
        reports ??= make();
        return (await reports).provideTextDocumentContent(uri);
      },
    }),
  );
  return store;
}
