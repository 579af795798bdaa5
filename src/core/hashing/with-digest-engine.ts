import type { DigestEngine } from "./digest-engine.ts";

/** Below both, starting a process takes longer than reading. */
const SMALL_BYTES = 16 * 1024 * 1024;
const SMALL_FILES = 256;

export interface EngineChoice {
  readonly engine?: DigestEngine;
  /** Absolute path of the folder where digests are kept between runs; only where no engine is given. */
  readonly cache?: string;
}

/**
 * Runs `use` with the engine given, or with one that lives only that long: in a process of its own, or on this thread
 * where there is little to read.
 */
export async function withDigestEngine<T>(
  { engine, cache }: EngineChoice,
  files: readonly { readonly size: number }[],
  use: (engine: DigestEngine) => Promise<T>,
): Promise<T> {
  if (engine !== undefined) return use(engine);
  const own = await createEngine(files, cache);
  try {
    return await use(own);
  } finally {
    await own.dispose();
  }
}

async function createEngine(
  files: readonly { readonly size: number }[],
  cache: string | undefined,
): Promise<DigestEngine> {
  if (files.length <= SMALL_FILES && files.reduce((sum, { size }) => sum + size, 0) <= SMALL_BYTES) {
    const { createInProcessEngine } = await import("./in-process-engine.ts");
    return createInProcessEngine();
  }
  const { createDigestEngine } = await import("./child-engine.ts");
  return createDigestEngine(cache === undefined ? {} : { cache: { directory: cache } });
}
