import { basename, resolve } from "node:path";
import { encodeStatement } from "../../bundle/write-bundle.ts";
import type { DigestMode } from "../../hashing/digest-request.ts";
import type { FileList } from "../../model/file-list.ts";
import { MAX_POINTER_BYTES } from "../../model/git-lfs-pointer.ts";
import { windowsNameWarning } from "../../model/windows-names.ts";
import { partlyText } from "../../presentation/coverage-text.ts";
import { ENGLISH } from "../../presentation/localizer.ts";
import { assertReplaceable, readEarlierSignature } from "../../signing/earlier-signature.ts";
import { lookIntoSmallFiles } from "../../signing/private-key-files.ts";
import { type Replacement, replacementOf } from "../../signing/replacement.ts";
import { type AllowedFiles, contentWarnings, rejectUnsuitable } from "../../signing/unsuitable-files.ts";
import { checkWritable } from "../../signing/write-file-atomically.ts";
import type { Trust } from "../../trust.ts";
import type { Coverage } from "../../verdict.ts";
import { buildManifest, type DigestModelOptions } from "../digest/digest.ts";
import { findToolFiles } from "./leave-out.ts";

export interface PrepareOptions extends DigestModelOptions, AllowedFiles {
  /** Path of the signature: no file, or a signature of this model by this signer. */
  readonly signature: string;
  /** Trusts the current signer only. */
  readonly trust: Trust;
  /** Replaces also the OMS signature of another model or by another signer; a file of another kind never. */
  readonly force?: boolean;
  /**
   * Path of a manifest of the whole model, which `digest --merge` wrote: its digests are signed. Names and sizes are
   * compared with the files, and contents are not read. What is hashed, how, and what is ignored, it says itself.
   */
  readonly manifest?: string | undefined;
  /**
   * `cached` takes digests of unchanged files from the cache, but only where the signature that is replaced is authentic
   * and by this signer; anything else is read in full.
   */
  readonly mode?: DigestMode;
}

/** A statement to sign, and its model. */
export interface PreparedStatement {
  /** The statement's bytes. */
  readonly payload: Buffer;
  /** Lower-case hex. */
  readonly rootDigest: string;
  readonly coverage: Coverage;
  readonly list: Pick<FileList, "root" | "outside" | "ignored">;
  /** Signatures of the model that are there already, and that the new one ignores. Canonical names. */
  readonly otherSignatures: readonly string[];
  /** About the files, in sentences. */
  readonly warnings: readonly string[];
  /** The signature of this model that is replaced; absent where there is none, or where it is another model's. */
  readonly replaces?: Replacement;
}

/**
 * Checks the file at the signature's path, then reads the model and makes its statement (OMS 6.1 to 6.6). Uses cached
 * digests only if the earlier signature is authentic and by the same signer.
 *
 * @throws ProvenanceError SIGNATURE_WOULD_OVERWRITE, SIGNATURE_OTHER_*, SIGNATURE_UNWRITABLE, MODEL_*, IGNORE_PATH, MANIFEST_*, FILE_*, HASHER_FAILED, CANCELLED
 */
export async function prepareStatement({
  trust,
  force,
  manifest: manifestFile,
  ...options
}: PrepareOptions): Promise<PreparedStatement> {
  const model = resolve(options.model);
  const signature = resolve(options.signature);
  const earlier = await readEarlierSignature(signature, model, trust, options.signal);
  if (earlier !== undefined && force !== true) assertReplaceable(earlier);
  // Writes a file beside the signature, so it comes after the checks that need none.
  await checkWritable(signature);
  const mode = earlier?.signer === undefined ? "full" : (options.mode ?? "full");
  const name = basename(model);
  /** @param known the private keys that a manifest names: then no content is read but pointers */
  const check = async ({ files }: FileList, known?: readonly string[]): Promise<void> => {
    const found = await lookIntoSmallFiles(files, options.signal, known && MAX_POINTER_BYTES - 1);
    const privateKeys = known ?? found.privateKeys;
    await rejectUnsuitable(files, { ...found, privateKeys }, name, options, options.signal);
  };
  const { manifest, list, otherSignatures, rootDigest, coverage } =
    manifestFile === undefined
      ? await buildManifest({ ...options, mode }, check)
      : await (await import("./manifest-to-sign.ts")).manifestToSign({ ...options, manifest: manifestFile }, check);
  const { root, outside, ignored } = list;
  const nameWarning = windowsNameWarning(list.files);
  return {
    payload: encodeStatement(name, manifest),
    rootDigest,
    coverage,
    list: { root, outside, ignored },
    otherSignatures,
    warnings: [
      ...(nameWarning === undefined ? [] : [nameWarning]),
      ...(coverage.partly ?? []).map((parts) => `${partlyText(parts, ENGLISH.t)}.`),
      ...contentWarnings(list.files, await findToolFiles(list, options.signal)),
    ],
    ...(earlier?.sameModel === true && { replaces: replacementOf(earlier, manifest) }),
  };
}
