import assert from "node:assert/strict";
import { type BaseBlock, Constructed, ObjectIdentifier, Primitive, Sequence, Utf8String } from "asn1js";
import type { ErrorCode } from "../../../../../src/core/errors.ts";
import { parseFulcioCertificate } from "../../../../../src/core/verification/sigstore/fulcio-certificate.ts";
import {
  type CertificateOptions,
  CODE_SIGNING,
  makeCertificate,
  type RawExtension,
  SERVER_AUTHENTICATION,
} from "../../../../support/certificates.ts";
import { failsWith } from "../../../../support/errors.ts";

const FULCIO = "1.3.6.1.4.1.57264.1";
const ISSUER = "https://accounts.example";

function der(block: BaseBlock): Uint8Array {
  return new Uint8Array(block.toBER(false));
}

function bare(number: number, text: string): RawExtension {
  return { oid: `${FULCIO}.${number}`, critical: false, value: Buffer.from(text) };
}

function utf8(number: number, value: string): RawExtension {
  return { oid: `${FULCIO}.${number}`, critical: false, value: der(new Utf8String({ value })) };
}

function names(...value: BaseBlock[]): RawExtension {
  return { oid: "2.5.29.17", critical: true, value: der(new Sequence({ value })) };
}

function name(tagNumber: number, bytes: Uint8Array): Primitive {
  return new Primitive({ idBlock: { tagClass: 3, tagNumber }, valueHex: bytes });
}

function otherName(text: string, oid = `${FULCIO}.7`): Constructed {
  const inner = new Constructed({ idBlock: { tagClass: 3, tagNumber: 0 }, value: [new Utf8String({ value: text })] });
  return new Constructed({
    idBlock: { tagClass: 3, tagNumber: 0 },
    value: [new ObjectIdentifier({ value: oid }), inner],
  });
}

const EMAIL = names(name(1, Buffer.from("alice@example.com")));

function make(extensions: readonly RawExtension[], more: Partial<CertificateOptions> = {}): Buffer {
  const options = { subject: [], ca: null, extendedKeyUsage: [CODE_SIGNING], extensions, ...more };
  return makeCertificate(options).der;
}

function subject(extensions: readonly RawExtension[], more: Partial<CertificateOptions> = {}) {
  return parseFulcioCertificate(make(extensions, more), "model.sig").subject;
}

