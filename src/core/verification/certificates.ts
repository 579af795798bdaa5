import { createHash, type KeyObject, X509Certificate } from "node:crypto";
import { type ErrorCode, ProvenanceError } from "../errors.ts";
import type { PemSource } from "../trust.ts";
import { type CertificateFields, readFields } from "./certificates/certificate-fields.ts";
import { DerError } from "./certificates/der.ts";
import type { TextForm } from "./certificates/general-names.ts";

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;
/** Prefixes of identities, by the form of the name in a certificate. */
const TEXT_NAMES: Readonly<Record<TextForm, string>> = {
  rfc822Name: "email",
  dNSName: "dns",
  uniformResourceIdentifier: "uri",
};

/** A certificate: `x509` is the platform's, for keys and texts; paths and identities are validated by `fields`. */
export interface Certificate {
  readonly der: Buffer;
  readonly x509: X509Certificate;
  readonly fields: CertificateFields;
}

/** Certificates read before, by their bytes: an intermediate comes with every signature under it. */
const known = new Map<string, Certificate>();
const MAX_KNOWN = 1000;

/**
 * Parses a certificate. Rejects bytes after it, which the fingerprint would include.
 *
 * @throws ProvenanceError `code`
 */
export function parseCertificate(der: Buffer, label: string, code: ErrorCode): Certificate {
  const key = der.toString("latin1");
  const before = known.get(key);
  if (before !== undefined) return before;
  try {
    const certificate = { der, x509: new X509Certificate(der), fields: readFields(der) };
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(key, certificate);
    return certificate;
  } catch (cause) {
    const why = cause instanceof DerError ? `: ${cause.message}` : "";
    const message = `${label} contains a certificate that cannot be read${why}.`;
    throw new ProvenanceError(code, message, { details: { label }, cause });
  }
}

/**
 * Returns the certified key, which Node parses only on access.
 *
 * @throws ProvenanceError `code`
 */
export function certifiedKey({ x509 }: Certificate, label: string, code: ErrorCode): KeyObject {
  try {
    return x509.publicKey;
  } catch (cause) {
    const message = `${label} contains a certificate whose key cannot be read.`;
    throw new ProvenanceError(code, message, { details: { label }, cause });
  }
}

/**
 * All certificates of PEM texts.
 *
 * @throws ProvenanceError CERTIFICATE_UNREADABLE, also where a text holds none
 */
export function readCertificates(sources: readonly PemSource[]): Certificate[] {
  return sources.flatMap(({ label, pem }) => {
    const found = [...pem.matchAll(PEM_CERTIFICATE)].map(([, body]) =>
      parseCertificate(Buffer.from(body ?? "", "base64"), label, "CERTIFICATE_UNREADABLE"),
    );
    if (found.length === 0) {
      const message = `${label} contains no certificate in PEM (-----BEGIN CERTIFICATE-----).`;
      throw new ProvenanceError("CERTIFICATE_UNREADABLE", message, { details: { label } });
    }
    return found;
  });
}

/** `email:…`, `dns:…` and `uri:…` of the subject alternative name (RFC 5280, 4.2.1.6: ASCII; others are left out). */
export function alternativeNames({ fields }: Certificate): string[] {
  return fields.alternativeNames.flatMap((name) =>
    "text" in name && name.text !== undefined && /^\p{ASCII}+$/u.test(name.text)
      ? [`${TEXT_NAMES[name.form]}:${name.text}`]
      : [],
  );
}

/** The subject for a message: `O=Example, CN=Alice`, or the serial number where it is empty. */
export function certificateName({ x509 }: Pick<Certificate, "x509">): string {
  return x509.subject ? x509.subject.split("\n").join(", ") : `serial number ${x509.serialNumber}`;
}

/** Hex SHA-256 of the DER. */
export function certificateFingerprint(certificate: Certificate): string {
  return createHash("sha256").update(certificate.der).digest("hex");
}
