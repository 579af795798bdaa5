import type { FileHasher } from "../../src/core/hashing/with-hash-pool.ts";
import { VERIFIER_HERE, type Verifier } from "../../src/core/verifier.ts";
import { verify } from "../../src/core/verify.ts";

/** Verifies on this thread, with that pool. */
export function verifierWith(pool: FileHasher): Verifier {
  return { ...VERIFIER_HERE, verify: (options) => verify({ ...options, pool }) };
}
