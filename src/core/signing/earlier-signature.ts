import { statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { Bundle } from "../bundle/bundle.ts";
import { readBundle } from "../bundle/read-bundle.ts";
import { parseStatement, type Statement } from "../bundle/statement.ts";
import { ProvenanceError } from "../errors.ts";
import { SINGLE_FILE_NAME } from "../manifest/parse-resources.ts";
import { existsIn, relativeToModel } from "../model/ignore.ts";
import { nameProblem } from "../model/names.ts";
import { TimeSlices } from "../model/time-slices.ts";
import type { Trust } from "../trust.ts";
import { readClaims } from "../verification/claimed-signer.ts";
import { curveOf, keyFingerprint, readPublicKey } from "../verification/elliptic-keys.ts";
import { verifyEnvelopeSignature } from "../verification/envelope-signature.ts";
import type { Signer } from "../verification/signer.ts";
import { verifyBundle } from "../verification/verify-bundle.ts";
import { REMEDIES } from "./remedies.ts";
import { wouldOverwrite } from "./signature-destination.ts";

/** The OMS signature at the path that is about to be written. */
export interface EarlierSignature {
  /** Absolute path. */
  readonly signature: string;
  readonly statement: Statement;
  /**
   * Its signer, only if authentic: the current key, or an identity at the current Sigstore instance. The identity is
   * compared after the login.
   */
  readonly signer?: Signer;
  /** The signer that it claims, in one line. */
  readonly claimedSigner: string;
  /** Whether it is a signature of the model that is being signed. */
  readonly sameModel: boolean;
}

/**
 * Reads the signature that is about to be replaced. Its content decides what it is: all of it has to parse.
 *
 * @param path absolute
 * @param trust trusts the current signer only
 * @returns undefined where there is no file
 * @throws ProvenanceError SIGNATURE_WOULD_OVERWRITE where the file is anything but an OMS signature, CANCELLED
 */
export async function readEarlierSignature(
  path: string,
  model: string,
  trust: Trust,
  signal?: AbortSignal,
): Promise<EarlierSignature | undefined> {
  const read = await parsed(path);
  if (read === undefined) return undefined;
  const { bundle, statement } = read;
  const signer = await authenticSigner(bundle, trust, path);
  return {
    signature: path,
    statement,
    ...(signer !== undefined && { signer }),
    claimedSigner: readClaims(bundle, basename(path)).signer,
    sameModel: await isAbout(statement, resolve(model), path, signal),
  };
}

/**
 * Rejects a signature that only `force` may replace.
 *
 * @throws ProvenanceError SIGNATURE_OTHER_MODEL, SIGNATURE_OTHER_SIGNER
 */
export function assertReplaceable(earlier: EarlierSignature): void {
  const { signature: path, statement, signer, claimedSigner, sameModel } = earlier;
  if (!sameModel) {
    const subject = statement.subjectName;
    const message = `No signature was written to ${path}: it is the signature of another model, "${subject}". ${REMEDIES.SIGNATURE_OTHER_MODEL}`;
    throw new ProvenanceError("SIGNATURE_OTHER_MODEL", message, { details: { path, subject, claimedSigner } });
  }
  if (signer === undefined) throw otherSigner(path, claimedSigner);
}

/**
 * The error for a signature by another signer.
 *
 * @param by its signer, if verified
 */
export function otherSigner(path: string, claimedSigner: string, by?: string): ProvenanceError {
  const who =
    by === undefined
      ? `the signature there does not verify as yours; it claims to be by ${claimedSigner}`
      : `the signature there is by ${by}`;
  const message = `No signature was written to ${path}: ${who}. ${REMEDIES.SIGNATURE_OTHER_SIGNER}`;
  return new ProvenanceError("SIGNATURE_OTHER_SIGNER", message, { details: { path, claimedSigner } });
}

async function parsed(path: string): Promise<{ readonly bundle: Bundle; readonly statement: Statement } | undefined> {
  try {
    const bundle = await readBundle(path);
    return { bundle, statement: parseStatement(bundle.envelope.payload, basename(path)) };
  } catch (error) {
    if (!(error instanceof ProvenanceError)) throw error;
    if (error.code === "SIGNATURE_NOT_FOUND") return undefined;
    throw wouldOverwrite(path, "the file there is not an OMS signature", error);
  }
}

/** The same public key is the same signer, with a certificate and without one. */
async function authenticSigner(bundle: Bundle, trust: Trust, path: string): Promise<Signer | undefined> {
  for (const source of trust.keys ?? []) {
    const { key } = readPublicKey(source);
    const curve = curveOf(key);
    if (curve === undefined || !verifyEnvelopeSignature(bundle.envelope, key, curve)) continue;
    return { method: "key", fingerprint: keyFingerprint(key), curve, label: source.label };
  }
  if (bundle.material.method !== "sigstore") return undefined;
  try {
    return (await verifyBundle(bundle, trust, path)).signer;
  } catch (error) {
    if (error instanceof ProvenanceError) return undefined;
    throw error;
  }
}

/**
 * Whether a statement is about this model: it has its name, or names a file of it, for a renamed folder is the same
 * model. Many models have a `config.json`, so a signature outside of the model's folder is another model's where one of
 * the name that it has is still there.
 */
async function isAbout(about: Statement, model: string, signature: string, signal?: AbortSignal): Promise<boolean> {
  const { subjectName, manifest } = about;
  if (subjectName === basename(model)) return true;
  const isOutside = relativeToModel(model, signature) === undefined;
  if (
    isOutside &&
    isEntryName(subjectName) &&
    [model, signature].some((path) => existsIn(dirname(path), subjectName))
  ) {
    return false;
  }
  if (statSync(model, { throwIfNoEntry: false })?.isFile() === true) {
    return manifest.resources.some(({ file }) => file === basename(model));
  }
  const slices = new TimeSlices(signal);
  for (const { file } of manifest.resources) {
    if (file !== SINGLE_FILE_NAME && existsIn(model, file)) return true;
    if (slices.isOver()) await slices.next();
  }
  return false;
}

/** The subject's name is unverified, and must not be used as a path with separators. */
function isEntryName(subject: string): boolean {
  return nameProblem(subject) === undefined && !subject.includes("/");
}
