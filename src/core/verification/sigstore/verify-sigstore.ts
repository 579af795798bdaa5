import { X509Certificate } from "node:crypto";
import { basename } from "node:path";
import type { Bundle as LibraryBundle } from "@sigstore/bundle";
import type { TrustedRoot } from "@sigstore/protobuf-specs";
import type { SignedEntity, TrustMaterial } from "@sigstore/verify";
import type { VerificationError } from "sigstore";
import type { Bundle } from "../../bundle/bundle.ts";
import { type ErrorCode, ProvenanceError } from "../../errors.ts";
import type { SigstoreTrust } from "../../trust.ts";
import { type Certificate, certificateFingerprint, certifiedKey } from "../certificates.ts";
import { distinguishedName } from "../distinguished-name.ts";
import { curveOf } from "../elliptic-keys.ts";
import { verifyEnvelopeSignature } from "../envelope-signature.ts";
import type { SigstoreSigner, TrustRootFacts } from "../signer.ts";
import type { TrustRoot } from "../trust-root.ts";
import { checkTimestampEnvelope } from "./check-timestamp.ts";
import { checkEntryBody, checkInclusionProofCheckpoint, entryType } from "./entry-body.ts";
import { identityRejection } from "./expected-identity.ts";
import {
  type Attempt,
  certificateLogIds,
  explainFailure,
  timestampAuthority,
  timestampsOf,
} from "./explain-failure.ts";
import { type FulcioSubject, parseFulcioCertificate } from "./fulcio-certificate.ts";
import { loadSigstore, type SigstoreLibraries } from "./libraries.ts";
import { parseMaterial } from "./material-shape.ts";

/** What a newer trust root may know. */
const UNKNOWN_HERE: ReadonlySet<ErrorCode> = new Set([
  "SIGSTORE_AUTHORITY_UNKNOWN",
  "SIGSTORE_LOG_UNKNOWN",
  "SIGSTORE_TIMESTAMP_UNKNOWN",
]);

/**
 * Verifies a keyless bundle and compares its signer with those expected.
 *
 * @returns the signer, and why it is not accepted
 * @throws as {@link verifyAgainstRoot}
 */
export async function verifySigstoreBundle(
  bundle: Bundle,
  { root, newer, identities, ofPerson = false }: SigstoreTrust,
  signaturePath: string,
): Promise<{ readonly signer: SigstoreSigner; readonly rejection: ProvenanceError | undefined }> {
  const signer = await verifyAgainstRoot(bundle, root, signaturePath).catch(async (error: unknown) => {
    const mayBeNew = error instanceof ProvenanceError && UNKNOWN_HERE.has(error.code);
    const newest = mayBeNew ? await newer : undefined;
    if (newest === undefined) throw error;
    return verifyAgainstRoot(bundle, newest, signaturePath);
  });
  return { signer, rejection: identityRejection(signer, identities, basename(signaturePath), ofPerson) };
}

/**
 * Verifies a keyless bundle against the trust root of a Sigstore instance, without the network: envelope, certificate,
 * certificate transparency, log entry, timestamps (Sigstore client specification). `@sigstore/verify` does that, by its
 * own thresholds; what it leaves open is checked here.
 *
 * @param signature its path, for messages
 * @throws ProvenanceError of kind `invalid` or `unable`
 */
export async function verifyAgainstRoot(bundle: Bundle, root: TrustRoot, signature: string): Promise<SigstoreSigner> {
  const label = basename(signature);
  parseMaterial(bundle.json, label);
  const libraries = await loadSigstore();
  const { parsed, entity } = parseEntity(bundle, libraries, label);
  const libraryCertificate = certificateOf(parsed, entity, label);
  const der = libraryCertificate.root.toDER();
  const { certificate, subject } = parseFulcioCertificate(der, label);
  checkEnvelope(bundle, certificate, label);
  const { tlogEntries } = entity;
  const [unsupported] = tlogEntries.flatMap((entry) => checkEntryBody(entry, der, label) ?? []);

  const material = trustMaterial(root.trustedRoot, libraries);
  const attempt: Attempt = { entity, certificate: libraryCertificate, material, unsupported, root: root.label, label };
  runVerifier(attempt, libraries);
  for (const entry of tlogEntries) checkInclusionProofCheckpoint(entry, label);
  for (const timestamp of timestampsOf(entity)) {
    const authority = timestampAuthority(timestamp, material);
    if (authority !== undefined) checkTimestampEnvelope(timestamp.root.toDER(), authority, label);
  }
  return signerOf(certificate, subject, attempt, root);
}

function parseEntity(
  bundle: Bundle,
  { bundle: library, verify }: SigstoreLibraries,
  label: string,
): { parsed: LibraryBundle; entity: SignedEntity } {
  try {
    const parsed = library.bundleFromJSON(bundle.json);
    const { content } = parsed;
    if (content.$case !== "dsseEnvelope" || !content.dsseEnvelope.payload.equals(bundle.envelope.payload)) {
      throw new Error("the payload was read in two ways");
    }
    return { parsed, entity: verify.toSignedEntity(parsed) };
  } catch (cause) {
    throw malformed(label, cause);
  }
}

/** Returns the certificate that the library verifies, if its encoding equals the bytes in the bundle. */
function certificateOf(parsed: LibraryBundle, { key }: SignedEntity, label: string): Attempt["certificate"] {
  const { content } = parsed.verificationMaterial;
  const der = content.$case === "certificate" ? content.certificate.rawBytes : Buffer.alloc(0);
  if (key.$case === "certificate" && key.certificate.root.toDER().equals(der)) return key.certificate;
  throw malformed(label, new Error("its certificate is not encoded in DER"));
}

