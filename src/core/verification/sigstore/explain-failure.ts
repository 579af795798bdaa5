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
  readonly unsupported: string | undefined;
  /** Name of the trust root, for messages. */
  readonly root: string;
  readonly label: string;
}

/**
 * Explains why the library rejected a bundle. If a part is from a service that the trust root does not know, the bundle is
 * `unverifiable`; otherwise it is `invalid`.
 */
export function explainFailure(error: VerificationError, attempt: Attempt): ProvenanceError {
  const { label, unsupported } = attempt;
  const unknown = unknownService(error, attempt);
  if (unknown !== undefined) {
    const hint = "Check against the root of the instance where it was signed.";
    const [code, why] = unknown;
    return failure(code, `${label} cannot be checked: ${why} (${attempt.root}). ${hint}`, error);
  }
  if (error.code === "TLOG_BODY_ERROR" && unsupported !== undefined) {
    return failure("SIGSTORE_UNSUPPORTED", `${label} has ${unsupported}, which this version cannot check.`, error);
  }
  const [code, why] = faultOf(error, attempt);
  return failure(code, `${label} is not valid: ${why}.`, error);
}

type Fault = readonly [code: ErrorCode, why: string];

/** The part of the bundle that does not verify, and why. */
function faultOf(error: VerificationError, { entity, certificate }: Attempt): Fault {
  switch (error.code) {
    case "TIMESTAMP_ERROR":
      if (entity.timestamps.length === 0) return ["SIGSTORE_TIMESTAMP", "it has no verified time"];
      return ["SIGSTORE_TIMESTAMP", `its timestamp does not verify (${error.message})`];
    case "CERTIFICATE_ERROR": {
      const { cause } = error;
      const why = cause instanceof Error ? cause.message : error.message;
      if (!error.message.includes("SCT")) {
        return ["SIGSTORE_CERTIFICATE", `its signing certificate does not verify (${why})`];
      }
      const none = certificateLogIds(certificate).length === 0;
      const fault = none ? "was not entered into a log of certificates" : "claims a log entry that does not verify";
      return ["SIGSTORE_CERTIFICATE_LOG", `its certificate ${fault}`];
    }
    case "TLOG_BODY_ERROR":
    case "TLOG_ERROR":
    case "TLOG_INCLUSION_PROMISE_ERROR":
    case "TLOG_INCLUSION_PROOF_ERROR":
    case "TLOG_MISSING_INCLUSION_ERROR":
      return ["SIGSTORE_LOG_ENTRY", `its log entry does not verify (${error.message})`];
    default:
      return ["SIGNATURE_NOT_AUTHENTIC", "its signature does not verify against its own certificate"];
  }
}

function unknownService({ code }: VerificationError, { entity, certificate, material }: Attempt): Fault | undefined {
  const { certificateAuthorities, tlogs, ctlogs } = material;
  if (!certificateAuthorities.some(({ certChain }) => certChain.some((ca) => mayHaveIssued(ca, certificate)))) {
    return ["SIGSTORE_AUTHORITY_UNKNOWN", "its certificate is by an authority that the trust root does not know"];
  }
  if (entity.tlogEntries.some(({ logId }) => !tlogs.some(({ logID }) => logID.equals(logId.keyId)))) {
    return ["SIGSTORE_LOG_UNKNOWN", "it is in a log that the trust root does not know"];
  }
  for (const { inclusionProof, logId } of code === "TLOG_INCLUSION_PROOF_ERROR" ? entity.tlogEntries : []) {
    const [name = ""] = inclusionProof?.checkpoint?.envelope.split(/[ \n]/) ?? [];
    const url = tlogs.find(({ logID }) => logID.equals(logId.keyId))?.baseURL ?? "";
    if (url.includes(name)) continue;
    const why = `it is in a log that calls itself "${name}", which the trust root knows as ${url}`;
    return ["SIGSTORE_LOG_UNKNOWN", why];
  }
  if (timestampsOf(entity).some((timestamp) => timestampAuthority(timestamp, material) === undefined)) {
    return ["SIGSTORE_TIMESTAMP_UNKNOWN", "its timestamp is by an authority that the trust root does not know"];
  }
  const ids = certificateLogIds(certificate);
  if (ids.some((id) => !ctlogs.some(({ logID }) => logID.equals(id)))) {
    return ["SIGSTORE_LOG_UNKNOWN", "its certificate is in a log of certificates that the trust root does not know"];
  }
  if (ids.length === 0 && ctlogs.length === 0) {
    return ["SIGSTORE_LOG_UNKNOWN", "the trust root knows no log of certificates"];
  }
  return undefined;
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
