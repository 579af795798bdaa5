import type { DigestEngine, DigestMode } from "./digest-engine.ts";

/** Below both, starting a process takes longer than reading. */
const SMALL_BYTES = 16 * 1024 * 1024;
const SMALL_FILES = 256;

export interface EngineChoice {
  readonly engine?: DigestEngine;
  /** Absolute path of the folder where digests are kept between runs; only where no engine is given. */
  readonly cache?: string;
}

/** The engine for one model. */
export interface ModelEngine {
  /**
   * To be told of every file while the model is listed: where there is much to read, the process starts beside that.
   *
   * @param size in bytes
   */
  readonly onFile: (size: number) => void;
  /** To be asked for when the list is complete. */
  engineFor(files: readonly { readonly size: number }[]): Promise<DigestEngine>;
}

/**
 * Runs `use` with the engine given, or with one that lives only that long: in a process of its own, or on this thread
 * where there is little to read.
 *
 * @param mode what comes from the cache needs no process
 */
export async function withDigestEngine<T>(
  choice: EngineChoice,
  mode: DigestMode,
  use: (engine: ModelEngine) => Promise<T>,
): Promise<T> {
  let seen: Amount = { files: 0, bytes: 0 };
  let own: Promise<DigestEngine> | undefined;
  const start = (): void => {
    if (choice.engine !== undefined) {
      choice.engine.warm?.();
      return;
    }
    own = createProcess(choice.cache);
    // Whoever asks for the engine hears of it; a failure before that is no reason to fall.
    own.then((engine) => engine.warm?.()).catch(() => {});
  };
  try {
    return await use({
      onFile: (size) => {
        const before = seen;
        seen = { files: seen.files + 1, bytes: seen.bytes + size };
        if (mode === "full" && isSmall(before) && !isSmall(seen)) start();
      },
      engineFor: async (files) => {
        if (choice.engine !== undefined) return choice.engine;
        own ??= isSmall(amountOf(files)) ? createInProcess() : createProcess(choice.cache);
        return own;
      },
    });
  } finally {
    await own?.then(
      (engine) => engine.dispose(),
      () => {},
    );
  }
}

interface Amount {
  readonly files: number;
  readonly bytes: number;
}

function amountOf(files: readonly { readonly size: number }[]): Amount {
  return { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) };
}

function isSmall({ files, bytes }: Amount): boolean {
  return files <= SMALL_FILES && bytes <= SMALL_BYTES;
}

async function createInProcess(): Promise<DigestEngine> {
  const { createInProcessEngine } = await import("./in-process-engine.ts");
  return createInProcessEngine();
}

async function createProcess(cache: string | undefined): Promise<DigestEngine> {
  const { createDigestEngine } = await import("./child-engine.ts");
  return createDigestEngine(cache === undefined ? {} : { cache: { directory: cache } });
}
