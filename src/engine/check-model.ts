import type { DigestMode, DigestOptions } from "../core/hashing/digest-request.ts";
import type { FileHasher } from "../core/hashing/with-hash-pool.ts";
import { findSignatures } from "../core/model/find-signatures.ts";
import type { PolicySet } from "../core/policy/evaluate.ts";
import type { PublicSigstore } from "../core/policy/policy-trust.ts";
import type { Trust } from "../core/trust.ts";
import type { Verdict } from "../core/verdict.ts";
import type { PolicySource } from "./policy-source.ts";

/** `signature` reads no file of the model and takes milliseconds; `files` reads every byte. */
export type CheckDepth = "signature" | "files";

/** One check of one model, as data: one call, one verdict. */
export interface CheckRequest {
  /** Absolute path of the folder, or the single file. */
  readonly model: string;
  readonly depth: CheckDepth;
  /** Absolute paths of all signature files of the model; searched for if absent. */
  readonly signatures?: readonly string[];
  /** Absolute path of the workspace folder: signatures up to there may be the model's. */
  readonly folder?: string | undefined;
  readonly mode?: DigestMode;
  /** The policies that cover the model; they replace {@link trust}. */
  readonly policies?: PolicySource;
  readonly trust: Trust;
}

export interface CheckContext extends DigestOptions {
  readonly pool: FileHasher;
  /** Awaited before any file of the model is read. */
  readonly onBegin: (signatures: readonly string[]) => Promise<void>;
  readonly publicSigstore: PublicSigstore;
  readonly readPolicies: (source: PolicySource) => Promise<PolicySet>;
}

/**
 * Finds the signatures of a model, verifies them, compares the files, and evaluates the policies.
 *
 * @throws ProvenanceError of kind `usage`, MODEL_NOT_FOUND, MODEL_UNREADABLE, CANCELLED
 */
export async function checkModel(request: CheckRequest, context: CheckContext): Promise<Verdict> {
  const { model, depth, policies } = request;
  // A policy determines the signature file itself.
  if (depth === "signature" && policies !== undefined) return checkPolicies(request, policies, context);
  const { signal } = context;
  const signatures = request.signatures ?? (await findSignatures(model, { within: request.folder, signal }));
  if (signatures.length === 0 && policies === undefined) return { state: "unsigned", model, reasons: [] };
  if (depth === "files") await context.onBegin(signatures);
  return policies === undefined
    ? checkTrust({ ...request, signatures }, context)
    : checkPolicies(request, policies, context);
}

async function checkTrust(
  { model, depth, signatures: signature, mode, trust }: CheckRequest & { readonly signatures: readonly string[] },
  context: CheckContext,
): Promise<Verdict> {
  const { authenticate, verify } = await import("../core/operations/verify/verify.ts");
  if (depth === "signature") return authenticate({ model, signature, trust });
  return verify({ model, signature, trust, mode, ...reading(context) });
}

async function checkPolicies(request: CheckRequest, source: PolicySource, context: CheckContext): Promise<Verdict> {
  const { model, depth, mode } = request;
  const { authenticateWithPolicy, verifyWithPolicy } = await import("../core/operations/verify/verify-with-policy.ts");
  const check = depth === "files" ? verifyWithPolicy : authenticateWithPolicy;
  const { workspaceTrusted, folder, path } = source;
  const policies = await context.readPolicies(source);
  const { publicSigstore } = context;
  const subject = { model, policies, workspaceTrusted, folder, path, publicSigstore };
  return check({ ...subject, mode, ...reading(context) });
}

function reading({ pool, signal, onProgress }: CheckContext) {
  return { pool, signal, onProgress };
}
