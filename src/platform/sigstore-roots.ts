import { isAbsolute, join } from "node:path";
import { EventEmitter, l10n, workspace } from "vscode";
import { ProvenanceError } from "../core/errors.ts";
import type { SigstoreTrust } from "../core/trust.ts";
import type { OpenOptions } from "../core/verification/open-trust-root.ts";
import type { TrustRoot } from "../core/verification/trust-root.ts";
import type { SigstoreInstance } from "../core/verification/trust-root-instances.ts";
import { DisposableStore } from "./disposables.ts";
import { errorText, type Log } from "./log.ts";
import { PUBLIC, STAGING } from "./setting-shapes.ts";
import { onSettingChanged, setting } from "./settings.ts";

/** Milliseconds after which a trust root is read from the disk again: another window may have refreshed it. */
const REOPEN_AFTER = 60 * 60 * 1000;

type OpenRoot = Pick<SigstoreTrust, "root" | "newer">;

/**
 * The trust roots of Sigstore, in global storage. They are loaded for the first keyless signature, and refreshed in the
 * background once a day, but not in a workspace that is not trusted.
 */
export class SigstoreRoots {
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new EventEmitter<void>());
  readonly #opened = new Map<string, { readonly at: number; readonly opening: Promise<OpenRoot> }>();
  readonly #storage: string;
  readonly #log: Log;
  readonly onDidChange = this.#changed.event;

  /** @param globalStorage the extension's own folder, outside any workspace */
  constructor(globalStorage: string, log: Log) {
    this.#storage = join(globalStorage, "trust-roots");
    this.#log = log;
    this.#store.add(onSettingChanged(["sigstoreInstance"], () => this.#changed.fire()));
    this.#store.add(workspace.onDidGrantWorkspaceTrust(() => this.#opened.clear()));
  }

  /**
   * The root of the instance that the settings name.
   *
   * @throws ProvenanceError TRUST_ROOT_*
   */
  toVerify(): Promise<OpenRoot> {
    return this.#open(setting("sigstoreInstance"));
  }

  /** The root of the public instance, whatever the settings say. */
  publicInstance(): Promise<OpenRoot> {
    return this.#open(PUBLIC);
  }

  /**
   * The root and the services to sign with, refreshed where they are older than a day.
   *
   * @throws ProvenanceError TRUST_ROOT_*, CANCELLED
   */
  async toSign(signal: AbortSignal): Promise<TrustRoot> {
    const name = setting("sigstoreInstance");
    const instance = await instanceOf(name);
    if (instance === undefined) return readConfiguration(name);
    const { currentTrustRoot } = await import("../core/verification/open-trust-root.ts");
    return currentTrustRoot(instance, { ...this.#options(), signal });
  }

  /**
   * Refreshes the root now; reads a private instance's file again.
   *
   * @throws ProvenanceError TRUST_ROOT_*, CANCELLED
   */
  async refresh(signal: AbortSignal): Promise<TrustRoot> {
    const name = setting("sigstoreInstance");
    const instance = await instanceOf(name);
    const { refreshTrustRoot } = await import("../core/verification/trust-root-refresh.ts");
    const root =
      instance === undefined
        ? await readConfiguration(name)
        : await refreshTrustRoot(instance, this.#storage, { signal });
    this.#opened.delete(name);
    this.#changed.fire();
    return root;
  }

  dispose(): void {
    this.#store.dispose();
  }

  #open(name: string): Promise<OpenRoot> {
    const known = this.#opened.get(name);
    if (known !== undefined && Date.now() - known.at < REOPEN_AFTER) return known.opening;
    const opening = this.#openNow(name);
    this.#opened.set(name, { at: Date.now(), opening });
    opening.catch(() => this.#opened.delete(name));
    return opening;
  }

  async #openNow(name: string): Promise<OpenRoot> {
    const instance = await instanceOf(name);
    if (instance === undefined) return { root: await readConfiguration(name) };
    const { openTrustRoot } = await import("../core/verification/open-trust-root.ts");
    const opened = await openTrustRoot(instance, { ...this.#options(), offline: !workspace.isTrusted });
    void opened.newer?.then((root) => {
      if (root !== undefined) this.#log.info(`The trust root of ${root.label} was refreshed.`);
    });
    return opened;
  }

  #options(): OpenOptions {
    const onRefreshFailed = (error: unknown): void => {
      this.#log.warn(`The trust root was not refreshed: ${errorText(error)}`);
    };
    return { storage: this.#storage, onRefreshFailed, onStoreRejected: (message) => this.#log.warn(message) };
  }
}

/** Whether the value of the setting is the path of a configuration. */
export function isPrivateInstance(name: string): boolean {
  return name !== PUBLIC && name !== STAGING;
}

/** Undefined for a private one. */
async function instanceOf(name: string): Promise<SigstoreInstance | undefined> {
  if (isPrivateInstance(name)) return undefined;
  const { PUBLIC_INSTANCE, STAGING_INSTANCE } = await import("../core/verification/trust-root-instances.ts");
  return name === PUBLIC ? PUBLIC_INSTANCE : STAGING_INSTANCE;
}

/** @throws ProvenanceError TRUST_ROOT_UNREADABLE */
export async function readConfiguration(file: string): Promise<TrustRoot> {
  if (!isAbsolute(file)) {
    const message = l10n.t(
      'The Sigstore instance "{0}" in the settings is neither public, staging nor an absolute path.',
      file,
    );
    throw new ProvenanceError("TRUST_ROOT_UNREADABLE", message, { details: { label: file } });
  }
  const { readTrustConfigFile } = await import("../core/verification/trust-root-files.ts");
  return readTrustConfigFile(file);
}
