import type { DigestEngine } from "../../src/core/hashing/digest-engine.ts";
import { VERIFIER_HERE, type Verifier } from "../../src/core/verifier.ts";
import { verify } from "../../src/core/verify.ts";

/** Verifies on this thread, with that engine. */
export function verifierWith(engine: DigestEngine): Verifier {
  return { ...VERIFIER_HERE, verify: (options) => verify({ ...options, engine }) };
}
