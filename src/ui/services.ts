import type { Memento, Uri } from "vscode";
import type { Engine } from "../engine/engine.ts";
import type { Log } from "../platform/log.ts";
import type { RecentFiles } from "../platform/recent-files.ts";
import type { Passphrases } from "../platform/secrets.ts";
import type { SigstoreRoots } from "../platform/sigstore-roots.ts";
import type { TrustStore } from "../platform/trust.ts";
import type { Checker } from "../workspace/checker.ts";
import type { Origins } from "../workspace/origins.ts";
import type { Policies } from "../workspace/policies.ts";
import type { ModelRegistry } from "../workspace/registry.ts";
import type { ModelsView } from "./models-view.ts";
import type { EditorLogin } from "./signing-in/editor-login.ts";

/** The services of the extension, created in `activate`. */
export interface Services {
  readonly log: Log;
  readonly registry: ModelRegistry;
  readonly checker: Checker;
  readonly origins: Origins;
  readonly trust: TrustStore;
  readonly policies: Policies;
  readonly passphrases: Passphrases;
  /** Private keys that the user signed with. */
  readonly keyFiles: RecentFiles;
  readonly sigstore: SigstoreRoots;
  readonly login: EditorLogin;
  /** The extension's own folder, outside any workspace: absolute path. */
  readonly storage: string;
  /** Where the extension is installed; its built files are in `dist`. */
  readonly extensionUri: Uri;
  /** The user's last choices, in all windows. */
  readonly state: Memento;
  readonly view: ModelsView;
  /** Reads models and signatures, and signs. */
  readonly engine: Omit<Engine, "dispose">;
  /** Searches the workspace again. When it is cancelled, the known models stay. */
  search(signal?: AbortSignal): Promise<void>;
}
