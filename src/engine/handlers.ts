import type { HashPool } from "../core/hashing/hash-pool.ts";
import { type SigstoreQuestions, unpackTrust } from "./portable-trust.ts";
import type { CallName, CallOptions, CallResult, FromEngine } from "./protocol.ts";
import { OpenSignatures } from "./signature-view/open-signatures.ts";

/** What every call may use. */
export interface CallContext extends SigstoreQuestions {
  readonly pool: HashPool;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Extract<FromEngine, { type: "progress" }>["progress"]) => void;
}

export type Handlers = {
  readonly [K in CallName]: (options: CallOptions<K>, context: CallContext) => Promise<CallResult<K>>;
};

const open = new OpenSignatures();

/** What the engine does for each call. The code of each is loaded with its first call. */
export const HANDLERS: Handlers = {
  async readClaim({ signature }) {
    const { readClaim } = await import("../core/verifier.ts");
    return readClaim(signature);
  },
  async authenticate({ trust, ...options }, context) {
    const { authenticate } = await import("../core/verify.ts");
    return authenticate({ ...options, trust: unpackTrust(trust, context) });
  },
  async verify({ trust, ...options }, { pool, signal, onProgress, ...questions }) {
    const { verify } = await import("../core/verify.ts");
    return verify({ ...options, pool, signal, onProgress, trust: unpackTrust(trust, questions) });
  },
  async inspect({ signature }) {
    const { inspect } = await import("../core/inspect.ts");
    return inspect(signature);
  },
  async buildManifest(options, { pool, signal, onProgress }) {
    const { buildManifest } = await import("../core/digest.ts");
    const { manifest, coverage } = await buildManifest({ ...options, pool, signal, onProgress });
    return { manifest, coverage };
  },
  async prepare(options, { pool, signal, onProgress }) {
    const { prepareStatement } = await import("../core/sign.ts");
    return prepareStatement({ ...options, pool, signal, onProgress });
  },
  async sign(options, { pool, signal, onProgress }) {
    const { sign } = await import("../core/sign.ts");
    return sign({ ...options, pool, signal, onProgress });
  },
  openSignature: open.openSignature,
  addFindings: open.addFindings,
  compareSignature: open.compareSignature,
  filePage: open.filePage,
  textPage: open.textPage,
  closeSignature: open.closeSignature,
};
