import { homedir } from "node:os";
import { type ExtensionContext, env, Uri, window, workspace } from "vscode";
import { userPolicyPath } from "../core/policy/policy-files.ts";
import type { Engine } from "../engine/engine.ts";
import { isCancellation } from "../platform/commands.ts";
import { setContextKey } from "../platform/context-keys.ts";
import { DisposableStore } from "../platform/disposables.ts";
import type { Log } from "../platform/log.ts";
import { isImageDisk } from "../platform/remote-names.ts";
import { excludedPatterns, modelPatterns, onHintsChanged } from "../platform/search-hints.ts";
import { onSettingChanged, setting } from "../platform/settings.ts";
import type { SigstoreRoots } from "../platform/sigstore-roots.ts";
import type { TrustStore } from "../platform/trust.ts";
import { Checker } from "./checker.ts";
import { Discovery, type SearchHints } from "./discovery.ts";
import { FolderWatches } from "./folder-watches.ts";
import { Freshness } from "./freshness.ts";
import { Origins } from "./origins.ts";
import { Policies } from "./policies.ts";
import { PolicyFollower } from "./policy-follower.ts";
import { PolicyWatcher } from "./policy-watcher.ts";
import { ModelRegistry } from "./registry.ts";
import { VerdictMemory } from "./verdict-memory.ts";
import { WorkspaceWatcher } from "./watcher.ts";

export interface TrackerServices {
  readonly context: ExtensionContext;
  readonly log: Log;
  readonly trust: TrustStore;
  readonly sigstore: SigstoreRoots;
  readonly engine: Engine;
}

/** Keeps the registry up to date: finds models, verifies them, and makes verdicts outdated. Nothing walks the disk before `start`. */
export class ModelTracker {
  readonly registry = new ModelRegistry();
  readonly checker: Checker;
  readonly origins: Origins;
  readonly policies: Policies;
  readonly #store = new DisposableStore();
  readonly #watcher: WorkspaceWatcher;
  readonly #policyWatcher: PolicyWatcher;
  readonly #memory: VerdictMemory;

  constructor({ context, log, trust, sigstore, engine }: TrackerServices) {
    const { registry } = this;
    const store = this.#store;
    const note = (text: string): void => log.info(text);
    const failed = (error: unknown): void => {
      if (!isCancellation(error)) log.error(error instanceof Error ? error : String(error));
    };
    const automatic = () => (workspace.isTrusted ? setting("autoVerify") : "off");
    // First of all that hear of new models: one that is remembered is not new.
    const memory = store.add(new VerdictMemory({ registry, storage: context.workspaceState, failed }));
    const policies = new Policies({
      userPolicy: () => setting("userPolicy"),
      defaultUserPolicy: userPolicyPath(process.env, process.platform, homedir()),
      ownDisk: () => !isImageDisk(env.remoteName),
      workspaceTrusted: () => workspace.isTrusted,
      folderOf: (path) => workspace.getWorkspaceFolder(Uri.file(path))?.uri.fsPath,
      log: note,
    });
    const watches = store.add(new FolderWatches((path) => void freshness.touched(path)));
    const checker = new Checker({
      registry,
      engine,
      publicSigstore: () => sigstore.publicInstance(),
      watch: watches.watch.bind(watches),
      trust: () => trust.load(),
      policies: (model, asked) => {
        // Who asks, asks about the files as they are, whether their change was told yet or not.
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
    const freshness = store.add(
      new Freshness({ registry, checker, automatic, covered: watches.covers.bind(watches), failed }),
    );
    const mayCheck = () => automatic() !== "off";
    store.add(new PolicyFollower({ registry, policies, checker, freshness, automatic: mayCheck, failed }));
    const searched = () => setContextKey("searched", true);
    const watcher = store.add(new WorkspaceWatcher({ registry, discovery, freshness, searched }));
    const policyWatcher = store.add(new PolicyWatcher(policies));
    const search = () => void watcher.search().catch(failed);
    store.add(policies.onDidChange(search));
    store.add(onHintsChanged(search));
    store.add(onSettingChanged(["userPolicy"], () => policyWatcher.changed()));
    store.add(registry.onDidChange(({ paths }) => forgetGone(paths, registry, watches)));
    store.add(trust.onDidChange(() => freshness.trustChanged("trust")));
    store.add(workspace.onDidGrantWorkspaceTrust(() => policyWatcher.changed()));
    store.add(workspace.onDidGrantWorkspaceTrust(() => freshness.automaticChanged()));
    store.add(onSettingChanged(["autoVerify"], () => freshness.automaticChanged()));
    store.add(window.onDidChangeWindowState(() => checker.pauseChanged()));
    store.add(onSettingChanged(["pauseInBackground"], () => checker.pauseChanged()));
    this.origins = store.add(new Origins({ registry, engine, readsAll: () => automatic() === "full", failed }));
    this.checker = checker;
    this.policies = policies;
    this.#memory = memory;
    this.#watcher = watcher;
    this.#policyWatcher = policyWatcher;
  }

  async start(): Promise<void> {
    await this.#memory.load();
    this.#policyWatcher.start();
    await this.#watcher.start();
  }

  /** Searches the workspace again; policies are read again, too. */
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
  const [named, searched] = await Promise.all([policies.namedModels(folder), policies.searchedPatterns(folder)]);
  return { exclude: excludedPatterns(folder), models: modelPatterns(folder), named: [...named], searched };
}

function forgetGone(paths: readonly string[], registry: ModelRegistry, watches: FolderWatches): void {
  for (const path of paths) if (registry.get(path) === undefined) watches.unwatch(path);
}
