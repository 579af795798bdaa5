import type { FileHasher } from "../../src/core/hashing/with-hash-pool.ts";
import { findSignatures } from "../../src/core/model/find-signatures.ts";
import { measure } from "../../src/core/model/measure.ts";
import { checkModel } from "../../src/engine/check-model.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { PolicyCache } from "../../src/engine/policy-source.ts";
import { searchModels } from "../../src/engine/search-models.ts";

/** What the workspace asks of the engine, on this thread, with that pool. */
export function engineHere(pool: FileHasher): Pick<Engine, "check" | "sizeHint" | "searchModels" | "findSignatures"> {
  const policies = new PolicyCache();
  return {
    check: (request, { signal, onProgress, onBegin, publicSigstore } = {}) =>
      checkModel(request, {
        pool,
        ...(signal && { signal }),
        ...(onProgress && { onProgress }),
        onBegin: async (signature) => onBegin?.(signature),
        publicSigstore: publicSigstore ?? (() => Promise.reject(new Error("no signature here needs it"))),
        readPolicies: (source) => policies.read(source),
      }),
    sizeHint: async (model, signal) => (await measure(model, signal))?.bytes ?? 0,
    searchModels,
    findSignatures,
  };
}
