import type { Memento, Uri } from "vscode";
import type { DigestModelOptions, ModelManifest } from "../core/digest.ts";
import type { SignOptions, SignResult } from "../core/sign.ts";
import type { Verifier } from "../core/verifier.ts";
import type { Log } from "../platform/log.ts";
import type { Passphrases } from "../platform/secrets.ts";
import type { SigstoreRoots } from "../platform/sigstore-roots.ts";
import type { TrustStore } from "../platform/trust.ts";
import type { Checker } from "../workspace/checker.ts";
import type { Policies } from "../workspace/policies.ts";
import type { ModelRegistry } from "../workspace/registry.ts";
import type { KeyFiles } from "./commands/key-files.ts";
import type { ModelsView } from "./models-view.ts";
import type { Login } from "./signing-in/login.ts";

/** What the commands work with; built once in `activate`. */
export interface Services {
  readonly log: Log;
  readonly registry: ModelRegistry;
  readonly checker: Checker;
  readonly trust: TrustStore;
  readonly policies: Policies;
  readonly passphrases: Passphrases;
  readonly keyFiles: KeyFiles;
  readonly sigstore: SigstoreRoots;
  readonly login: Login;
  /** The extension's own folder, outside any workspace: absolute path. */
  readonly storage: string;
  /** Where the extension itself lies: its built files are in `dist`. */
  readonly extensionUri: Uri;
  /** What is remembered of the person's choices, in all windows. */
  readonly state: Memento;
  readonly view: ModelsView;
  /** Reads signatures and has files digested where nothing waits for it. */
  readonly verifier: Verifier;
  /** The core's `sign` and `buildManifest`, done there too. */
  sign(options: SignOptions): Promise<SignResult>;
  buildManifest(options: DigestModelOptions): Promise<Pick<ModelManifest, "manifest" | "coverage">>;
  /** Searches the workspace again. */
  search(): Promise<void>;
}
