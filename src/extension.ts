import { pathToFileURL } from "node:url";
import { type ExtensionContext, workspace } from "vscode";
import { type Api, createApi } from "./api.ts";
import { EditorLogin } from "./editor-login.ts";
import { isCancellation, registerCommands, showError } from "./platform/commands.ts";
import { setContextKey } from "./platform/context-keys.ts";
import { DisposableStore } from "./platform/disposables.ts";
import { createLog } from "./platform/log.ts";
import { Passphrases } from "./platform/secrets.ts";
import { onSettingChanged, setting } from "./platform/settings.ts";
import { SigstoreRoots } from "./platform/sigstore-roots.ts";
import { TrustStore } from "./platform/trust.ts";
import { Badges } from "./ui/badges.ts";
import { clearDigestCache, digestCacheFolder } from "./ui/commands/clear-digest-cache.ts";
import { KeyFiles } from "./ui/commands/key-files.ts";
import { copyReport, showModel, showSignature } from "./ui/commands/show-model.ts";
import { signModel } from "./ui/commands/sign-model.ts";
import { refreshTrustRoot, selectSigstoreInstance } from "./ui/commands/sigstore-instance.ts";
import { trustKey } from "./ui/commands/trust-key.ts";
import { verifyAll, verifyModels } from "./ui/commands/verify-model.ts";
import { ModelsView } from "./ui/models-view.ts";
import type { Services } from "./ui/services.ts";
import { StatusBar } from "./ui/status-bar.ts";
import { Checker } from "./workspace/checker.ts";
import { DigestEngineHolder } from "./workspace/digest-engine-holder.ts";
import { Discovery } from "./workspace/discovery.ts";
import { FolderWatches } from "./workspace/folder-watches.ts";
import { Freshness } from "./workspace/freshness.ts";
import { ModelRegistry } from "./workspace/registry.ts";
import { WorkspaceWatcher } from "./workspace/watcher.ts";

let ending: (() => Promise<void>) | undefined;

export function activate(context: ExtensionContext): Api {
  const store = new DisposableStore();
  context.subscriptions.push(store);
  const log = store.add(createLog());
  const note = (text: string): void => log.info(text);
  const registry = new ModelRegistry();
  const storage = context.globalStorageUri.fsPath;
  const hasher = pathToFileURL(context.asAbsolutePath("dist/hasher.js"));
  const engines = new DigestEngineHolder(hasher, digestCacheFolder(storage));
  const engine = () => engines.get();
  ending = () => engines.dispose();

  const sigstore = store.add(new SigstoreRoots(storage, log));
  const trust = store.add(new TrustStore(log, sigstore));
  const watches = store.add(new FolderWatches((path) => void freshness.touched(path)));
  const watch = watches.watch.bind(watches);
  const covered = watches.covers.bind(watches);
  const checker = store.add(new Checker({ registry, engine, watch, trust: () => trust.load(), log: note }));
  const discovery = store.add(new Discovery(registry, note));
  const automatic = () => (workspace.isTrusted ? setting("autoVerify") : "off");
  const failed = (error: unknown): void => {
    if (!isCancellation(error)) log.error(error instanceof Error ? error : String(error));
  };
  const freshness = store.add(new Freshness({ registry, checker, automatic, covered, failed }));
  const searched = () => setContextKey("searched", true);
  const watcher = store.add(new WorkspaceWatcher({ registry, discovery, freshness, searched }));
  store.add(registry.onDidChange(({ paths }) => forgetGone(paths, registry, watches)));
  store.add(trust.onDidChange(() => freshness.trustChanged()));
  store.add(workspace.onDidGrantWorkspaceTrust(() => freshness.automaticChanged()));
  store.add(onSettingChanged(["autoVerify"], () => freshness.automaticChanged()));

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
    search: () => watcher.search(),
  };
  store.add(registerCommands(handlers(services), log));
  // After activation has ended: finding models walks the disk.
  setImmediate(() => void watcher.start().catch((error: unknown) => showError(log, error)));
  return createApi(registry);
}

function forgetGone(paths: readonly string[], registry: ModelRegistry, watches: FolderWatches): void {
  for (const path of paths) if (registry.get(path) === undefined) watches.unwatch(path);
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
    showModel: (...args) => showModel(args, services),
    showSignature: (...args) => showSignature(args, services),
    showLog: () => services.log.show(),
  };
}
