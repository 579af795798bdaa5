import { createHash, type KeyObject, X509Certificate } from "node:crypto";
import * as pkijs from "pkijs";
import { type ErrorCode, ProvenanceError } from "../errors.ts";
import type { PemSource } from "../trust.ts";

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;
const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
/** GeneralName choices (RFC 5280, 4.2.1.6) whose value is text. */
const TEXT_NAMES: Readonly<Record<number, string>> = { 1: "email", 2: "dns", 6: "uri" };

/** One certificate, as two libraries see it: the platform for keys and text, pkijs for paths and extensions. */
export interface Certificate {
  readonly der: Buffer;
  readonly x509: X509Certificate;
  readonly pki: pkijs.Certificate;
}

/** @throws ProvenanceError `code` */
export function parseCertificate(der: Buffer, label: string, code: ErrorCode): Certificate {
  try {
    return { der, x509: new X509Certificate(der), pki: pkijs.Certificate.fromBER(der) };
  } catch (cause) {
    throw new ProvenanceError(code, `${label} holds a certificate that cannot be read.`, { details: { label }, cause });
  }
}

/**
 * The certified key. Node reads it when it is asked for, and throws then.
 *
 * @throws ProvenanceError `code`
 */
export function certifiedKey({ x509 }: Certificate, label: string, code: ErrorCode): KeyObject {
  try {
    return x509.publicKey;
  } catch (cause) {
    throw new ProvenanceError(code, `${label} holds a certificate whose key cannot be read.`, {
      details: { label },
      cause,
    });
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
      throw new ProvenanceError(
        "CERTIFICATE_UNREADABLE",
        `${label} holds no certificate in PEM (-----BEGIN CERTIFICATE-----).`,
        { details: { label } },
      );
    }
    return found;
  });
}

/** `email:…`, `dns:…` and `uri:…` of the subject alternative name. */
export function alternativeNames(certificate: Certificate): string[] {
  const names: string[] = [];
  for (const extension of certificate.pki.extensions ?? []) {
    const value: unknown = extension.parsedValue;
    if (extension.extnID !== SUBJECT_ALTERNATIVE_NAME || !(value instanceof pkijs.AltName)) continue;
    for (const name of value.altNames) {
      const type = TEXT_NAMES[name.type];
      const text: unknown = name.value;
      if (type !== undefined && typeof text === "string") names.push(`${type}:${text}`);
    }
  }
  return names;
}

/** Hex SHA-256 of the DER. */
export function certificateFingerprint(certificate: Certificate): string {
  return createHash("sha256").update(certificate.der).digest("hex");
}
