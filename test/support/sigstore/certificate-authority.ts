import { createHash, createPublicKey, randomBytes } from "node:crypto";
import type { CA, CertificateRequestOptions, ExtensionValue } from "@sigstore/mock/dist/fulcio/ca.js";
import type { CTLog } from "@sigstore/mock/dist/fulcio/ctlog.js";
import * as asn1 from "asn1js";
import {
  type Certificate,
  type CertificateOptions,
  CODE_SIGNING,
  makeCertificate,
  type RawExtension,
} from "../certificates.ts";

/** Minutes; Fulcio's. */
const LEAF_LIFETIME = 10;
const SCT_LIST = "1.3.6.1.4.1.11129.2.4.2";
const ALTERNATIVE_NAME = "2.5.29.17";
/** The name of a person that is neither an address nor a URI, as Fulcio writes it. */
const OTHER_NAME = "1.3.6.1.4.1.57264.1.7";

/** What of a certificate is to be wrong; asked at each one. */
export interface CertificateFaults {
  otherIdentity(): boolean;
  unknownLog(): boolean;
}

/**
 * The authority behind the mock's Fulcio handler. The mock's own writes every subject as a URI and every serial number
 * alike; this one writes what Fulcio writes.
 */
export function makeCertificateAuthority(
  root: Certificate,
  log: CTLog,
  unknownLog: CTLog,
  faults: CertificateFaults,
): CA {
  return {
    rootCertificate: new Uint8Array(root.der),
    issueCertificate: async (request) => {
      const subject = faults.otherIdentity() ? "mallory@example.com" : request.subjectAltName;
      const options = leafOptions(root, { ...request, subjectAltName: subject });
      const issuerKeyHash = sha256(root.keys.publicKey.export({ type: "spki", format: "der" }));
      const precertificate = makeCertificate(options);
      const chosen = faults.unknownLog() ? unknownLog : log;
      const timestamp = await chosen.log(toArrayBuffer(precertificate.der), toArrayBuffer(issuerKeyHash));
      const extensions = [...(options.extensions ?? []), sctList(Buffer.from(timestamp))];
      return new Uint8Array(makeCertificate({ ...options, extensions }).der);
    },
  };
}

function leafOptions(root: Certificate, request: CertificateRequestOptions): CertificateOptions {
  const der = Buffer.from(request.publicKey.buffer, request.publicKey.byteOffset, request.publicKey.byteLength);
  // The private half stands for nothing: a certificate says only whose public key it is.
  const keys = {
    ...root.keys,
    kind: "P-256",
    publicKey: createPublicKey({ key: der, format: "der", type: "spki" }),
  } as const;
  const now = new Date();
  return {
    subject: [],
    issuer: root,
    keys,
    notBefore: now,
    notAfter: new Date(now.getTime() + LEAF_LIFETIME * 60_000),
    ca: null,
    serialNumber: Buffer.concat([Buffer.of(0x21), randomBytes(15)]),
    extendedKeyUsage: [CODE_SIGNING],
    extensions: [alternativeName(request.subjectAltName), ...(request.extensions ?? []).map(fulcioExtension)],
  };
}

/** Critical, as the certificate has no other subject (RFC 5280 section 4.2.1.6). */
function alternativeName(subject: string): RawExtension {
  const value = new asn1.Sequence({ value: [generalName(subject)] });
  return { oid: ALTERNATIVE_NAME, critical: true, value: der(value) };
}

function generalName(subject: string): asn1.BaseBlock {
  const bytes = Buffer.from(subject, "utf8");
  if (subject.includes("://")) return new asn1.Primitive({ idBlock: { tagClass: 3, tagNumber: 6 }, valueHex: bytes });
  if (subject.includes("@")) return new asn1.Primitive({ idBlock: { tagClass: 3, tagNumber: 1 }, valueHex: bytes });
  const value = new asn1.Constructed({
    idBlock: { tagClass: 3, tagNumber: 0 },
    value: [new asn1.Utf8String({ value: subject })],
  });
  return new asn1.Constructed({
    idBlock: { tagClass: 3, tagNumber: 0 },
    value: [new asn1.ObjectIdentifier({ value: OTHER_NAME }), value],
  });
}

function fulcioExtension({ oid, value, legacy }: ExtensionValue): RawExtension {
  const bytes = legacy === true ? Buffer.from(value, "utf8") : der(new asn1.Utf8String({ value }));
  return { oid, critical: false, value: bytes };
}

/** RFC 6962 section 3.3: an OCTET STRING of a list, each with its length before it. */
function sctList(timestamp: Buffer): RawExtension {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(timestamp.length);
  const list = new asn1.OctetString({ valueHex: Buffer.concat([length, timestamp]) });
  return { oid: SCT_LIST, critical: false, value: der(list) };
}

function der(block: asn1.BaseBlock): Buffer {
  return Buffer.from(block.toBER(false));
}

function sha256(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}

function toArrayBuffer(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
