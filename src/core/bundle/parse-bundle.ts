import * as v from "valibot";
import { type ErrorCode, fail, ProvenanceError } from "../errors.ts";
import { parseLfsPointer } from "../model/git-lfs-pointer.ts";
import { decodeBase64 } from "./base64.ts";
import { MAX_BUNDLE_BYTES, parseBoundedJson } from "./bounded-json.ts";
import type { Bundle, VerificationMaterial } from "./bundle.ts";
import { PAYLOAD_TYPE } from "./dsse.ts";
import { FOREIGN_SIGNATURES, type ForeignSignature, foreignBundle, foreignSignature } from "./foreign-signature.ts";
import { parseShape } from "./parse-shape.ts";

/** Sigstore bundle versions 0.1 to 0.3, in both spellings. */
const MEDIA_TYPES: ReadonlySet<string> = new Set([
  "application/vnd.dev.sigstore.bundle+json;version=0.1",
  "application/vnd.dev.sigstore.bundle+json;version=0.2",
  "application/vnd.dev.sigstore.bundle+json;version=0.3",
  "application/vnd.dev.sigstore.bundle.v0.3+json",
]);

const Base64 = v.pipe(v.string(), v.minLength(1));
const Certificate = v.looseObject({ rawBytes: Base64 });
const optionalOrNull = <TSchema extends v.GenericSchema>(schema: TSchema) => v.optional(v.nullable(schema));

const MaterialShape = v.looseObject({
  publicKey: v.optional(v.looseObject({ hint: optionalOrNull(v.string()), rawBytes: optionalOrNull(v.string()) })),
  x509CertificateChain: v.optional(v.looseObject({ certificates: v.pipe(v.array(Certificate), v.minLength(1)) })),
  certificate: v.optional(Certificate),
  tlogEntries: v.optional(v.array(v.unknown())),
});

const EnvelopeShape = v.strictObject({
  payload: Base64,
  payloadType: v.string(),
  signatures: v.array(v.strictObject({ sig: Base64, keyid: optionalOrNull(v.string()) })),
});

const BundleShape = v.strictObject({
  mediaType: v.string(),
  verificationMaterial: v.optional(v.unknown()),
  dsseEnvelope: v.optional(v.unknown()),
});

/**
 * Parses a Sigstore bundle with a DSSE envelope (OMS 4, 8.1). Nothing in it is verified, and the payload is left as
 * received.
 *
 * @param label the file, for messages
 * @throws ProvenanceError of kind `invalid`: BUNDLE_*, ENVELOPE_*, MATERIAL_MISSING; of kind `unable`: SIGNATURE_NOT_DOWNLOADED
 */
export function parseBundle(bytes: Buffer, label: string): Bundle {
  if (bytes.length > MAX_BUNDLE_BYTES) throw tooLarge(label, bytes.length);
  refuseOtherFiles(bytes, label);
  const json = parseBoundedJson(bytes, label, { notJson: "BUNDLE_NOT_JSON", malformed: "BUNDLE_MALFORMED" });
  refuseForeign(foreignBundle(json), label);
  const shape = parseShape(BundleShape, json, "BUNDLE_MALFORMED", label);
  if (!MEDIA_TYPES.has(shape.mediaType)) {
    const message = `${label} is not a Sigstore bundle of a known version: its media type is "${shape.mediaType}".`;
    fail("BUNDLE_MEDIA_TYPE", message, { found: shape.mediaType });
  }
  if (shape.verificationMaterial === undefined) {
    fail("MATERIAL_MISSING", `${label} does not say how it was signed: it has no verification material.`);
  }
  if (shape.dsseEnvelope === undefined) fail("ENVELOPE_MISSING", `${label} has no envelope, so it signs nothing.`);
  const material = parseMaterial(shape.verificationMaterial, label);
  return { mediaType: shape.mediaType, material, envelope: parseEnvelope(shape.dsseEnvelope, label), json };
}

export function tooLarge(label: string, bytes: number): ProvenanceError {
  const message = `${label} is ${bytes} bytes; a signature may have at most ${MAX_BUNDLE_BYTES}.`;
  return new ProvenanceError("BUNDLE_TOO_LARGE", message, { details: { bytes, limit: MAX_BUNDLE_BYTES } });
}

