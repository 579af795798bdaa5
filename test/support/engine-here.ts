import type { DigestOptions } from "../../src/core/hashing/digest-request.ts";
import { HashPool } from "../../src/core/hashing/hash-pool.ts";
import type { FileHasher } from "../../src/core/hashing/with-hash-pool.ts";
import { checkModel } from "../../src/engine/check-model.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { HANDLERS, type Handlers } from "../../src/engine/handlers.ts";
import { PolicyCache } from "../../src/engine/policy-source.ts";
import type { CallOptions, CallResult, PlainCall } from "../../src/engine/protocol.ts";

/** What the workspace asks of the engine, on this thread, with that pool. */
export function engineHere(pool: FileHasher): Pick<Engine, "check" | "run"> {
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
    run: runHere,
  };
}

const idle = new HashPool({ workers: 0 });

/** What the engine does for a plain call, on this thread. */
export function runHere<K extends PlainCall>(
  call: K,
  options: CallOptions<K>,
  { signal = new AbortController().signal }: DigestOptions = {},
): Promise<CallResult<K>> {
  const handler: Handlers[K] = HANDLERS[call];
  return handler(options, { pool: idle, signal, onProgress: () => {}, ask: async () => undefined });
}
