import { authenticateParsed, type CheckOptions, verifyParsed } from "./check-signature.ts";
import { readingOnce } from "./hashing/read-once.ts";
import { withHashPool } from "./hashing/with-hash-pool.ts";
import { type CheckedSignature, summaries, worstOf } from "./several-signatures.ts";
import { readCandidates, type SignatureCandidate } from "./signature-candidates.ts";
import type { Verdict } from "./verdict.ts";

export interface VerifyOptions extends Omit<CheckOptions, "signature"> {
  /** The signature file, or all of the model's. */
  readonly signature: string | readonly string[];
}

/** Options to verify the signature only. */
export type AuthenticateOptions = Pick<VerifyOptions, "model" | "signature" | "trust"> &
  Partial<Pick<VerifyOptions, "signal">>;

/**
 * Verifies the signer of a model and that its files are unchanged (OMS 8): first the signature, then the statement, files
 * and digests. All parameters come from the signed statement. Faults of the signature or model are in the verdict, not
 * thrown.
 *
 * Of several signatures, the verdict is that of one whose signer is accepted and that verifies. If none is, it is the
 * worst of those whose signer is accepted, else the worst of all: a signature by an unknown signer never improves it.
 *
 * @throws ProvenanceError of kind `usage` (a key that cannot be read…), MODEL_NOT_FOUND, CANCELLED
 */
export async function verify(options: VerifyOptions): Promise<Verdict> {
  const candidates = await candidatesOf(options);
  const [only, ...others] = candidates;
  if (only === undefined || others.length > 0) return verifySeveral(candidates, options);
  return { ...(await verifyOne(only, options)), checkedAt: now() };
}

/**
 * The signature and the signer only: no file of the model is read, so the state is at best `unchecked`.
 *
 * @throws as {@link verify}
 */
export async function authenticate(options: AuthenticateOptions): Promise<Verdict> {
  const { deciding, checked } = await authenticateSeveral(options);
  return { ...deciding.verdict, ...summaries(checked, deciding) };
}

/** As {@link authenticate}, with each signature, and the one that decides. */
export async function authenticateSeveral(
  options: AuthenticateOptions,
): Promise<{ readonly deciding: CheckedSignature; readonly checked: readonly CheckedSignature[] }> {
  const checked = await authenticateAll(await candidatesOf(options), options);
  return { deciding: checked.find(({ accepted }) => accepted) ?? worstOf(checked), checked };
}

function candidatesOf({ model, signature, signal }: AuthenticateOptions): Promise<readonly SignatureCandidate[]> {
  return readCandidates(model, typeof signature === "string" ? [signature] : signature, signal);
}

async function authenticateAll(
  candidates: readonly SignatureCandidate[],
  options: Omit<AuthenticateOptions, "signature">,
): Promise<readonly CheckedSignature[]> {
  const checked: CheckedSignature[] = [];
  for (const candidate of candidates) {
    const { signature, bundle, problem } = candidate;
    const verdict = bundle === undefined ? problem : await authenticateParsed(bundle, { ...options, signature });
    if (verdict === undefined) throw new Error(`${signature} was not read`);
    // A signer who is not the one wanted is a reason.
    checked.push({ candidate, verdict, accepted: verdict.signer !== undefined && verdict.reasons.length === 0 });
  }
  return checked;
}

async function verifySeveral(candidates: readonly SignatureCandidate[], options: VerifyOptions): Promise<Verdict> {
  return withHashPool(options, async (pool) => {
    const reading = { ...options, pool: readingOnce(pool) };
    const checked = [...(await authenticateAll(candidates, options))];
    const isAnyAccepted = checked.some(({ accepted }) => accepted);
    const counting: CheckedSignature[] = [];
    for (const [at, found] of checked.entries()) {
      if (isAnyAccepted && !found.accepted) continue;
      const compared = { ...found, verdict: await verifyOne(found.candidate, reading) };
      checked[at] = compared;
      counting.push(compared);
      if (compared.verdict.state === "verified") break;
    }
    const deciding = counting.find(({ verdict }) => verdict.state === "verified") ?? worstOf(counting);
    return { ...deciding.verdict, ...summaries(checked, deciding), checkedAt: now() };
  });
}

async function verifyOne({ signature, bundle, problem }: SignatureCandidate, options: VerifyOptions): Promise<Verdict> {
  const verdict = bundle === undefined ? problem : await verifyParsed(bundle, { ...options, signature });
  if (verdict === undefined) throw new Error(`${signature} was not read`);
  return verdict;
}

function now(): string {
  return new Date().toISOString();
}
