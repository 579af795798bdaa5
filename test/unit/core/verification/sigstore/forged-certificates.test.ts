import { type CertificateOptions, makeCertificate } from "../../../../support/certificates.ts";
import { makeKeys } from "../../../../support/keys.ts";
import { type ForgedCase, rejectsForged, useForge } from "../../../../support/sigstore/forged-bundle-check.ts";

type Json = ReturnType<typeof JSON.parse>;

const MINUTE = 60_000;
const minutes = (count: number) => new Date(Date.now() + count * MINUTE);
const days = (count: number) => minutes(count * 24 * 60);
const ended = { start: "2020-01-01T00:00:00Z", end: "2020-12-31T00:00:00Z" };
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const spki = () => base64(makeKeys().publicKey.export({ type: "spki", format: "der" }));

/** A trusted root with this chain of authorities in place of the one. */
function withChain(root: Json, chain: readonly { readonly der: Buffer }[]): Json {
  const [authority] = root.certificateAuthorities;
  const certificates = chain.map(({ der }) => ({ rawBytes: base64(der) }));
  return { ...root, certificateAuthorities: [{ ...authority, certChain: { certificates } }] };
}

/** A leaf below an intermediate, and a root that knows the chain. */
function below(
  part: Partial<CertificateOptions>,
  top: Partial<CertificateOptions> = {},
): Pick<ForgedCase, "make" | "root"> {
  const root = makeCertificate({ subject: "Forged Root", ca: true, ...top });
  const intermediate = makeCertificate({ subject: "Forged Intermediate", issuer: root, ca: true, ...part });
  return {
    make: () => ({ certificate: { issuer: intermediate } }),
    root: (json) => withChain(json, [intermediate, root]),
  };
}

const CERTIFICATE: readonly ForgedCase[] = [
  {
    title: "a certificate that had expired at the time of the timestamp",
    make: () => ({ certificate: { notBefore: minutes(-20), notAfter: minutes(-10) }, loggedAt: minutes(-15) }),
    code: "SIGSTORE_CERTIFICATE",
    detail: /not valid or expired/,
  },
  {
    title: "a certificate that was not valid yet at the time of the timestamp",
    make: () => ({ certificate: { notBefore: minutes(1), notAfter: minutes(10) }, loggedAt: minutes(5) }),
    code: "SIGSTORE_CERTIFICATE",
    detail: /not valid or expired/,
  },
  {
    title: "a certificate that had expired when the log entered the signature",
    make: () => ({ loggedAt: minutes(30) }),
    code: "SIGSTORE_CERTIFICATE",
    detail: /not valid or expired/,
  },
  {
    title: "a certificate that had expired at the second of two timestamps",
    make: () => ({ kind: "hashedrekord/0.0.2", stampedAt: [new Date(), minutes(30)] }),
    code: "SIGSTORE_CERTIFICATE",
    detail: /not valid or expired/,
  },
  {
    title: "a certificate that its authority did not sign",
    make: ({ root }) => ({ certificate: { issuer: { ...root, keys: makeKeys("P-384") }, keyIdentifiers: false } }),
    code: "SIGSTORE_CERTIFICATE",
    detail: /no valid certificate path/,
  },
  {
    title: "an intermediate that is no authority",
    ...below({ ca: false }),
    code: "SIGSTORE_CERTIFICATE",
    detail: /not a CA/,
  },
  {
    title: "an intermediate that its root does not allow",
    ...below({}, { pathLength: 0 }),
    code: "SIGSTORE_CERTIFICATE",
    detail: /path length/,
  },
  {
    title: "an intermediate that had expired",
    ...below({ notBefore: days(-9), notAfter: days(-1) }),
    code: "SIGSTORE_CERTIFICATE",
    detail: /not valid or expired/,
  },
  {
    title: "an intermediate that names another issuer",
    ...below({ issuerName: "Another Root" }),
    code: "SIGSTORE_CERTIFICATE",
    detail: /name chaining/,
  },
  {
    title: "a chain of authorities that ends without a root",
    make: () => ({}),
    root: (json, { root }) =>
      withChain(json, [
        makeCertificate({
          subject: root.name,
          keys: root.keys,
          issuer: makeCertificate({ subject: "Elsewhere", ca: true }),
          ca: true,
        }),
      ]),
    code: "SIGSTORE_CERTIFICATE",
    detail: /no valid certificate path/,
  },
  {
    title: "an authority whose period had ended",
    root: (json) => ({
      ...json,
      certificateAuthorities: json.certificateAuthorities.map((one: Json) => ({ ...one, validFor: ended })),
    }),
    code: "SIGSTORE_CERTIFICATE",
    detail: /certificate chain/,
  },
];

const CERTIFICATE_LOG: readonly ForgedCase[] = [
  {
    title: "a certificate that is in no log of certificates",
    make: () => ({ certificateLogged: 0 }),
    code: "SIGSTORE_CERTIFICATE_LOG",
    detail: /expected 1 SCTs, got 0/,
  },
  {
    title: "a promise of the log of certificates about another certificate",
    make: () => ({ loggedCertificate: { notAfter: minutes(60) } }),
    code: "SIGSTORE_CERTIFICATE_LOG",
    detail: /SCT verification failed/,
  },
  {
    title: "a promise by another key than that log's",
    root: (json) => ({
      ...json,
      ctlogs: json.ctlogs.map((log: Json) => ({ ...log, publicKey: { ...log.publicKey, rawBytes: spki() } })),
    }),
    code: "SIGSTORE_CERTIFICATE_LOG",
    detail: /SCT verification failed/,
  },
  {
    title: "a promise of a log of certificates that the root does not know, though its key verified",
    root: (json) => ({
      ...json,
      ctlogs: json.ctlogs.map((log: Json) => ({ ...log, logId: { keyId: base64(Buffer.alloc(32)) } })),
    }),
    code: "SIGSTORE_LOG_UNKNOWN",
    detail: /SCT verification failed/,
  },
  {
    title: "a promise of a log of certificates whose period had ended",
    root: (json) => ({
      ...json,
      ctlogs: json.ctlogs.map((log: Json) => ({ ...log, publicKey: { ...log.publicKey, validFor: ended } })),
    }),
    code: "SIGSTORE_CERTIFICATE_LOG",
    detail: /SCT verification failed/,
  },
  {
    title: "the same promise twice",
    make: () => ({ certificateLogged: 2 }),
    code: "SIGSTORE_CERTIFICATE_LOG",
    detail: /duplicate SCT/,
  },
];

describe("a keyless signature whose certificate is forged", () => {
  const forge = useForge();

  describe("is rejected with", () => {
    for (const { title, ...rest } of CERTIFICATE) it(title, () => rejectsForged(forge(), rest));
  });

  describe("is rejected by the certificate log's rules with", () => {
    for (const { title, ...rest } of CERTIFICATE_LOG) it(title, () => rejectsForged(forge(), rest));
  });
});
