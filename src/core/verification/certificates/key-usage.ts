import { ProvenanceError } from "../../errors.ts";
import type { Certificate } from "../certificates.ts";
import type { CertificateFields } from "./certificate-fields.ts";

/** Bits of the first byte of keyUsage (RFC 5280, 4.2.1.3). */
const DIGITAL_SIGNATURE = 0x80;
const KEY_CERT_SIGN = 0x04;

const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
const ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0";

type Usages = Pick<CertificateFields, "keyUsage" | "extendedKeyUsage">;

/**
 * Checks that a certificate may sign models. Key usage and extended key usage, where they are present, both have to allow
 * it (RFC 5280, 4.2.1.12). One of them has to be present, as the reference demands. Genuine leaves exist with `CA:TRUE`.
 *
 * @throws ProvenanceError CERTIFICATE_USAGE
 */
export function checkLeafUsage({ fields }: Pick<Certificate, "fields">, label: string): void {
  const { keyUsage, extendedKeyUsage } = fields;
  let fault = purposeViolation(fields);
  if (keyUsage === undefined && extendedKeyUsage === undefined)
    fault = "it has neither a key usage nor an extended one";
  if (keyUsage !== undefined && (keyUsage & DIGITAL_SIGNATURE) === 0) fault = 'its key usage lacks "digitalSignature"';
  if (fault === undefined) return;
  throw new ProvenanceError("CERTIFICATE_USAGE", `${label}: the signing certificate may not sign models: ${fault}.`);
}

/** RFC 5280, 4.2.1.3 and 6.1.4 (n): whether an authority may sign certificates. */
export function maySignCertificates({ keyUsage }: Usages): boolean {
  return keyUsage === undefined || (keyUsage & KEY_CERT_SIGN) !== 0;
}

/**
 * Why the extended key usage does not allow signing code. That of an authority limits the certificates below it: RFC
 * 5280 leaves this open, and other validators do the same; an authority for web servers certifies no signers of models.
 */
export function purposeViolation({ extendedKeyUsage }: Usages): string | undefined {
  if (extendedKeyUsage === undefined) return undefined;
  if (extendedKeyUsage.some((purpose) => purpose === CODE_SIGNING || purpose === ANY_EXTENDED_KEY_USAGE)) {
    return undefined;
  }
  return 'its extended key usage lacks "codeSigning"';
}

export function allowsCodeSigning({ extendedKeyUsage }: Usages): boolean {
  return extendedKeyUsage?.includes(CODE_SIGNING) ?? false;
}
