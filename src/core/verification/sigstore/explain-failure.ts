import type { RFC3161Timestamp, X509Certificate } from "@sigstore/core";
import type { SignedEntity, TrustMaterial } from "@sigstore/verify";
import type { VerificationError } from "sigstore";
import { type ErrorCode, ProvenanceError } from "../../errors.ts";

/** A verification and its inputs, to explain a failure. */
export interface Attempt {
  readonly entity: SignedEntity;
  readonly certificate: X509Certificate;
  readonly material: TrustMaterial;
  /** What this version cannot check about the log entries. */
  readonly unsupported?: string;
  /** Name of the trust root, for messages. */
  readonly root: string;
  readonly label: string;
}

/**
 * Explains why the library rejected a bundle. If a part is from a service that the trust root does not know, the bundle is
 * `unverifiable`; otherwise it is `invalid`.
 */
export function explainFailure(error: VerificationError, attempt: Attempt): ProvenanceError {
  const { entity, label, unsupported } = attempt;
  const unknown = unknownService(attempt);
  if (unknown !== undefined) {
    const hint = "Check against the root of the instance where it was signed.";
    return failure(unknown.code, `${label} cannot be checked: ${unknown.why} (${attempt.root}). ${hint}`, error);
  }
  switch (error.code) {
    case "TIMESTAMP_ERROR": {
      const none = entity.timestamps.length === 0;
      const why = none ? "it has no verified time" : `its timestamp does not verify (${error.message})`;
      return failure("SIGSTORE_TIMESTAMP", `${label} is not valid: ${why}.`, error);
    }
    case "CERTIFICATE_ERROR":
      return error.message.includes("SCT") ? explainCertificateLog(error, attempt) : explainCertificate(error, attempt);
    case "TLOG_BODY_ERROR":
      if (unsupported === undefined) return explainLogEntry(error, attempt);
      return failure("SIGSTORE_UNSUPPORTED", `${label} has ${unsupported}, which this version cannot check.`, error);
    case "TLOG_ERROR":
    case "TLOG_INCLUSION_PROMISE_ERROR":
    case "TLOG_INCLUSION_PROOF_ERROR":
    case "TLOG_MISSING_INCLUSION_ERROR":
      return explainLogEntry(error, attempt);
    default:
      return failure(
        "SIGNATURE_NOT_AUTHENTIC",
        `The signature in ${label} does not verify against its own certificate.`,
        error,
      );
  }
}

function unknownService({ entity, certificate, material }: Attempt): { code: ErrorCode; why: string } | undefined {
  const { certificateAuthorities, tlogs, ctlogs } = material;
  if (!certificateAuthorities.some(({ certChain }) => certChain.some((ca) => mayHaveIssued(ca, certificate)))) {
    const why = "its certificate is by an authority that the trust root does not know";
    return { code: "SIGSTORE_AUTHORITY_UNKNOWN", why };
  }
  if (entity.tlogEntries.some(({ logId }) => !tlogs.some(({ logID }) => logID.equals(logId.keyId)))) {
    return { code: "SIGSTORE_LOG_UNKNOWN", why: "it is in a log that the trust root does not know" };
  }
  if (timestampsOf(entity).some((timestamp) => timestampAuthority(timestamp, material) === undefined)) {
    const why = "its timestamp is by an authority that the trust root does not know";
    return { code: "SIGSTORE_TIMESTAMP_UNKNOWN", why };
  }
  const ids = certificateLogIds(certificate);
  if (ids.some((id) => !ctlogs.some(({ logID }) => logID.equals(id)))) {
    const why = "its certificate is in a log of certificates that the trust root does not know";
    return { code: "SIGSTORE_LOG_UNKNOWN", why };
  }
  if (ids.length === 0 && ctlogs.length === 0) {
    return { code: "SIGSTORE_LOG_UNKNOWN", why: "the trust root knows no log of certificates" };
  }
  return undefined;
}

function explainCertificate(error: VerificationError, { label }: Attempt): ProvenanceError {
  const detail: unknown = error.cause;
  const why = detail instanceof Error ? detail.message : error.message;
  return failure(
    "SIGSTORE_CERTIFICATE",
    `${label} is not valid: its signing certificate does not verify (${why}).`,
    error,
  );
}

function explainCertificateLog(error: VerificationError, { certificate, label }: Attempt): ProvenanceError {
  const why =
    certificateLogIds(certificate).length === 0
      ? "its certificate was not entered into a log of certificates"
      : "the log of certificates did not say what it claims";
  return failure("SIGSTORE_CERTIFICATE_LOG", `${label} is not valid: ${why}.`, error);
}

function explainLogEntry(error: VerificationError, { entity, material, root, label }: Attempt): ProvenanceError {
  for (const { inclusionProof, logId } of entity.tlogEntries) {
    const [origin = ""] = inclusionProof?.checkpoint?.envelope.split("\n") ?? [];
    const name = origin.split(" ")[0] ?? "";
    const log = material.tlogs.find(({ logID }) => logID.equals(logId.keyId));
    if (error.code === "TLOG_INCLUSION_PROOF_ERROR" && log !== undefined && !log.baseURL.includes(name)) {
      return failure(
        "SIGSTORE_LOG_UNKNOWN",
        `${label} is in a log that calls itself "${name}", and the trust root (${root}) knows it as ${log.baseURL}.`,
        error,
      );
    }
  }
  return failure(
    "SIGSTORE_LOG_ENTRY",
    `${label} is not valid: its log entry does not verify (${error.message}).`,
    error,
  );
}

/** IDs of the logs whose SCTs a certificate has (RFC 6962, 3.3). */
export function certificateLogIds(certificate: X509Certificate): Buffer[] {
  return certificate.extSCT?.signedCertificateTimestamps.map(({ logID }) => logID) ?? [];
}

/** RFC 3161 timestamps of an entity, without the times of logs. */
export function timestampsOf({ timestamps }: SignedEntity): RFC3161Timestamp[] {
  return timestamps.flatMap((one) => (one.$case === "timestamp-authority" ? [one.timestamp] : []));
}

/** The authority of the trust root whose certificate a timestamp names. */
export function timestampAuthority(
  { signerSerialNumber, signerIssuer }: RFC3161Timestamp,
  { timestampAuthorities }: TrustMaterial,
): X509Certificate | undefined {
  return timestampAuthorities
    .flatMap(({ certChain }) => certChain.slice(0, 1))
    .find(({ serialNumber, issuer }) => serialNumber.equals(signerSerialNumber) && issuer.equals(signerIssuer));
}

/** By name, and by key where both say which. */
function mayHaveIssued(authority: X509Certificate, certificate: X509Certificate): boolean {
  if (!authority.subject.equals(certificate.issuer)) return false;
  const wanted = certificate.extAuthorityKeyID?.keyIdentifier;
  const found = authority.extSubjectKeyID?.keyIdentifier;
  return wanted === undefined || found === undefined || wanted.equals(found);
}

function failure(code: ErrorCode, message: string, cause: VerificationError): ProvenanceError {
  return new ProvenanceError(code, message, { details: { library: cause.code, detail: cause.message }, cause });
}
