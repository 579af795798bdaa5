import { pathToFileURL } from "node:url";
import type { ExtensionContext } from "vscode";
import { type Api, createApi } from "./api.ts";
import { EditorLogin } from "./editor-login.ts";
import { ModelKeeping } from "./model-keeping.ts";
import { registerCommands, showError } from "./platform/commands.ts";
import { DisposableStore } from "./platform/disposables.ts";
import { createLog } from "./platform/log.ts";
import { Passphrases } from "./platform/secrets.ts";
import { SigstoreRoots } from "./platform/sigstore-roots.ts";
import { TrustStore } from "./platform/trust.ts";
import { Badges } from "./ui/badges.ts";
import { clearDigestCache, digestCacheFolder } from "./ui/commands/clear-digest-cache.ts";
import { filterModels } from "./ui/commands/filter-models.ts";
import { KeyFiles } from "./ui/commands/key-files.ts";
import { copyReport, showModel, showSignature } from "./ui/commands/show-model.ts";
import { signModel } from "./ui/commands/sign-model.ts";
import { refreshTrustRoot, selectSigstoreInstance } from "./ui/commands/sigstore-instance.ts";
import { trustKey } from "./ui/commands/trust-key.ts";
import { verifyAll, verifyModels } from "./ui/commands/verify-model.ts";
import { ModelsView } from "./ui/models-view.ts";
import type { Services } from "./ui/services.ts";
import { StatusBar } from "./ui/status-bar.ts";
import { DigestEngineHolder } from "./workspace/digest-engine-holder.ts";

let ending: (() => Promise<void>) | undefined;

export function activate(context: ExtensionContext): Api {
  const store = new DisposableStore();
  context.subscriptions.push(store);
  const log = store.add(createLog());
  const storage = context.globalStorageUri.fsPath;
  const hasher = pathToFileURL(context.asAbsolutePath("dist/hasher.js"));
  const engines = new DigestEngineHolder(hasher, digestCacheFolder(storage));
  const engine = () => engines.get();
  ending = () => engines.dispose();

  const sigstore = store.add(new SigstoreRoots(storage, log));
  const trust = store.add(new TrustStore(log, sigstore));
  const keeping = store.add(new ModelKeeping({ context, log, trust, sigstore, engine }));
  const { registry, checker } = keeping;

  const view = store.add(new ModelsView(registry));
  store.add(new Badges(registry));
  store.add(new StatusBar(registry));
  const services: Services = {
    log,
    registry,
    checker,
    trust,
    passphrases: new Passphrases(context.secrets),
    keyFiles: new KeyFiles(context.globalState, storage),
    sigstore,
    login: new EditorLogin(),
    storage,
    state: context.globalState,
    view,
    engine,
    search: () => keeping.search(),
  };
  store.add(registerCommands(handlers(services), log));
  // After activation has ended: finding models walks the disk.
  setImmediate(() => void keeping.start().catch((error: unknown) => showError(log, error)));
  return createApi(registry);
}

export async function deactivate(): Promise<void> {
  await ending?.();
}

function handlers(services: Services): Parameters<typeof registerCommands>[0] {
  return {
    signModel: (...args) => signModel(args, services),
    verifyModel: (...args) => verifyModels(args, services),
    verifyAllModels: () => verifyAll(services),
    copyReport: (...args) => copyReport(args, services),
    trustKey: () => trustKey(services),
    selectSigstoreInstance: () => selectSigstoreInstance(services),
    refreshTrustRoot: () => refreshTrustRoot(services),
    clearDigestCache: () => clearDigestCache(services),
    findModels: () => services.search(),
    filterModels: () => filterModels(services),
    showModel: (...args) => showModel(args, services),
    showSignature: (...args) => showSignature(args, services),
    showLog: () => services.log.show(),
  };
}
