import { CodeActionKind, languages } from "vscode";
import { type Disposable, DisposableStore } from "../../platform/disposables.ts";
import { errorText } from "../../platform/log.ts";
import { onSettingChanged, setting } from "../../platform/settings.ts";
import type { Services } from "../services.ts";
import type { CodeDiagnostics } from "./code-diagnostics.ts";

/** Registers what code says that loads a model of the Hugging Face Hub; the workspace may have no model of its own. */
export function registerHubCode(services: Pick<Services, "engine" | "log">): Disposable {
  const store = new DisposableStore();
  store.add(
    languages.registerHoverProvider("python", {
      provideHover: async (...at) => (await import("./hub-surfaces.ts")).hubHover(at[0], at[1], services),
    }),
  );
  store.add(
    languages.registerCodeActionsProvider(
      "python",
      {
        provideCodeActions: async (document, range, { diagnostics }) =>
          (await import("./hub-surfaces.ts")).hubFixes(document, range, diagnostics, services),
      },
      { providedCodeActionKinds: [CodeActionKind.QuickFix] },
    ),
  );
  let hints: Promise<CodeDiagnostics> | undefined;
  const make = async (): Promise<CodeDiagnostics> => {
    const [{ codeDiagnostics }, { hubHints }] = await Promise.all([
      import("./code-diagnostics.ts"),
      import("./hub-surfaces.ts"),
    ]);
    return store.add(codeDiagnostics("modelProvenance.hub", hubHints));
  };
  const update = (): void => {
    if (hints === undefined && !setting("revisionHints")) return;
    hints ??= make();
    hints.then(
      (shown) => shown.refresh(),
      (error: unknown) => services.log.error(errorText(error)),
    );
  };
  store.add(onSettingChanged(["revisionHints"], update));
  update();
  return store;
}
