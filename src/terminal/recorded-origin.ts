import { ProvenanceError } from "../core/errors.ts";
import type { Origin } from "../core/origin/origin.ts";

/** Where a model was downloaded from, by names and sizes; nothing where no record can be read. */
export async function recordedOrigin(model: string, signal: AbortSignal): Promise<Origin | undefined> {
  const { findOrigin } = await import("../core/origin/find-origin.ts");
  try {
    const { origin } = await findOrigin({ model, checkDigests: false, signal });
    return origin?.basis === "record" ? origin : undefined;
  } catch (error) {
    if (!(error instanceof ProvenanceError) || error.code === "CANCELLED") throw error;
    return undefined;
  }
}