describe("a certificate of Fulcio", () => {
  it("names a person and the identity provider, in the old extension and the new", () => {
    const expected = { identity: "alice@example.com", identityType: "email", issuer: ISSUER, extensions: {} };
    assert.deepEqual(subject([EMAIL, bare(1, ISSUER)]), expected);
    assert.deepEqual(subject([EMAIL, utf8(8, ISSUER)]), expected);
    assert.deepEqual(subject([EMAIL, bare(1, ISSUER), utf8(8, ISSUER)]), expected);
  });

  it("names a user with Fulcio's kind of other name", () => {
    const { identity, identityType } = subject([names(otherName("zoë!example.com")), utf8(8, ISSUER)]);
    assert.deepEqual([identity, identityType], ["zoë!example.com", "other"]);
  });

  it("names a workflow, and how it ran", () => {
    const workflow = "https://github.com/acme/models/.github/workflows/release.yml@refs/tags/v1";
    const { identity, identityType, extensions } = subject([
      names(name(6, Buffer.from(workflow))),
      bare(1, ISSUER),
      bare(2, "push"),
      bare(5, "acme/models"),
      utf8(8, ISSUER),
      utf8(11, "github-hosted"),
      utf8(12, "https://github.com/acme/models"),
      utf8(13, "0123456789012345678901234567890123456789"),
      utf8(14, "refs/tags/v1"),
      utf8(18, workflow),
      utf8(20, "push"),
      utf8(21, "https://github.com/acme/models/actions/runs/1/attempts/1"),
      utf8(99, "of a later time"),
    ]);
    assert.deepEqual([identity, identityType], [workflow, "uri"]);
    assert.deepEqual(extensions, {
      githubWorkflowTrigger: "push",
      githubWorkflowRepository: "acme/models",
      runnerEnvironment: "github-hosted",
      sourceRepositoryUri: "https://github.com/acme/models",
      sourceRepositoryDigest: "0123456789012345678901234567890123456789",
      sourceRepositoryRef: "refs/tags/v1",
      buildConfigUri: workflow,
      buildTrigger: "push",
      runInvocationUri: "https://github.com/acme/models/actions/runs/1/attempts/1",
    });
  });

  const issuer = utf8(8, ISSUER);
  const refused: readonly (readonly [string, () => Buffer, ErrorCode])[] = [
    ["is none", () => Buffer.from("certificate"), "CERTIFICATE_MALFORMED"],
    ["names no signer", () => make([issuer]), "CERTIFICATE_MALFORMED"],
    ["has an empty list of names", () => make([names(), issuer]), "CERTIFICATE_MALFORMED"],
    [
      "names two",
      () => make([names(name(1, Buffer.from("a@b.c")), name(1, Buffer.from("d@e.f"))), issuer]),
      "CERTIFICATE_MALFORMED",
    ],
    ["names two, apart", () => make([EMAIL, names(name(1, Buffer.from("d@e.f"))), issuer]), "CERTIFICATE_MALFORMED"],
    ["names a machine", () => make([names(name(2, Buffer.from("example.com"))), issuer]), "CERTIFICATE_MALFORMED"],
    [
      "names a signer in another alphabet",
      () => make([names(name(1, Buffer.from("zoë@example.com"))), issuer]),
      "CERTIFICATE_MALFORMED",
    ],
    ["has an empty name", () => make([names(name(1, Buffer.alloc(0))), issuer]), "CERTIFICATE_MALFORMED"],
    [
      "has an other name of another kind",
      () => make([names(otherName("alice", "1.2.3")), issuer]),
      "CERTIFICATE_MALFORMED",
    ],
    [
      "has names that are no list",
      () => make([{ oid: "2.5.29.17", critical: true, value: Buffer.of(4, 1, 0) }, issuer]),
      "CERTIFICATE_MALFORMED",
    ],
    [
      "has names that are followed by something",
      () => make([{ ...EMAIL, value: Buffer.concat([EMAIL.value, Buffer.of(0)]) }, issuer]),
      "CERTIFICATE_MALFORMED",
    ],
    ["names no identity provider", () => make([EMAIL]), "CERTIFICATE_MALFORMED"],
    [
      "names two identity providers",
      () => make([EMAIL, bare(1, ISSUER), utf8(8, "https://other.example")]),
      "CERTIFICATE_MALFORMED",
    ],
    [
      "names the identity provider twice",
      () => make([EMAIL, issuer, utf8(8, "https://other.example")]),
      "CERTIFICATE_MALFORMED",
    ],
    ["names the identity provider in no text", () => make([EMAIL, bare(8, ISSUER)]), "CERTIFICATE_MALFORMED"],
    [
      "has an issuer in the old extension, and one that is no text in the new",
      () => make([EMAIL, bare(1, ISSUER), { ...issuer, value: Buffer.of(4, 1, 0x61) }]),
      "CERTIFICATE_MALFORMED",
    ],
    [
      "names the identity provider not in UTF-8",
      () => make([EMAIL, { oid: `${FULCIO}.1`, critical: false, value: Buffer.of(0xff) }]),
      "CERTIFICATE_MALFORMED",
    ],
    ["is an authority's", () => make([EMAIL, issuer], { ca: true }), "CERTIFICATE_USAGE"],
    ["is for servers", () => make([EMAIL, issuer], { extendedKeyUsage: [SERVER_AUTHENTICATION] }), "CERTIFICATE_USAGE"],
    ["is for nothing in particular", () => make([EMAIL, issuer], { extendedKeyUsage: [] }), "CERTIFICATE_USAGE"],
  ];
  for (const [what, bytes, code] of refused) {
    it(`is rejected if it ${what}`, async () => {
      const error = await failsWith(code, () => parseFulcioCertificate(bytes(), "model.sig"));
      assert.equal(error.kind, "invalid");
      assert.match(error.message, /^model\.sig/);
    });
  }
});
