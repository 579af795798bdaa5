import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ExtensionContext } from "vscode";
import { type Api, createApi } from "./api.ts";
import { Engine } from "./engine/engine.ts";
import { showError } from "./platform/commands.ts";
import { DisposableStore } from "./platform/disposables.ts";
import { DIGEST_CACHE } from "./platform/ids.ts";
import { createLog } from "./platform/log.ts";
import { RecentFiles } from "./platform/recent-files.ts";
import { Passphrases } from "./platform/secrets.ts";
import { SigstoreRoots } from "./platform/sigstore-roots.ts";
import { TrustStore } from "./platform/trust.ts";
import { ModelsView } from "./ui/models-view.ts";
import { registerAll } from "./ui/registrations.ts";
import type { Services } from "./ui/services.ts";
import { EditorLogin } from "./ui/signing-in/editor-login.ts";
import { ModelTracker } from "./workspace/model-tracker.ts";

let ending: (() => Promise<void>) | undefined;

/** Builds the services and registers what the editor calls; what heavy code is needed is loaded on first use. */
export function activate(context: ExtensionContext): Api {
  const started = performance.now();
  const store = new DisposableStore();
  context.subscriptions.push(store);
  const log = store.add(createLog());
  const storage = context.globalStorageUri.fsPath;
  const entry = pathToFileURL(context.asAbsolutePath("dist/engine.js"));
  const engine = new Engine({ entry, cache: join(storage, DIGEST_CACHE) });
  ending = () => engine.dispose();

  const sigstore = store.add(new SigstoreRoots(storage, log));
  const trust = store.add(new TrustStore(log, sigstore));
  const tracker = store.add(new ModelTracker({ context, log, trust, sigstore, engine }));
  const { registry, checker, origins, policies } = tracker;

  const view = store.add(new ModelsView(registry, origins, context.workspaceState));
  const services: Services = {
    log,
    registry,
    checker,
    origins,
    trust,
    policies,
    passphrases: new Passphrases(context.secrets),
    keyFiles: new RecentFiles(context.globalState, "recentPrivateKeys"),
    sigstore,
    login: new EditorLogin(),
    storage,
    extensionUri: context.extensionUri,
    state: context.globalState,
    view,
    engine,
    search: (signal) => tracker.search(signal),
  };
  store.add(registerAll(services));
  // After activation has ended: finding models walks the disk.
  setImmediate(() => void tracker.start().catch((error: unknown) => showError(log, error)));
  log.debug(`Activated in ${(performance.now() - started).toFixed(1)} ms.`);
  return createApi(registry, origins);
}

export async function deactivate(): Promise<void> {
  await ending?.();
}
