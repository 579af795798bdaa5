import type { DigestEngine } from "../core/hashing/digest-engine.ts";
import type { Log } from "../platform/log.ts";
import type { Passphrases } from "../platform/secrets.ts";
import type { TrustStore } from "../platform/trust.ts";
import type { Checker } from "../workspace/checker.ts";
import type { ModelRegistry } from "../workspace/registry.ts";
import type { KeyFiles } from "./commands/key-files.ts";
import type { ModelsView } from "./models-view.ts";

/** What the commands work with; built once in `activate`. */
export interface Services {
  readonly log: Log;
  readonly registry: ModelRegistry;
  readonly checker: Checker;
  readonly trust: TrustStore;
  readonly passphrases: Passphrases;
  readonly keyFiles: KeyFiles;
  readonly view: ModelsView;
  engine(): Promise<DigestEngine>;
  /** Searches the workspace again. */
  search(): Promise<void>;
}
