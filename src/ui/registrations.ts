import { lm, workspace } from "vscode";
import { registerCommands } from "../platform/commands.ts";
import { type Disposable, DisposableStore } from "../platform/disposables.ts";
import { REPORT_SCHEME, TOOLS } from "../platform/ids.ts";
import { commandHandlers } from "./commands/handlers.ts";
import { fromFirstModel, fromFirstModelOrPython } from "./from-first-model.ts";
import { registerPolicyFiles } from "./policy-files/register.ts";
import { registerProblems } from "./problems/register.ts";
import { ReportDocumentProvider } from "./reports/report-documents.ts";
import type { Services } from "./services.ts";
import { registerViewer } from "./viewer/register-viewer.ts";

/**
 * Registers everything that the editor calls, as thin shims that load their code with `import()` on the first call.
 *
 * A provider:
 *
 *     languages.registerHoverProvider(SELECTOR, {
 *       provideHover: async (...args) => (await import("./code-hover.ts")).provideHover(...args),
 *     })
 *
 * A surface that shows models: {@link fromFirstModel}.
 */
export function registerAll(services: Services): Disposable {
  const { log, registry } = services;
  const store = new DisposableStore();
  store.add(registerCommands(commandHandlers(services), log));
  const reports = new ReportDocumentProvider(async (kind, model) =>
    (await import("./reports/report-text.ts")).reportText(kind, model, services),
  );
  store.add(reports);
  store.add(
    registry.onDidChange(({ paths, progress }) => {
      if (!progress) reports.changed(paths);
    }),
  );
  store.add(services.origins.onDidChange((model) => reports.changed([model])));
  store.add(workspace.registerTextDocumentContentProvider(REPORT_SCHEME, reports));
  store.add(
    lm.registerTool<unknown>(TOOLS.verifyModel, {
      prepareInvocation: async ({ input }) => (await import("./agents/verify-tool.ts")).confirmVerification(input),
      invoke: async ({ input }, token) =>
        (await import("./agents/verify-tool.ts")).verifyForAgent(input, token, services),
    }),
  );
  store.add(fromFirstModel(services, async () => new (await import("./badges.ts")).Badges(registry)));
  store.add(fromFirstModel(services, async () => (await import("./status-bar.ts")).showStatusBar(services)));
  store.add(
    fromFirstModelOrPython(services, async () => (await import("./code/code-surfaces.ts")).codeSurfaces(services)),
  );
  store.add(registerPolicyFiles(services));
  store.add(registerViewer(services));
  store.add(registerProblems(services));
  store.add(
    fromFirstModel(services, async () => (await import("./viewer/signature-files.ts")).keepSignatureKeys(registry)),
  );
  return store;
}
