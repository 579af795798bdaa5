import { homedir } from "node:os";
import { type ExtensionContext, env, Uri, window, workspace } from "vscode";
import { userPolicyPath } from "../core/policy/policy-files.ts";
import type { Engine } from "../engine/engine.ts";
import { isCancellation } from "../platform/commands.ts";
import { setContextKey } from "../platform/context-keys.ts";
import { DisposableStore } from "../platform/disposables.ts";
import type { Log } from "../platform/log.ts";
import { isImageDisk } from "../platform/remote-names.ts";
import { excludedPatterns, onConfigurationChanged, onSettingChanged, setting } from "../platform/settings.ts";
import type { SigstoreRoots } from "../platform/sigstore-roots.ts";
import type { TrustStore } from "../platform/trust.ts";
import { Checker } from "./checker.ts";
import { Discovery, type SearchHints } from "./discovery.ts";
import type { FolderWatches } from "./folder-watches.ts";
import { Origins } from "./origins.ts";
import { Policies } from "./policies.ts";
import { PolicyWatcher } from "./policy-watcher.ts";
import { type KnownModel, ModelRegistry } from "./registry.ts";
import { Revalidator } from "./revalidator.ts";
import { VerdictStore } from "./verdict-store.ts";
import { WorkspaceWatcher } from "./watcher.ts";

export interface TrackerServices {
  readonly context: ExtensionContext;
  readonly log: Log;
  readonly trust: TrustStore;
  readonly sigstore: SigstoreRoots;
  readonly engine: Engine;
}

/** Keeps the registry up to date: finds models, verifies them, and marks verdicts as outdated. Reads no disk before `start`. */
export class ModelTracker {
  readonly registry = new ModelRegistry();
  readonly checker: Checker;
  readonly origins: Origins;
  readonly policies: Policies;
  readonly #store = new DisposableStore();
  readonly #watcher: WorkspaceWatcher;
  readonly #policyWatcher: PolicyWatcher;
  readonly #verdicts: VerdictStore;

  constructor({ context, log, trust, sigstore, engine }: TrackerServices) {
    const { registry } = this;
    const store = this.#store;
    const note = (text: string): void => log.info(text);
    const failed = (error: unknown): void => {
      if (!isCancellation(error)) log.error(error instanceof Error ? error : String(error));
    };
    const automatic = () => (workspace.isTrusted ? setting("autoVerify") : "off");
    // The first listener for new models: a model with a stored verdict is not new.
    const verdicts = store.add(new VerdictStore({ registry, storage: context.workspaceState, failed }));
    const policies = new Policies({
      userPolicy: () => setting("userPolicy"),
      defaultUserPolicy: userPolicyPath(process.env, process.platform, homedir()),
      ownDisk: () => !isImageDisk(env.remoteName),
      workspaceTrusted: () => workspace.isTrusted,
      log: note,
    });
    const contentChanged = (path: string): void => {
      void revalidator.fileChanged(path);
      this.origins.fileChanged(path);
      watcher.modelChanged(path);
    };
    let watches: FolderWatches | undefined;
    const watch = async (model: string, kind: KnownModel["kind"]): Promise<void> => {
      const { FolderWatches } = await import("./folder-watches.ts");
      watches ??= store.add(new FolderWatches(contentChanged));
      await watches.watch(model, kind);
    };
    const checker = new Checker({
      registry,
      engine,
      publicSigstore: () => sigstore.publicInstance(),
      watch,
      trust: () => trust.load(),
      policies: (model, asked) => {
        // A requested check uses the current files, whether their change was reported or not.
        if (asked) policies.forget();
        return policies.sourceFor(model);
      },
      paused: () => setting("pauseInBackground") && !window.state.focused,
      log: note,
    });
    store.add(checker);
    const discovery = store.add(
      new Discovery({ registry, engine, log: note, hints: (folder) => searchHints(folder, policies) }),
    );
    const revalidator = store.add(
      new Revalidator({
        registry,
        checker,
        policies,
        automatic,
        covered: (model) => watches?.covers(model) === true,
        failed,
      }),
    );
    const searched = () => setContextKey("searched", true);
    const fileChanged = (uri: Uri): void => {
      policyWatcher.fileChanged(uri);
      this.origins.fileChanged(uri.fsPath);
    };
    const watcher = store.add(new WorkspaceWatcher({ registry, discovery, revalidator, searched, fileChanged }));
    const policyWatcher = store.add(new PolicyWatcher(policies));
    const search = () => void watcher.search().catch(failed);
    store.add(policies.onDidChange(search));
    store.add(onSettingChanged(["models"], search));
    store.add(onConfigurationChanged(["files.exclude"], search));
    store.add(onSettingChanged(["userPolicy"], () => policyWatcher.settingsChanged()));
    store.add(
      registry.onDidChange(({ paths }) => {
        for (const path of paths) if (registry.get(path) === undefined) watches?.unwatch(path);
      }),
    );
    store.add(trust.onDidChange(() => revalidator.trustChanged("trust")));
    store.add(workspace.onDidGrantWorkspaceTrust(() => policyWatcher.settingsChanged()));
    store.add(workspace.onDidGrantWorkspaceTrust(() => revalidator.automaticChanged()));
    store.add(onSettingChanged(["autoVerify"], () => revalidator.automaticChanged()));
    store.add(window.onDidChangeWindowState(() => checker.pauseChanged()));
    store.add(onSettingChanged(["pauseInBackground"], () => checker.pauseChanged()));
    this.origins = store.add(new Origins({ registry, engine, readsAll: () => automatic() === "full", failed }));
    this.checker = checker;
    this.policies = policies;
    this.#verdicts = verdicts;
    this.#watcher = watcher;
    this.#policyWatcher = policyWatcher;
  }

  async start(): Promise<void> {
    await this.#verdicts.load();
    this.#policyWatcher.start();
    await this.#watcher.start();
  }

  /** Searches the workspace again, and reads policies again. */
  search(signal?: AbortSignal): Promise<void> {
    this.policies.forget();
    signal?.addEventListener("abort", () => this.#watcher.cancelSearch(), { once: true });
    return this.#watcher.search();
  }

  dispose(): void {
    this.#store.dispose();
  }
}

async function searchHints(folder: string, policies: Policies): Promise<SearchHints> {
  const hints = await policies.searchHints(folder);
  const uri = Uri.file(folder);
  return { exclude: excludedPatterns(uri), models: setting("models", uri), ...hints };
}
