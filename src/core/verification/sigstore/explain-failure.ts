import type { RFC3161Timestamp, X509Certificate } from "@sigstore/core";
import type { SignedEntity, TrustMaterial, VerificationError } from "@sigstore/verify";
import { type ErrorCode, ProvenanceError } from "../../errors.ts";

/** What was checked, against what. */
export interface Attempt {
  readonly entity: SignedEntity;
  readonly certificate: X509Certificate;
  readonly material: TrustMaterial;
  /** What this version cannot check about the log entries. */
  readonly unsupported?: string;
  /** The trust root, as a person calls it. */
  readonly root: string;
  readonly label: string;
}

/**
 * Why the library refused a bundle. Whatever comes from a service that the trust root does not know cannot be checked
 * here (`unable`); what a known service would have signed otherwise is not authentic (`invalid`).
 */
export function explainFailure(error: VerificationError, attempt: Attempt): ProvenanceError {
  switch (error.code) {
    case "TIMESTAMP_ERROR":
      return explainTimestamp(error, attempt);
    case "CERTIFICATE_ERROR":
      return error.message.includes("SCT") ? explainCertificateLog(error, attempt) : explainCertificate(error, attempt);
    case "TLOG_ERROR":
    case "TLOG_BODY_ERROR":
    case "TLOG_INCLUSION_PROMISE_ERROR":
    case "TLOG_INCLUSION_PROOF_ERROR":
    case "TLOG_MISSING_INCLUSION_ERROR":
      return explainLogEntry(error, attempt);
    default:
      return failure(
        "SIGNATURE_NOT_AUTHENTIC",
        `${attempt.label} does not fit its own certificate: the file was altered after signing.`,
        error,
      );
  }
}

function explainTimestamp(error: VerificationError, { entity, material, root, label }: Attempt): ProvenanceError {
  if (timestampsOf(entity).some((timestamp) => timestampAuthority(timestamp, material) === undefined)) {
    return failure(
      "SIGSTORE_TIMESTAMP_UNKNOWN",
      `${label} has a timestamp by an authority that the trust root does not know (${root}). Check against the root of the instance where it was signed.`,
      error,
    );
  }
  const why =
    entity.timestamps.length === 0
      ? "it has no time that anybody vouches for"
      : `its timestamp does not hold (${error.message})`;
  return failure("SIGSTORE_TIMESTAMP", `${label} is not valid: ${why}.`, error);
}

function explainCertificate(
  error: VerificationError,
  { certificate, material, root, label }: Attempt,
): ProvenanceError {
  if (
    !material.certificateAuthorities.some(({ certChain }) => certChain.some((ca) => mayHaveIssued(ca, certificate)))
  ) {
    return failure(
      "SIGSTORE_AUTHORITY_UNKNOWN",
      `${label} was signed with a certificate of an authority that the trust root does not know (${root}). Check against the root of the instance where it was signed.`,
      error,
    );
  }
  const detail: unknown = error.cause;
  const why = detail instanceof Error ? detail.message : error.message;
  return failure(
    "SIGSTORE_CERTIFICATE",
    `${label} is not valid: its signing certificate does not hold (${why}).`,
    error,
  );
}

function explainCertificateLog(error: VerificationError, attempt: Attempt): ProvenanceError {
  const { certificate, material, root, label } = attempt;
  const ids = certificate.extSCT?.signedCertificateTimestamps.map(({ logID }) => logID) ?? [];
  const unknown = ids.some((id) => !material.ctlogs.some(({ logID }) => logID.equals(id)));
  if (unknown || (ids.length === 0 && material.ctlogs.length === 0)) {
    const what = unknown ? "the log that its certificate is in" : "any log of certificates";
    return failure(
      "SIGSTORE_LOG_UNKNOWN",
      `${label} cannot be checked: the trust root (${root}) does not know ${what}.`,
      error,
    );
  }
  const why =
    ids.length === 0
      ? "its certificate was not entered into a log of certificates"
      : "the log of certificates did not say what it claims";
  return failure("SIGSTORE_CERTIFICATE_LOG", `${label} is not valid: ${why}.`, error);
}

function explainLogEntry(error: VerificationError, attempt: Attempt): ProvenanceError {
  const { entity, material, root, label, unsupported } = attempt;
  const unknown = entity.tlogEntries.some(
    ({ logId }) => !material.tlogs.some(({ logID }) => logID.equals(logId.keyId)),
  );
  if (unknown) {
    return failure(
      "SIGSTORE_LOG_UNKNOWN",
      `${label} is in a log that the trust root does not know (${root}). Check against the root of the instance where it was signed.`,
      error,
    );
  }
  if (error.code === "TLOG_BODY_ERROR" && unsupported !== undefined) {
    return failure("SIGSTORE_UNSUPPORTED", `${label} has ${unsupported}, which this version cannot check.`, error);
  }
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
  return failure("SIGSTORE_LOG_ENTRY", `${label} is not valid: its log entry does not hold (${error.message}).`, error);
}

/** What timestamp authorities signed; a log's promise is a timestamp too, but not one of these. */
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
