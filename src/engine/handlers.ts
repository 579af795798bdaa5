import type { HashPool } from "../core/hashing/hash-pool.ts";
import type { PublicSigstore } from "../core/policy/policy-trust.ts";
import type { Replacement } from "../core/signing/replacement.ts";
import { PolicyCache, readPolicyAt } from "./policy-source.ts";
import type { CallName, CallOptions, CallResult, FromEngine, Question } from "./protocol.ts";
import { SignatureReader } from "./signature-view/signature-reader.ts";
import { unpackSigstore, unpackTrust } from "./unpack-trust.ts";

/** What every call may use. */
export interface CallContext {
  readonly pool: HashPool;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Extract<FromEngine, { type: "progress" }>["progress"]) => void;
  /** Asks the caller. */
  readonly ask: (question: Question) => Promise<unknown>;
}

export type Handlers = {
  readonly [K in CallName]: (options: CallOptions<K>, context: CallContext) => Promise<CallResult<K>>;
};

const publicSigstore =
  (ask: CallContext["ask"]): PublicSigstore =>
  () =>
    unpackSigstore(ask, "public");

/** The open signature files, by the caller's number. */
const readers = new Map<number, SignatureReader>();
const policies = new PolicyCache();

/** What the engine does for each call. The code of each is loaded with its first call. */
export const HANDLERS: Handlers = {
  async searchModels(request, { signal }) {
    const { searchModels } = await import("./search-models.ts");
    return searchModels(request, signal);
  },
  async findSignatures({ model }, { signal }) {
    const { findSignatures } = await import("../core/model/find-signatures.ts");
    return findSignatures(model, { signal });
  },
  async findOrigin(options, { pool, signal, onProgress }) {
    const { findOrigin } = await import("../core/origin/find-origin.ts");
    return findOrigin({ ...options, pool, signal, onProgress });
  },
  async lookUpHubModel(options) {
    const { lookUpHubModel } = await import("../core/origin/hub-lookup.ts");
    return lookUpHubModel(options);
  },
  async billOfMaterials(options, { pool, signal, onProgress }) {
    const { billOfMaterials } = await import("../core/bill-of-materials.ts");
    return billOfMaterials({ ...options, pool, signal, onProgress });
  },
  async planPin(options, { pool, signal, onProgress }) {
    const { planPin } = await import("../core/pin-model.ts");
    return planPin({ ...options, pool, signal, onProgress });
  },
  async writePin(plan) {
    const { writePin } = await import("../core/pin-model.ts");
    return writePin(plan);
  },
  async sizeHint({ model }, { signal }) {
    const { measure } = await import("../core/model/measure.ts");
    return (await measure(model, signal))?.bytes ?? 0;
  },
  async previewSigning(options, { signal }) {
    const { previewSigning } = await import("./signing-preview.ts");
    return previewSigning(options, signal);
  },
  async readVerificationHint({ signature }) {
    const { readVerificationHint } = await import("../core/verification-hint.ts");
    return readVerificationHint(signature);
  },
  async authenticate({ trust, ...options }, { ask }) {
    const { authenticate } = await import("../core/verify.ts");
    return authenticate({ ...options, trust: unpackTrust(trust, ask) });
  },
  async check({ trust, ...request }, { pool, signal, onProgress, ask }) {
    const { checkModel } = await import("./check-model.ts");
    return checkModel(
      { ...request, trust: unpackTrust(trust, ask) },
      {
        pool,
        signal,
        onProgress,
        onBegin: async (signatures) => void (await ask({ about: "begin", signatures })),
        publicSigstore: publicSigstore(ask),
        readPolicies: (source) => policies.read(source),
      },
    );
  },
  async previewPolicy({ policy, ...options }, { ask }) {
    const { previewPolicy } = await import("../core/policy-preview.ts");
    return previewPolicy(await readPolicyAt(policy), { ...options, publicSigstore: publicSigstore(ask) });
  },
  async previewResigning(options, context) {
    const { previewResigning } = await import("./resigning-preview.ts");
    return previewResigning(options, context);
  },
  async prepare({ trust, ...options }, { pool, signal, onProgress, ask }) {
    const { prepareStatement } = await import("../core/prepare-statement.ts");
    return prepareStatement({ ...options, pool, signal, onProgress, trust: unpackTrust(trust, ask) });
  },
  async sign(options, { pool, signal, onProgress, ask }) {
    const { sign } = await import("../core/sign.ts");
    const confirmReplacement = async (replacement: Replacement): Promise<boolean> =>
      (await ask({ about: "replacement", replacement })) === true;
    return sign({ ...options, pool, signal, onProgress, confirmReplacement });
  },
  async openSignature({ view, source }) {
    const reader = readers.get(view) ?? new SignatureReader();
    readers.set(view, reader);
    return reader.open(source);
  },
  addFindings: async ({ view, files }) => readers.get(view)?.add(files),
  compareSignature: async ({ view, findings }) => readers.get(view)?.compare(findings),
  filePage: async ({ view, query }) => readers.get(view)?.page(query),
  textPage: async ({ view, range }) => readers.get(view)?.lines(range),
  closeSignature: async ({ view }) => void readers.delete(view),
};
