import type { HashPool } from "../core/hashing/hash-pool.ts";
import type { Replacement } from "../core/signing/replacement.ts";
import { PolicyCache, readPolicyAt } from "./policy-source.ts";
import { unpackSigstore, unpackTrust } from "./portable-trust.ts";
import type { CallName, CallOptions, CallResult, FromEngine, Question } from "./protocol.ts";
import { SignatureReader } from "./signature-view/signature-reader.ts";

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

/** The open signature files, by the caller's number. */
const readers = new Map<number, SignatureReader>();
const policies = new PolicyCache();

/** What the engine does for each call. The code of each is loaded with its first call. */
export const HANDLERS: Handlers = {
  searchModels: async (request, { signal }) => (await import("./search-models.ts")).searchModels(request, signal),
  findSignatures: async ({ model }, { signal }) =>
    (await import("../core/model/find-signatures.ts")).findSignatures(model, { signal }),
  findOrigin: async (options, context) =>
    (await import("../core/origin/find-origin.ts")).findOrigin({ ...options, ...reading(context) }),
  lookUpHubModel: async (options) => (await import("../core/origin/hub-lookup.ts")).lookUpHubModel(options),
  billOfMaterials: async (options, context) =>
    (await import("../core/operations/bill-of-materials.ts")).billOfMaterials({ ...options, ...reading(context) }),
  planPin: async (options, context) =>
    (await import("../core/operations/policy/pin-model.ts")).planPin({ ...options, ...reading(context) }),
  async sizeHint({ model }, { signal }) {
    const { measure } = await import("../core/model/measure.ts");
    return (await measure(model, signal))?.bytes ?? 0;
  },
  previewSigning: async (options, { signal }) => (await import("./signing-preview.ts")).previewSigning(options, signal),
  authenticate: async ({ trust, ...options }, { ask }) =>
    (await import("../core/operations/verify/verify.ts")).authenticate({ ...options, trust: unpackTrust(trust, ask) }),
  async check({ trust, ...request }, context) {
    const { checkModel } = await import("./check-model.ts");
    const { ask } = context;
    return checkModel(
      { ...request, trust: unpackTrust(trust, ask) },
      {
        ...reading(context),
        onBegin: async (signatures) => void (await ask({ about: "begin", signatures })),
        publicSigstore: () => unpackSigstore(ask, "public"),
        readPolicies: (source) => policies.read(source),
      },
    );
  },
  async previewPolicy({ policy, ...options }, { ask }) {
    const { previewPolicy } = await import("../core/operations/policy/policy-preview.ts");
    const publicSigstore = () => unpackSigstore(ask, "public");
    return previewPolicy(await readPolicyAt(policy), { ...options, publicSigstore });
  },
  previewResigning: async (options, context) =>
    (await import("./resigning-preview.ts")).previewResigning(options, context),
  async prepare({ trust, ...options }, context) {
    const { prepareStatement } = await import("../core/operations/sign/prepare-statement.ts");
    return prepareStatement({ ...options, ...reading(context), trust: unpackTrust(trust, context.ask) });
  },
  async sign(options, context) {
    const { sign } = await import("../core/operations/sign/sign.ts");
    const confirmReplacement = async (replacement: Replacement): Promise<boolean> =>
      (await context.ask({ about: "replacement", replacement })) === true;
    return sign({ ...options, ...reading(context), confirmReplacement });
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

function reading({ pool, signal, onProgress }: CallContext) {
  return { pool, signal, onProgress };
}
