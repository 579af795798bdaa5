import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { BomSignature } from "../bom/cyclonedx.ts";
import { ProvenanceError } from "../errors.ts";
import type { DigestOptions } from "../hashing/digest-request.ts";
import { readingOnce } from "../hashing/read-once.ts";
import { type PoolChoice, withHashPool } from "../hashing/with-hash-pool.ts";
import { findSignatures } from "../model/find-signatures.ts";
import { relativeToModel } from "../model/ignore.ts";
import { findOrigin } from "../origin/find-origin.ts";
import { listModel } from "../origin/list-model.ts";
import { inspect } from "./inspect.ts";

export interface BomOptions extends PoolChoice, DigestOptions {
  /** The folder, or the single file. */
  readonly model: string;
  /** Who signed it, where the signature was verified; otherwise the signer is named as a claim. */
  readonly verifiedSigner?: string | undefined;
}

/**
 * Makes a bill of materials of a model: CycloneDX 1.6, JSON, with the SHA-256 of every file. Uses no network.
 *
 * @throws ProvenanceError as `findOrigin`
 */
export async function billOfMaterials(options: BomOptions): Promise<string> {
  const { model, signal, onProgress } = options;
  const list = await listModel(model, signal);
  const { files } = list;
  return withHashPool(options, async (given) => {
    const pool = readingOnce(given);
    const request = { root: list.path, files, algorithm: "sha256", mode: "cached" } as const;
    const { digests } = await pool.digest(request, { signal, onProgress });
    const report = await findOrigin({ model, checkDigests: true, pool, signal });
    const pointers = new Set(report.pointers.map(({ name }) => name));
    const signature = await signatureOf(options);
    const listed = files.map(({ name }, at) => [name, pointers.has(name) ? undefined : digests[at]?.[0]] as const);
    const { cyclonedxJson } = await import("../bom/cyclonedx.ts");
    return cyclonedxJson({
      name: basename(list.path),
      files: new Map(listed.filter(([name]) => name !== signature?.name)),
      notRead: list.others,
      origin: report.origin,
      claims: report.claims,
      signature,
    });
  });
}

async function signatureOf({ model, verifiedSigner, signal }: BomOptions): Promise<BomSignature | undefined> {
  const [path] = await findSignatures(model, { signal });
  if (path === undefined) return undefined;
  try {
    const { claimedSigner } = await inspect(path);
    const sha256 = createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
    const name = relativeToModel(model, path) ?? basename(path);
    const signer = verifiedSigner ?? claimedSigner;
    return { name, sha256, signer, verified: verifiedSigner !== undefined };
  } catch (error) {
    // A file that is no signature does not belong into a bill of materials.
    if (error instanceof ProvenanceError && error.code !== "CANCELLED") return undefined;
    throw error;
  }
}
