import { join } from "node:path";
import type { DigestEngine } from "../core/hashing/digest-engine.ts";

/** Where digests of files that were read before are kept, for all windows. */
export function digestCacheFolder(storage: string): string {
  return join(storage, "digests");
}

/** The window's one hashing process: nothing is loaded or started before the first model is read. */
export class DigestEngineHolder {
  readonly #hasher: URL;
  readonly #cache: string;
  #engine: Promise<DigestEngine> | undefined;

  /**
   * @param hasher the hashing process's program
   * @param cache folder where digests are kept for all windows: absolute path
   */
  constructor(hasher: URL, cache: string) {
    this.#hasher = hasher;
    this.#cache = cache;
  }

  get(): Promise<DigestEngine> {
    this.#engine ??= this.#create();
    return this.#engine;
  }

  async dispose(): Promise<void> {
    const engine = await this.#engine;
    await engine?.dispose();
  }

  async #create(): Promise<DigestEngine> {
    const { createDigestEngine } = await import("../core/hashing/child-engine.ts");
    return createDigestEngine({ hasher: this.#hasher, cache: { directory: this.#cache } });
  }
}
