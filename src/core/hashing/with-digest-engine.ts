import type { DigestEngine } from "./digest-engine.ts";

/** Runs `use` with the engine given, or with one that lives only that long. */
export async function withDigestEngine<T>(
  given: DigestEngine | undefined,
  use: (engine: DigestEngine) => Promise<T>,
): Promise<T> {
  if (given !== undefined) return use(given);
  const { createDigestEngine } = await import("./child-engine.ts");
  const engine = createDigestEngine();
  try {
    return await use(engine);
  } finally {
    await engine.dispose();
  }
}
