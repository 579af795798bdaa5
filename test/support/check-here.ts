import type { FileHasher } from "../../src/core/hashing/with-hash-pool.ts";
import { checkModel } from "../../src/engine/check-model.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { PolicyCache } from "../../src/engine/policy-source.ts";

/** Checks models on this thread, with that pool. */
export function checkHere(pool: FileHasher): Pick<Engine, "check"> {
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
  };
}
