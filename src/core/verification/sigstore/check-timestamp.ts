import type { X509Certificate } from "@sigstore/core";
import * as pkijs from "pkijs";
import { ProvenanceError } from "../../errors.ts";

/** PKIStatus (RFC 3161, 2.4.2): granted, granted with modifications. */
const GRANTED: ReadonlySet<number> = new Set([0, 1]);
/** RFC 5652, 5.1 and 5.3, for what RFC 3161 puts into it. */
const SIGNED_DATA_VERSION = 3;
const SIGNER_INFO_VERSION = 1;
/** The library infers an unknown algorithm from the key. */
const SIGNATURE_ALGORITHMS: ReadonlySet<string> = new Set([
  "1.2.840.10045.4.3.2", // ecdsa-with-SHA256
  "1.2.840.10045.4.3.3", // ecdsa-with-SHA384
  "1.2.840.10045.4.3.4", // ecdsa-with-SHA512
  "1.2.840.10045.2.1", // id-ecPublicKey
  "1.2.840.113549.1.1.1", // rsaEncryption
  "1.2.840.113549.1.1.11", // sha256WithRSAEncryption
  "1.2.840.113549.1.1.12", // sha384WithRSAEncryption
  "1.2.840.113549.1.1.13", // sha512WithRSAEncryption
  "1.3.101.112", // Ed25519
]);

/**
 * Checks the parts of a timestamp response that the library does not read. Every part that names the signer has to name
 * the authority that the trust root knows (RFC 3161, 2.4.1 and 2.4.2).
 *
 * @param der TimeStampResp
 * @throws ProvenanceError SIGSTORE_TIMESTAMP
 */
export function checkTimestampEnvelope(der: Buffer, authority: X509Certificate, label: string): void {
  let sound: boolean;
  try {
    sound = isSound(der, authority);
  } catch {
    sound = false;
  }
  if (sound) return;
  throw new ProvenanceError("SIGSTORE_TIMESTAMP", `${label} is not valid: its timestamp was altered or is malformed.`);
}

function isSound(der: Buffer, authority: X509Certificate): boolean {
  const response = pkijs.TimeStampResp.fromBER(der);
  if (!GRANTED.has(response.status.status) || response.timeStampToken === undefined) return false;
  if (response.timeStampToken.contentType !== pkijs.id_ContentType_SignedData) return false;
  const data = new pkijs.SignedData({ schema: response.timeStampToken.content });
  const [signer, ...more] = data.signerInfos;
  if (signer === undefined || more.length > 0) return false;
  return (
    data.version === SIGNED_DATA_VERSION &&
    signer.version === SIGNER_INFO_VERSION &&
    SIGNATURE_ALGORITHMS.has(signer.signatureAlgorithm.algorithmId) &&
    data.digestAlgorithms.some(({ algorithmId }) => algorithmId === signer.digestAlgorithm.algorithmId) &&
    carriesAuthority(data.certificates ?? [], authority)
  );
}

/** If the response carries certificates, the signer's has to be one of them. */
function carriesAuthority(carried: readonly pkijs.CertificateSetItem[], authority: X509Certificate): boolean {
  const certificates = carried.filter((item) => item instanceof pkijs.Certificate);
  if (certificates.length !== carried.length) return false;
  const known = authority.root.toDER();
  return certificates.length === 0 || certificates.some((item) => known.equals(Buffer.from(item.toSchema().toBER())));
}
