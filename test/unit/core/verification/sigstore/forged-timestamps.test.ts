import assert from "node:assert/strict";
import * as asn1 from "asn1js";
import * as pkijs from "pkijs";
import { makeCertificate } from "../../../../support/certificates.ts";
import {
  checkForged,
  type ForgedCase,
  rejectsForged,
  useForge,
} from "../../../../support/sigstore/forged-bundle-check.ts";

type Json = ReturnType<typeof JSON.parse>;
type Alter = NonNullable<ForgedCase["alter"]>;

const DAY = 86_400_000;
const SIGNED_DATA = "1.2.840.113549.1.7.2";
const DATA = "1.2.840.113549.1.7.1";
const RSA_PSS = "1.2.840.113549.1.1.10";
const SHA384 = "2.16.840.1.101.3.4.2.2";
const ended = { start: "2020-01-01T00:00:00Z", end: "2020-12-31T00:00:00Z" };
/** Over Rekor v2, where no other time is. */
const make = () => ({ kind: "hashedrekord/0.0.2" }) as const;
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

const authorities = (change: (authority: Json) => Json) => (root: Json) => ({
  ...root,
  timestampAuthorities: root.timestampAuthorities.map(change),
});

/** Changes the first timestamp's response and the data in it, and encodes both again. */
function response(
  change: (response: pkijs.TimeStampResp, data: pkijs.SignedData) => void,
  contentType = SIGNED_DATA,
): Alter {
  return (material) => {
    const [timestamp] = material.timestampVerificationData.rfc3161Timestamps;
    const parsed = pkijs.TimeStampResp.fromBER(Buffer.from(timestamp.signedTimestamp, "base64"));
    const data = new pkijs.SignedData({ schema: parsed.timeStampToken?.content });
    change(parsed, data);
    parsed.timeStampToken = new pkijs.ContentInfo({ contentType, content: data.toSchema(true) });
    timestamp.signedTimestamp = base64(new Uint8Array(parsed.toSchema().toBER(false)));
  };
}

const signer = (data: pkijs.SignedData): pkijs.SignerInfo => data.signerInfos[0] ?? assert.fail("there is no signer");

/** Replaces bytes of the first timestamp, written as Latin-1, by as many others. */
function replace(found: string | RegExp, by: (match: string) => string): Alter {
  return ({ timestampVerificationData: { rfc3161Timestamps } }) => {
    const [timestamp] = rfc3161Timestamps;
    const text = Buffer.from(timestamp.signedTimestamp, "base64").toString("latin1");
    const replaced = text.replace(found, by);
    assert.notEqual(replaced, text);
    timestamp.signedTimestamp = base64(Buffer.from(replaced, "latin1"));
  };
}

const notVerified = { code: "SIGSTORE_TIMESTAMP", detail: /timestamp could not be verified/ } as const;
const altered = { code: "SIGSTORE_TIMESTAMP", detail: /its timestamp was altered or is malformed/ } as const;

const TIMESTAMPS: readonly ForgedCase[] = [
  {
    title: "of an authority whose period had ended",
    root: authorities((one) => ({ ...one, validFor: ended })),
    ...notVerified,
  },
  {
    title: "of an authority under another root",
    root: authorities((one) => {
      const [leaf] = one.certChain.certificates;
      const root = makeCertificate({ subject: "Another Root", ca: true });
      return { ...one, certChain: { certificates: [leaf, { rawBytes: base64(root.der) }] } };
    }),
    ...notVerified,
  },
  {
    title: "of a time at which its authority had expired",
    make: () => ({ ...make(), stampedAt: [new Date(Date.now() + 400 * DAY)] }),
    ...notVerified,
  },
  {
    title: "that is there twice",
    alter: ({ timestampVerificationData: { rfc3161Timestamps } }) => rfc3161Timestamps.push(rfc3161Timestamps[0]),
    code: "SIGSTORE_TIMESTAMP",
    detail: /duplicate timestamp/,
  },
  {
    title: "by an authority that the root does not know",
    alter: response((_, data) => {
      const { sid } = signer(data);
      if (sid instanceof pkijs.IssuerAndSerialNumber) sid.serialNumber = new asn1.Integer({ value: 7 });
    }),
    code: "SIGSTORE_TIMESTAMP_UNKNOWN",
    detail: /by an authority that the trust root does not know/,
  },
  {
    title: "whose time was altered",
    alter: replace(/\d{14}Z/, (time) => `${time.slice(0, -2)}${9 - Number(time.at(-2))}Z`),
    ...notVerified,
  },
  {
    title: "whose signed attributes were altered",
    alter: response((_, data) => signer(data).signedAttrs?.attributes.pop()),
    ...notVerified,
  },
  {
    title: "whose signature was altered",
    alter: response((_, data) => {
      const bytes = signer(data).signature.valueBlock.valueHexView;
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    }),
    ...notVerified,
  },
  {
    title: "that is of something else than a time",
    alter: response((_, data) => {
      data.encapContentInfo.eContentType = DATA;
    }),
    ...notVerified,
  },
  { title: "that is no signed data", alter: response(() => undefined, DATA), ...notVerified },
  {
    title: "that was not granted",
    alter: response((granted) => {
      granted.status.status = pkijs.PKIStatus.rejection;
    }),
    ...altered,
  },
  { title: "by two signers", alter: response((_, data) => data.signerInfos.push(signer(data))), ...altered },
  {
    title: "of another version",
    alter: replace("\x02\x01\x03\x31", () => "\x02\x01\x01\x31"),
    ...altered,
  },
  {
    title: "of a signer of another version",
    alter: response((_, data) => {
      signer(data).version = 3;
    }),
    ...altered,
  },
  {
    title: "that names another signature algorithm",
    alter: response((_, data) => {
      signer(data).signatureAlgorithm = new pkijs.AlgorithmIdentifier({ algorithmId: RSA_PSS });
    }),
    ...altered,
  },
  {
    title: "that does not name the digest of its signer",
    alter: response((_, data) => {
      data.digestAlgorithms = [new pkijs.AlgorithmIdentifier({ algorithmId: SHA384 })];
    }),
    ...altered,
  },
  {
    title: "that carries another certificate than its signer's",
    alter: response((_, data) => {
      data.certificates = [pkijs.Certificate.fromBER(makeCertificate({ subject: "Stranger" }).der)];
    }),
    ...altered,
  },
];

describe("a timestamp of a keyless signature", () => {
  const forge = useForge();

  it("is accepted if nothing was altered, also if it was re-encoded", async () => {
    const bundle = await forge().make(make());
    assert.equal((await checkForged(forge(), bundle)).rejection, undefined);
    response(() => undefined)(bundle.verificationMaterial, forge());
    assert.equal((await checkForged(forge(), bundle)).rejection, undefined);
  });

  for (const { title, ...rest } of TIMESTAMPS) {
    it(`is rejected ${title}`, () => rejectsForged(forge(), { make, ...rest }));
  }

  it("is rejected if it is over another signature", async () => {
    const { verificationMaterial } = await forge().make(make());
    await rejectsForged(forge(), {
      make,
      alter: (material) =>
        Object.assign(material, { timestampVerificationData: verificationMaterial.timestampVerificationData }),
      ...notVerified,
    });
  });

  it("is required if the log has no time", () =>
    rejectsForged(forge(), {
      make: () => ({ ...make(), stampedAt: [] }),
      code: "SIGSTORE_TIMESTAMP",
      detail: /expected 1 timestamps, got 0/,
    }));
});
