import { basename, resolve } from "node:path";
import { parseStatement } from "../../bundle/statement.ts";
import { compareManifests } from "../../manifest/compare-manifests.ts";
import type { Comparison } from "../../manifest/comparison.ts";
import { mismatch } from "../../manifest/join-parts.ts";
import { buildResources, type Manifest } from "../../manifest/manifest.ts";
import type { PartialManifest } from "../../manifest/partial-manifest.ts";
import { GIT_PATHS, relativeToModel } from "../../model/ignore.ts";
import { isIgnored } from "../../model/is-ignored.ts";
import { isSignaturePath } from "../../model/signature-names.ts";
import type { Verdict } from "../../verdict.ts";
import { readWholeManifest } from "../sign/manifest-to-sign.ts";
import { type AuthenticateOptions, authenticateSeveral } from "./verify.ts";

export interface ManifestVerification {
  /** About the signature and the signer: at best `unchecked`, as no file was read. */
  readonly verdict: Verdict;
  /** Only after the signature was found authentic: what the manifest says otherwise. */
  readonly comparison?: Comparison;
  /** Whether the signature is authentic, by the signer expected, and says what the manifest says. Says nothing about files. */
  readonly matches: boolean;
}

export interface VerifyManifestOptions extends AuthenticateOptions {
  /** Path of the manifest. */
  readonly manifest: string;
}

/**
 * Verifies a signature, and compares what it signs with a manifest in place of the files.
 *
 * @throws ProvenanceError MANIFEST_*, and as `authenticate`
 */
export async function verifyManifest(options: VerifyManifestOptions): Promise<ManifestVerification> {
  const found = await readWholeManifest(options.manifest);
  const { candidate, verdict } = (await authenticateSeveral(options)).deciding;
  if (candidate?.bundle === undefined || verdict.state !== "unchecked") return { verdict, matches: false };
  const { signature, bundle } = candidate;
  const signed = parseStatement(bundle.envelope.payload, basename(signature)).manifest;
  const comparison = compareManifests(signed, comparable(found, signed, { ...options, signature }));
  return { verdict, comparison, matches: comparison.matches && verdict.reasons.length === 0 };
}

/** The manifest as one of a signature, where both say the same about what is covered and how. */
function comparable(
  { serialization, files }: PartialManifest,
  signed: Manifest,
  options: VerifyManifestOptions & { readonly signature: string },
): Manifest {
  const { algorithm, shardSize, allowSymlinks, ignorePaths } = signed.serialization;
  const hashing = `--hash ${algorithm}${shardSize === undefined ? "" : ` --shard-size ${shardSize}`}`;
  if (serialization.algorithm !== algorithm || serialization.shardSize !== shardSize) {
    throw mismatch(`${options.manifest} has other digests than the signature: digest the model with ${hashing}.`);
  }
  if (serialization.allowSymlinks && !allowSymlinks) {
    throw mismatch(`${options.manifest} follows symbolic links, and the signature does not.`);
  }
  const own = relativeToModel(resolve(options.model), options.signature);
  const excluded = [...ignorePaths, ...GIT_PATHS, ...(own === undefined ? [] : [own])];
  // Signatures that were there when the model was digested are excluded automatically.
  const other = serialization.ignorePaths.find(
    (path) => !excluded.some((rule) => isIgnored(path, rule)) && !isSignaturePath(path),
  );
  if (other !== undefined) {
    throw mismatch(
      `${options.manifest} excludes "${other}", and the signature does not: digest the model without that.`,
    );
  }
  const digests = files.map((file) => file.digests);
  return { serialization, resources: buildResources(files, digests, shardSize) };
}