function parseMaterial(value: unknown, label: string): VerificationMaterial {
  const shape = parseShape(MaterialShape, value, "BUNDLE_MALFORMED", label, "verificationMaterial");
  const { publicKey, x509CertificateChain, certificate } = shape;
  const given = [publicKey, x509CertificateChain, certificate].filter((material) => material !== undefined);
  if (given.length === 0) {
    const message = `${label} does not say how it was signed: its verification material names no key and no certificate.`;
    fail("MATERIAL_MISSING", message);
  }
  if (given.length > 1) {
    fail("BUNDLE_MALFORMED", `${label} is malformed: it names more than one way in which it was signed.`);
  }
  if (publicKey !== undefined) {
    const hint = publicKey.hint ?? undefined;
    const { rawBytes } = publicKey;
    const embeddedKey = rawBytes ? decode(rawBytes, "verificationMaterial.publicKey", label) : undefined;
    if (hint === undefined && embeddedKey === undefined) {
      fail("MATERIAL_MISSING", `${label} does not name the key that signed it: it has neither hint nor key.`);
    }
    return { method: "key", ...(hint !== undefined && { hint }), ...(embeddedKey && { embeddedKey }) };
  }
  if (x509CertificateChain !== undefined) {
    const at = "verificationMaterial.x509CertificateChain";
    const chain = x509CertificateChain.certificates.map(({ rawBytes }) => decode(rawBytes, at, label));
    return { method: "certificate", chain };
  }
  if ((shape.tlogEntries ?? []).length === 0) {
    const message = `${label} was signed with a browser login or by CI, but has no entry of a transparency log, which such a signature needs.`;
    fail("MATERIAL_MISSING", message);
  }
  return { method: "sigstore" };
}

function parseEnvelope(value: unknown, label: string): Bundle["envelope"] {
  const shape = parseShape(EnvelopeShape, value, "ENVELOPE_MALFORMED", label, "dsseEnvelope");
  const { payload, payloadType, signatures } = shape;
  if (payloadType !== PAYLOAD_TYPE) {
    const message = `${label} is not a model signature: its payload is of the type "${payloadType}".`;
    fail("ENVELOPE_PAYLOAD_TYPE", message, { found: payloadType, expected: PAYLOAD_TYPE });
  }
  const [signature] = signatures;
  if (signature === undefined || signatures.length > 1) {
    const count = signatures.length;
    fail("ENVELOPE_SIGNATURE_COUNT", `${label} contains ${count} signatures; it needs exactly one.`, { count });
  }
  return {
    payloadType,
    payload: decode(payload, "dsseEnvelope.payload", label, "ENVELOPE_MALFORMED"),
    signature: decode(signature.sig, "dsseEnvelope.signatures", label, "ENVELOPE_MALFORMED"),
  };
}

/** `model.sig` is also what other tools call their signatures, and what stands in place of a file that was not fetched. */
function refuseOtherFiles(bytes: Buffer, label: string): void {
  if (bytes.length === 0) {
    fail("BUNDLE_NOT_JSON", `${label} is empty. Download it again from its publisher.`);
  }
  const pointer = parseLfsPointer(bytes);
  if (pointer !== undefined) {
    fail(
      "SIGNATURE_NOT_DOWNLOADED",
      `${label} is a Git LFS pointer (the ${pointer.size} bytes of the signature are not downloaded). Run git lfs pull.`,
      { names: [label], count: 1, bytes: pointer.size },
    );
  }
  refuseForeign(foreignSignature(bytes), label);
  if (bytes.length > 4096) return;
  const text = bytes.toString("latin1").replace(/\s/g, "");
  if (decodeBase64(text) === undefined) return;
  const message = `${label} is a bare signature of another tool, not an OMS signature: it does not name the files that it signs.`;
  fail("BUNDLE_BARE_SIGNATURE", message);
}

function refuseForeign(tool: ForeignSignature | undefined, label: string): void {
  if (tool === undefined) return;
  const what = `${FOREIGN_SIGNATURES[tool]} over one file, not an OMS signature`;
  fail("BUNDLE_FOREIGN_SIGNATURE", `${label} is ${what}. It says nothing about this model.`, { tool });
}

function decode(text: string, at: string, label: string, code: ErrorCode = "BUNDLE_MALFORMED"): Buffer {
  return decodeBase64(text) ?? fail(code, `${label} is malformed at ${at}: it is not Base64.`, { path: at });
}
