import { resolve } from "node:path";
import { readingOnce } from "../../hashing/read-once.ts";
import { withHashPool } from "../../hashing/with-hash-pool.ts";
import type { Trust } from "../../trust.ts";
import type { Verdict } from "../../verdict.ts";
import { type CompareOptions, checkSignature, compareFiles } from "./check-signature.ts";
import { type CheckedSignature, summaries, worstOf } from "./several-signatures.ts";
import { readCandidates } from "./signature-candidates.ts";

export interface VerifyOptions extends CompareOptions {
  /** The folder, or the single file. */
  readonly model: string;
  /** The signature file, or all of the model's. */
  readonly signature: string | readonly string[];
  readonly trust: Trust;
}

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
  const found = [...(await authenticateAll(options))];
  const isAnyAccepted = found.some(({ accepted }) => accepted);
  return withHashPool(options, async (pool) => {
    const reading = { ...options, pool: found.length > 1 ? readingOnce(pool) : pool };
    const counting: CheckedSignature[] = [];
    for (const [at, one] of found.entries()) {
      if (isAnyAccepted && !one.accepted) continue;
      const compared = { ...one, verdict: await compareFiles(one, reading) };
      found[at] = compared;
      counting.push(compared);
      if (compared.verdict.state === "verified") break;
    }
    const deciding = counting.find(({ verdict }) => verdict.state === "verified") ?? worstOf(counting);
    return { ...deciding.verdict, ...summaries(found, deciding), checkedAt: new Date().toISOString() };
  });
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
  const checked = await authenticateAll(options);
  return { deciding: checked.find(({ accepted }) => accepted) ?? worstOf(checked), checked };
}

async function authenticateAll(options: AuthenticateOptions): Promise<readonly CheckedSignature[]> {
  const { signature: paths, trust, signal } = options;
  const model = resolve(options.model);
  const found: CheckedSignature[] = [];
  for (const candidate of await readCandidates(model, typeof paths === "string" ? [paths] : paths, signal)) {
    const check = await checkSignature(candidate, model, trust);
    const { signer, reasons } = check.verdict;
    // A signer who is not the one wanted is a reason.
    found.push({ ...check, candidate, accepted: signer !== undefined && reasons.length === 0 });
  }
  return found;
}
