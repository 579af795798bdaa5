import { basename, resolve } from "node:path";
import { parseBundle } from "../../bundle/parse-bundle.ts";
import { readLines, readSignatureFile } from "../../bundle/read-bundle.ts";
import { throwIfCancelled } from "../../errors.ts";
import type { Verdict } from "../../verdict.ts";
import { isAbout } from "./bundle-choice.ts";
import { failure, type SignatureCandidate } from "./check-signature.ts";

/**
 * Reads the signatures of a model. Of a file with a bundle a line, those that are about another model, or no OMS
 * signature at all, are left out where there are others.
 *
 * @param paths of signature files
 * @throws ProvenanceError CANCELLED, and what is no fault of the signature
 */
export async function readCandidates(
  model: string,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<readonly SignatureCandidate[]> {
  const candidates: SignatureCandidate[] = [];
  for (const path of paths) {
    throwIfCancelled(signal);
    candidates.push(...(await candidatesIn(resolve(path), resolve(model))));
  }
  return candidates;
}

async function candidatesIn(signature: string, model: string): Promise<readonly SignatureCandidate[]> {
  const problem = (error: unknown): Verdict => ({ model, signature, ...failure(error) });
  const name = basename(signature);
  try {
    const lines = readLines(await readSignatureFile(signature), name);
    const all = lines.map(({ bytes, line }): SignatureCandidate => {
      const base = { signature, ...(line !== undefined && { line }) };
      try {
        return { ...base, bundle: parseBundle(bytes, line === undefined ? name : `${name}, line ${line},`) };
      } catch (error) {
        return { ...base, problem: problem(error) };
      }
    });
    if (all.length === 1) return all;
    const own = all.filter(({ bundle }) => bundle === undefined || isAbout(bundle, model));
    return own.some(({ bundle }) => bundle !== undefined) ? own : all;
  } catch (error) {
    return [{ signature, problem: problem(error) }];
  }
}
