import { relative } from "node:path";
import { undefinedIfRejected } from "../core/errors.ts";
import { findSignatures } from "../core/model/find-signatures.ts";
import type { Verdict } from "../core/verdict.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Names the model's actual signature in the reason, where the signature file that the user gave does not exist.
 *
 * @param named the path that the user gave, if any
 */
export async function withActualSignature(
  verdict: Verdict,
  named: string | undefined,
  { cwd, interruption }: Terminal,
): Promise<Verdict> {
  if (verdict.state !== "unsigned" || named === undefined) return verdict;
  const search = findSignatures(verdict.model, { within: cwd, signal: interruption.signal });
  const found = (await search.catch(undefinedIfRejected))?.[0];
  if (found === undefined) return verdict;
  const path = relative(cwd, found);
  const reasons = verdict.reasons.map((reason) => {
    if (reason.code !== "SIGNATURE_NOT_FOUND") return reason;
    const message = `There is no signature file ${named}. The model has the signature ${path}: give --signature ${path}.`;
    return { ...reason, message, details: { ...reason.details, found } };
  });
  return { ...verdict, reasons };
}
