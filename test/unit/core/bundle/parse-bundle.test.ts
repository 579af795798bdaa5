import assert from "node:assert/strict";
import { MAX_BUNDLE_BYTES } from "../../../../src/core/bundle/bounded-json.ts";
import { parseBundle } from "../../../../src/core/bundle/parse-bundle.ts";
import type { ErrorCode } from "../../../../src/core/errors.ts";
import { fileResources, type Json, type JsonObject, makeStatement, signBundle } from "../../../support/bundles.ts";
import { makeChain } from "../../../support/certificates.ts";
import { failsWith } from "../../../support/errors.ts";
import { makeKeys } from "../../../support/keys.ts";

const keys = makeKeys();
const good = signBundle(makeStatement(fileResources({ a: "1" })), { keys });
const text = (bundle: Json) => Buffer.from(JSON.stringify(bundle));
const parse = (bundle: Json) => parseBundle(text(bundle), "model.sig");
const withEnvelope = (change: JsonObject): JsonObject => ({
  ...good,
  dsseEnvelope: { ...(good["dsseEnvelope"] as JsonObject), ...change },
});
const withMaterial = (verificationMaterial: Json): JsonObject => ({ ...good, verificationMaterial });

describe("parsing a bundle", () => {
  it("reads the key method, its hint, payload and signature", () => {
    const bundle = parse(good);
    assert.deepEqual(Object.keys(bundle.material), ["method", "hint"]);
    assert.equal(JSON.parse(bundle.envelope.payload.toString())._type, "https://in-toto.io/Statement/v1");
    assert.ok(bundle.envelope.signature.length > 60);
  });

  it("reads the certificate method, leaf first", () => {
    const { leaf, intermediate } = makeChain();
    const { material } = parse(signBundle("{}", { certificate: leaf, chain: [intermediate] }));
    assert.deepEqual(material, { method: "certificate", chain: [leaf.der, intermediate.der] });
  });

  it("reads the keyless method", () => {
    const material = { certificate: { rawBytes: "AAAA" }, tlogEntries: [{}] };
    assert.deepEqual(parse(withMaterial(material)).material, { method: "sigstore" });
  });

  it("reads older bundles that carry the key, and a null hint or keyid", () => {
    const { material } = parse(withMaterial({ publicKey: { hint: null, rawBytes: "AAAA", keyDetails: "X" } }));
    assert.deepEqual(material, { method: "key", embeddedKey: Buffer.alloc(3) });
    for (const keyid of [null, "", "x"]) {
      const { envelope } = parse(withEnvelope({ signatures: [{ sig: "AAAA", keyid }] }));
      assert.deepEqual(envelope.signature, Buffer.alloc(3));
    }
  });

  it("accepts every spelling of the media type", () => {
    for (const version of ["0.1", "0.2", "0.3"]) {
      const mediaType = `application/vnd.dev.sigstore.bundle+json;version=${version}`;
      assert.equal(parse({ ...good, mediaType }).mediaType, mediaType);
    }
  });

  const refused: readonly (readonly [string, ErrorCode, RegExp, Buffer | (() => JsonObject | Json)])[] = [
    ["an empty file", "BUNDLE_NOT_JSON", /model\.sig is empty/, Buffer.alloc(0)],
    ["text that is not JSON", "BUNDLE_NOT_JSON", /model\.sig is not JSON/, Buffer.from("not JSON, no")],
    ["a truncated bundle", "BUNDLE_NOT_JSON", /cut short/, text(good).subarray(0, 300)],
    ["a bare signature", "BUNDLE_BARE_SIGNATURE", /bare signature of another tool/, Buffer.from("MEUCIQDVfqQw\n")],
    ["a file over the limit", "BUNDLE_TOO_LARGE", /at most 268435456/, Buffer.alloc(MAX_BUNDLE_BYTES + 1)],
    [
      "an envelope that is there twice",
      "BUNDLE_MALFORMED",
      /same field twice in one object/,
      Buffer.from(JSON.stringify(good).replace('"dsseEnvelope":', '"dsse\\u0045nvelope":{},"dsseEnvelope":')),
    ],
    ["a number", "BUNDLE_MALFORMED", /malformed at its top/, () => 7],
    ["a wrong media type", "BUNDLE_MEDIA_TYPE", /"text\/plain"/, () => ({ ...good, mediaType: "text/plain" })],
    [
      "another version",
      "BUNDLE_MEDIA_TYPE",
      /v9/,
      () => ({ ...good, mediaType: "application/vnd.dev.sigstore.bundle.v9+json" }),
    ],
    ["a field that is not known", "BUNDLE_MALFORMED", /messageSignature/, () => ({ ...good, messageSignature: {} })],
    [
      "no material",
      "MATERIAL_MISSING",
      /no verification material/,
      () => ({ mediaType: good["mediaType"] ?? "", dsseEnvelope: good["dsseEnvelope"] ?? "" }),
    ],
    ["empty material", "MATERIAL_MISSING", /no key and no certificate/, () => withMaterial({})],
    [
      "two methods",
      "BUNDLE_MALFORMED",
      /more than one way/,
      () => withMaterial({ publicKey: { hint: "a" }, certificate: { rawBytes: "AAAA" } }),
    ],
    ["a key without hint and bytes", "MATERIAL_MISSING", /neither hint nor key/, () => withMaterial({ publicKey: {} })],
    [
      "a key that is not Base64",
      "BUNDLE_MALFORMED",
      /publicKey: it is not Base64/,
      () => withMaterial({ publicKey: { rawBytes: "?" } }),
    ],
    [
      "an empty chain",
      "BUNDLE_MALFORMED",
      /certificates/,
      () => withMaterial({ x509CertificateChain: { certificates: [] } }),
    ],
    [
      "keyless without a log entry",
      "MATERIAL_MISSING",
      /transparency log/,
      () => withMaterial({ certificate: { rawBytes: "AAAA" }, tlogEntries: [] }),
    ],
    [
      "keyless with no log entries at all",
      "MATERIAL_MISSING",
      /transparency log/,
      () => withMaterial({ certificate: { rawBytes: "AAAA" } }),
    ],
    [
      "no envelope",
      "ENVELOPE_MISSING",
      /has no envelope/,
      () => ({ mediaType: good["mediaType"] ?? "", verificationMaterial: good["verificationMaterial"] ?? "" }),
    ],
    ["an envelope with more in it", "ENVELOPE_MALFORMED", /dsseEnvelope\.extra/, () => withEnvelope({ extra: 1 })],
    [
      "a signature with more in it",
      "ENVELOPE_MALFORMED",
      /signatures\.0\.extra/,
      () => withEnvelope({ signatures: [{ sig: "AAAA", extra: 1 }] }),
    ],
    ["an empty payload", "ENVELOPE_MALFORMED", /payload/, () => withEnvelope({ payload: "" })],
    [
      "a payload that is not Base64",
      "ENVELOPE_MALFORMED",
      /payload: it is not Base64/,
      () => withEnvelope({ payload: "%%%" }),
    ],
    [
      "a signature that is not Base64",
      "ENVELOPE_MALFORMED",
      /signatures: it is not Base64/,
      () => withEnvelope({ signatures: [{ sig: "%" }] }),
    ],
    [
      "a wrong payload type",
      "ENVELOPE_PAYLOAD_TYPE",
      /"text\/plain"/,
      () => withEnvelope({ payloadType: "text/plain" }),
    ],
    ["no signature", "ENVELOPE_SIGNATURE_COUNT", /contains 0 signatures/, () => withEnvelope({ signatures: [] })],
    [
      "two signatures",
      "ENVELOPE_SIGNATURE_COUNT",
      /contains 2 signatures/,
      () => withEnvelope({ signatures: [{ sig: "AAAA" }, { sig: "AAAA" }] }),
    ],
  ];
  for (const [name, code, message, input] of refused) {
    it(`rejects ${name}`, async () => {
      const bytes = Buffer.isBuffer(input) ? input : text(input());
      const error = await failsWith(code, () => parseBundle(bytes, "model.sig"));
      assert.match(error.message, message);
      assert.equal(error.kind, "invalid");
    });
  }
});
