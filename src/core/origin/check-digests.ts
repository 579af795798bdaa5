import type { DigestProgress } from "../hashing/digest-request.ts";
import { type PoolChoice, withHashPool } from "../hashing/with-hash-pool.ts";
import { TimeSlices } from "../model/time-slices.ts";
import type { ComparedFile } from "./compare-record.ts";
import { gitBlobOf, gitBlobWithLf } from "./git-blob.ts";

export interface DigestCheck extends PoolChoice {
  /** Absolute path of the model, the key of its digests in the cache. */
  readonly root: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DigestProgress) => void) | undefined;
}

/**
 * The names of the files whose bytes have the recorded digest. SHA-256 is taken from the digest cache where the file did not
 * change: a verification that ran before has put it there.
 *
 * @throws ProvenanceError FILE_UNREADABLE, FILE_CHANGED, HASHER_FAILED, CANCELLED
 */
export async function matchingFiles(compared: readonly ComparedFile[], check: DigestCheck): Promise<Set<string>> {
  const { root, signal, onProgress } = check;
  const hashed = compared.filter(({ recorded }) => recorded.sha256 !== undefined);
  const files = hashed.map(({ file }) => file);
  const { digests } = await withHashPool(check, (pool) =>
    pool.digest({ root, files, algorithm: "sha256", mode: "cached" }, { signal, onProgress }),
  );
  const matching = new Set<string>();
  for (const [at, { file, recorded }] of hashed.entries()) {
    if (digests[at]?.[0] === recorded.sha256) matching.add(file.name);
  }
  const slices = new TimeSlices(signal);
  for (const { file, recorded } of compared) {
    const { gitBlob, sha256, convertible } = recorded;
    if (gitBlob === undefined || sha256 !== undefined) continue;
    const isSame = (await gitBlobOf(file, slices)) === gitBlob;
    if (isSame || (convertible === true && (await gitBlobWithLf(file, slices)) === gitBlob)) matching.add(file.name);
  }
  return matching;
}