/** Needs no trust root, so an altered envelope is always `invalid`. */
function checkEnvelope(bundle: Bundle, certificate: Certificate, label: string): void {
  const key = certifiedKey(certificate, label, "CERTIFICATE_MALFORMED");
  const curve = curveOf(key);
  if (curve === undefined || verifyEnvelopeSignature(bundle.envelope, key, curve)) return;
  const message = `The signature in ${label} does not verify against its own certificate.`;
  throw new ProvenanceError("SIGNATURE_NOT_AUTHENTIC", message);
}

function runVerifier(attempt: Attempt, { verify }: SigstoreLibraries): void {
  try {
    new verify.Verifier(attempt.material).verify(attempt.entity);
  } catch (error) {
    throw error instanceof verify.VerificationError ? explained(error, attempt) : malformed(attempt.label, error);
  }
}

/** Explaining parses more of the bundle, which may be malformed too. */
function explained(error: VerificationError, attempt: Attempt): ProvenanceError {
  try {
    return explainFailure(error, attempt);
  } catch (cause) {
    return malformed(attempt.label, cause);
  }
}

function signerOf(
  certificate: Certificate,
  { identity, identityType, issuer, extensions }: FulcioSubject,
  { entity, certificate: libraryCertificate, material }: Attempt,
  { label, origin, asOf, expiredSince }: TrustRootFacts,
): SigstoreSigner {
  const stamped = timestampsOf(entity).map((timestamp) => ({
    authority: authorityName(timestampAuthority(timestamp, material)?.root.toDER()),
    time: timestamp.signingTime.toISOString(),
  }));
  const log = logOf(entity, material);
  const times = [...stamped.map(({ time }) => time), ...(log.time === undefined ? [] : [log.time])];
  const { x509 } = certificate;
  return {
    method: "sigstore",
    identity,
    identityType,
    issuer,
    signedAt: times.sort()[0] ?? "",
    certificate: {
      serialNumber: x509.serialNumber.toLowerCase(),
      notBefore: new Date(x509.validFrom).toISOString(),
      notAfter: new Date(x509.validTo).toISOString(),
      authority: distinguishedName(x509.issuer),
      fingerprint: certificateFingerprint(certificate),
      logs: certificateLogs(libraryCertificate, material),
    },
    log,
    timestamps: stamped,
    extensions,
    trustRoot: {
      label,
      origin,
      ...(asOf !== undefined && { asOf }),
      ...(expiredSince !== undefined && { expiredSince }),
    },
  };
}

function logOf({ tlogEntries }: SignedEntity, { tlogs }: TrustMaterial): SigstoreSigner["log"] {
  const [entry] = tlogEntries;
  if (entry === undefined) throw new Error("A verified bundle has a log entry.");
  const { inclusionPromise, inclusionProof, logIndex, integratedTime, logId } = entry;
  const promised = inclusionPromise !== undefined;
  return {
    url: tlogs.find(({ logID }) => logID.equals(logId.keyId))?.baseURL ?? "",
    // Without a promise, only the index in the proof is verified.
    index: promised ? logIndex : (inclusionProof?.logIndex ?? logIndex),
    ...(promised && { time: new Date(Number(integratedTime) * 1000).toISOString() }),
    entry: entryType(entry),
  };
}

function certificateLogs(certificate: Attempt["certificate"], { ctlogs }: TrustMaterial): string[] {
  return certificateLogIds(certificate).map((id) => ctlogs.find(({ logID }) => logID.equals(id))?.baseURL ?? "");
}

function authorityName(der: Buffer | undefined): string {
  return der === undefined ? "" : distinguishedName(new X509Certificate(der).subject);
}

function malformed(label: string, cause: unknown): ProvenanceError {
  const why = cause instanceof Error ? cause.message : "it cannot be read";
  return new ProvenanceError("BUNDLE_MALFORMED", `${label} is malformed: ${why}.`, { cause });
}

const known = new WeakMap<TrustedRoot, TrustMaterial>();

/**
 * Converts a trusted root for the verifier. Omits a log or authority whose key this platform cannot read, so that the
 * others remain usable.
 */
function trustMaterial(root: TrustedRoot, { verify }: Pick<SigstoreLibraries, "verify">): TrustMaterial {
  const made = known.get(root);
  if (made !== undefined) return made;
  const none = { ...root, tlogs: [], ctlogs: [], certificateAuthorities: [], timestampAuthorities: [] };
  const readable = <T>(all: readonly T[], partOf: (one: T) => Partial<TrustedRoot>): T[] =>
    all.filter((one) => {
      try {
        verify.toTrustMaterial({ ...none, ...partOf(one) });
        return true;
      } catch {
        return false;
      }
    });
  const material = verify.toTrustMaterial({
    ...root,
    tlogs: readable(root.tlogs, (log) => ({ tlogs: [log] })),
    ctlogs: readable(root.ctlogs, (log) => ({ ctlogs: [log] })),
    certificateAuthorities: readable(root.certificateAuthorities, (one) => ({ certificateAuthorities: [one] })),
    timestampAuthorities: readable(root.timestampAuthorities, (one) => ({ timestampAuthorities: [one] })),
  });
  known.set(root, material);
  return material;
}
