import { undefinedIfRejected } from "../core/errors.ts";
import type { Origin } from "../core/origin/origin.ts";

/** Where a model was downloaded from, by names and sizes; nothing where no record can be read. */
export async function recordedOrigin(model: string, signal: AbortSignal): Promise<Origin | undefined> {
  const { findOrigin } = await import("../core/origin/find-origin.ts");
  const report = await findOrigin({ model, checkDigests: false, signal }).catch(undefinedIfRejected);
  return report?.origin?.basis === "record" ? report.origin : undefined;
}
