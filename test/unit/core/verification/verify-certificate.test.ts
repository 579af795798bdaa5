import assert from "node:assert/strict";
import { parseBundle } from "../../../../src/core/bundle/parse-bundle.ts";
import { type ErrorCode, ProvenanceError } from "../../../../src/core/errors.ts";
import { MAX_CHAIN } from "../../../../src/core/verification/certificate-path.ts";
import { verifyBundle } from "../../../../src/core/verification/verify-bundle.ts";
import { type JsonObject, signBundle } from "../../../support/bundles.ts";
import {
  accepted,
  ago,
  authenticate,
  type CertificateCase,
  caseOf,
  statement,
} from "../../../support/certificate-cases.ts";
import { type Certificate, makeCertificate, makeChain } from "../../../support/certificates.ts";
import { failsWith } from "../../../support/errors.ts";
import { makeKeys } from "../../../support/keys.ts";
import { nameConstraints } from "../../../support/names.ts";

const { root, intermediate, leaf } = makeChain();
const good: CertificateCase = { leaf, chain: [intermediate], roots: [root] };

describe("verifying a certificate signature", () => {
  it("accepts a path to a root, and reports the signer in full", async () => {
    const signer = await accepted(good);
    assert.equal(signer.subject, "CN=Alice,O=Example");
    assert.equal(signer.issuer, "CN=Example Models CA,O=Example");
    assert.equal(signer.root, "CN=Example Root,O=Example");
    assert.deepEqual(signer.alternativeNames, ["email:alice@example.com"]);
    assert.equal(signer.fingerprints.length, 3);
    assert.match(signer.notBefore, /^\d{4}-\d\d-\d\dT/);
    assert.match(signer.serialNumber, /^[0-9a-f]+$/);
  });

  it("reports which root its certificates name if none or another is trusted", async () => {
    const authority = "CN=Example Root,O=Example";
    for (const chain of [[intermediate], [intermediate, root]]) {
      const none = await authenticate({ leaf, chain, roots: [] }).catch((error: unknown) => error);
      const other = await authenticate({ leaf, chain, roots: [makeChain().root] }).catch((error: unknown) => error);
      for (const error of [none, other]) {
        assert.ok(error instanceof ProvenanceError);
        assert.equal(error.details["authority"], authority, error.code);
        assert.match(error.message, /Trust the root certificate of "CN=Example Root,O=Example" to verify it\.$/);
      }
    }
  });

  for (const kind of ["P-256", "P-384", "P-521"] as const) {
    it(`accepts a leaf on ${kind}`, async () => {
      const chain = makeChain({ leaf: { kind } });
      await accepted({ leaf: chain.leaf, chain: [chain.intermediate], roots: [chain.root] });
    });
  }

  it("accepts certificate authorities with RSA keys, and the root in the chain", async () => {
    const chain = makeChain({ root: { kind: "RSA" }, intermediate: { kind: "RSA" } });
    await accepted({ leaf: chain.leaf, chain: [chain.intermediate, chain.root], roots: [chain.root] });
  });

  it("accepts an intermediate as the root, and one from the caller", async () => {
    assert.equal((await accepted({ leaf, roots: [intermediate] })).root, "CN=Example Models CA,O=Example");
    await accepted({ leaf, roots: [root, intermediate] });
  });

  it("accepts the leaf itself, pinned as a root", async () => {
    assert.equal((await accepted({ leaf, roots: [leaf] })).root, "CN=Alice,O=Example");
    const selfSigned = makeCertificate({ subject: "Me" });
    await accepted({ leaf: selfSigned, roots: [selfSigned] });
  });

  it("finds the path among certificates of the same name, in any order", async () => {
    const other = makeChain();
    await accepted({ leaf, chain: [other.intermediate, intermediate, leaf], roots: [other.root, root] });
  });

  it("accepts deviations of real leaves: CA:TRUE, subject equal to issuer, no extended key usage", async () => {
    const quirky = makeCertificate({
      subject: [
        ["O", "Example"],
        ["CN", "Example Models CA"],
      ],
      issuer: intermediate,
      ca: true,
      keyUsage: ["digitalSignature"],
    });
    await accepted({ ...good, leaf: quirky });
  });

  it("accepts a path without key identifiers", async () => {
    const bare = { keyIdentifiers: false };
    const chain = makeChain({ root: bare, intermediate: bare, leaf: bare });
    await accepted({ leaf: chain.leaf, chain: [chain.intermediate], roots: [chain.root] });
  });

  it("finds the valid path among several", async () => {
    const keys = intermediate.keys;
    const again = { subject: intermediate.name, keys, issuer: root, ca: true } as const;
    const expired = makeCertificate({ ...again, notBefore: ago(9), notAfter: ago(1) });
    const constrained = makeCertificate({
      ...again,
      extensions: [nameConstraints({ permitted: [{ email: "x.org" }] })],
    });
    await accepted({ leaf, chain: [expired, constrained, intermediate], roots: [root] });
    await failsWith("CERTIFICATE_EXPIRED", () => authenticate({ leaf, chain: [expired, constrained], roots: [root] }));
  });

  it("uses the given time instead of now", async () => {
    const old = makeChain({ leaf: { notBefore: ago(100), notAfter: ago(10) } });
    const test = { leaf: old.leaf, chain: [old.intermediate], roots: [old.root] };
    const error = await failsWith("CERTIFICATE_EXPIRED", () => authenticate(test));
    assert.match(error.message, /certificate of O=Example, CN=Alice expired on/);
    const at = ago(50);
    const wide = makeChain({
      root: { notBefore: ago(200) },
      intermediate: { notBefore: ago(200) },
      leaf: { notBefore: ago(100), notAfter: ago(10) },
    });
    await accepted({ leaf: wide.leaf, chain: [wide.intermediate], roots: [wide.root], at });
  });

  const refused: readonly (readonly [string, ErrorCode, () => CertificateCase])[] = [
    ["no roots", "CERTIFICATE_NO_ROOTS", () => ({ ...good, roots: [] })],
    ["another root", "CERTIFICATE_UNTRUSTED_ROOT", () => ({ ...good, roots: [makeChain().root] })],
    [
      "a root that only came with the signature",
      "CERTIFICATE_UNTRUSTED_ROOT",
      () => ({ leaf, chain: [intermediate, root], roots: [makeChain().root] }),
    ],
    ["a missing intermediate", "CERTIFICATE_UNTRUSTED_ROOT", () => ({ leaf, roots: [root] })],
    [
      "a self-signed leaf",
      "CERTIFICATE_UNTRUSTED_ROOT",
      () => ({ leaf: makeCertificate({ subject: "Me" }), roots: [root] }),
    ],
    ["an expired leaf", "CERTIFICATE_EXPIRED", () => caseOf({ leaf: { notBefore: ago(9), notAfter: ago(1) } })],
    [
      "a leaf of tomorrow",
      "CERTIFICATE_NOT_YET_VALID",
      () => caseOf({ leaf: { notBefore: ago(-1), notAfter: ago(-9) } }),
    ],
    [
      "an expired intermediate",
      "CERTIFICATE_EXPIRED",
      () => caseOf({ intermediate: { notBefore: ago(9), notAfter: ago(1) } }),
    ],
    ["an expired root", "CERTIFICATE_EXPIRED", () => caseOf({ root: { notBefore: ago(9), notAfter: ago(1) } })],
    ["an intermediate that is no authority", "CERTIFICATE_PATH_INVALID", () => caseOf({ intermediate: { ca: false } })],
    [
      "an intermediate that may not sign certificates",
      "CERTIFICATE_PATH_INVALID",
      () => caseOf({ intermediate: { keyUsage: ["digitalSignature"] } }),
    ],
    [
      "a broken signature on the intermediate",
      "CERTIFICATE_UNTRUSTED_ROOT",
      () => caseOf({ intermediate: { brokenSignature: true } }),
    ],
    ["a broken signature on the leaf", "CERTIFICATE_UNTRUSTED_ROOT", () => caseOf({ leaf: { brokenSignature: true } })],
    [
      "an issuer's name that does not chain",
      "CERTIFICATE_PATH_INVALID",
      () => caseOf({ leaf: { issuerName: "Somebody" } }),
    ],
    ["an RSA leaf", "CERTIFICATE_KEY_UNSUPPORTED", () => caseOf({ leaf: { kind: "RSA" } })],
    [
      "too many certificates",
      "CERTIFICATE_MALFORMED",
      () => ({ ...good, chain: new Array<Certificate>(MAX_CHAIN).fill(intermediate) }),
    ],
  ];
  for (const [name, code, makeCase] of refused) {
    it(`rejects ${name}`, async () => {
      const error = await failsWith(code, () => authenticate(makeCase()));
      assert.match(error.message, /model\.sig/);
    });
  }

  it("rejects a certificate with an invalid time", async () => {
    const times = ["991301000000Z", "301231235959.5Z"];
    const parts = times.flatMap((time) => [{ notBefore: time }, { notAfter: time }]);
    for (const test of parts.flatMap((part) => [caseOf({ leaf: part }), caseOf({ intermediate: part })])) {
      const error = await failsWith("CERTIFICATE_MALFORMED", () => authenticate(test));
      assert.match(error.message, /validity period that cannot be read/);
    }
  });

  it("rejects a path that is longer than an authority allows", async () => {
    const second = makeCertificate({ subject: "Second CA", issuer: intermediate, ca: true });
    const deep = makeCertificate({ subject: "Deep", issuer: second });
    const error = await failsWith("CERTIFICATE_PATH_INVALID", () =>
      authenticate({ leaf: deep, chain: [second, intermediate], roots: [root] }),
    );
    assert.match(error.message, /longer than a certificate allows/);
    const free = makeCertificate({ subject: "Free CA", issuer: root, ca: true });
    const below = makeCertificate({ subject: "Below CA", issuer: free, ca: true });
    await accepted({ leaf: makeCertificate({ subject: "D", issuer: below }), chain: [below, free], roots: [root] });
  });

  it("rejects a path that is signed with SHA-1", async () => {
    for (const test of [caseOf({ leaf: { sha1: true } }), caseOf({ intermediate: { sha1: true } })]) {
      const error = await failsWith("CERTIFICATE_PATH_INVALID", () => authenticate(test));
      assert.match(error.message, /MD5 or SHA-1/);
    }
  });

  it("does not drop the leaf as a duplicate of another certificate and validate an authority instead", async () => {
    const mallory = makeCertificate({ subject: "Mallory" });
    const double = Buffer.from(mallory.der);
    double.writeUInt8(double.readUInt8(double.length - 1) ^ 1, double.length - 1);
    await failsWith("CERTIFICATE_UNTRUSTED_ROOT", () =>
      authenticate({ leaf: mallory, chain: [{ ...mallory, der: double }, intermediate], roots: [root] }),
    );
  });

  it("does not validate another certificate of the chain instead of the leaf", async () => {
    const forged = makeCertificate({ subject: "Mallory" });
    for (const chain of [
      [forged, leaf, intermediate],
      [forged, intermediate],
      [intermediate, leaf, forged],
    ]) {
      await failsWith("CERTIFICATE_UNTRUSTED_ROOT", () => authenticate({ leaf: forged, chain, roots: [root] }));
    }
  });

  it("does not accept a leaf as an authority", async () => {
    const byLeaf = makeCertificate({ subject: "Mallory", issuer: leaf });
    await failsWith("CERTIFICATE_PATH_INVALID", () =>
      authenticate({ leaf: byLeaf, chain: [leaf, intermediate], roots: [root] }),
    );
  });

  it("terminates if certificates sign each other", async () => {
    const [a, b] = [makeKeys(), makeKeys()];
    const seedA = makeCertificate({ subject: "A", keys: a, ca: true });
    const seedB = makeCertificate({ subject: "B", keys: b, ca: true });
    const circleA = makeCertificate({ subject: "A", keys: a, issuer: seedB, ca: true });
    const circleB = makeCertificate({ subject: "B", keys: b, issuer: seedA, ca: true });
    const lost = makeCertificate({ subject: "Lost", issuer: circleA });
    await failsWith("CERTIFICATE_UNTRUSTED_ROOT", () =>
      authenticate({ leaf: lost, chain: [circleA, circleB], roots: [root] }),
    );
  });

  it("rejects an altered file before it validates the path", async () => {
    const alter = (json: JsonObject) => {
      const envelope = json["dsseEnvelope"] as JsonObject;
      envelope["payload"] = Buffer.from("{}").toString("base64");
    };
    await failsWith("SIGNATURE_NOT_AUTHENTIC", () => authenticate({ ...good, roots: [] }, alter));
  });

  it("rejects bytes after a certificate, the leaf or any other", async () => {
    for (const index of [0, 1]) {
      const alter = (json: JsonObject) => {
        const certificates = [leaf, intermediate].map(({ der }, at) => {
          const bytes = at === index ? Buffer.concat([der, Buffer.of(0)]) : der;
          return { rawBytes: bytes.toString("base64") };
        });
        json["verificationMaterial"] = { x509CertificateChain: { certificates } };
      };
      const error = await failsWith("CERTIFICATE_MALFORMED", () => authenticate(good, alter));
      assert.match(error.message, /bytes after its end/);
    }
    const body = Buffer.concat([root.der, Buffer.of(5, 0)]).toString("base64");
    const pem = `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
    await failsWith("CERTIFICATE_UNREADABLE", () => authenticate({ ...good, roots: [{ ...root, pem }] }));
  });

  it("rejects data that is no certificate", async () => {
    const alter = (json: JsonObject) => {
      json["verificationMaterial"] = { x509CertificateChain: { certificates: [{ rawBytes: "AAAA" }] } };
    };
    await failsWith("CERTIFICATE_MALFORMED", () => authenticate(good, alter));
  });

  it("rejects roots that cannot be read", async () => {
    const bundle = parseBundle(Buffer.from(JSON.stringify(signBundle(statement, { certificate: leaf }))), "model.sig");
    const with_ = (pem: string) =>
      verifyBundle(bundle, { certificates: { roots: [{ label: "ca.pem", pem }] } }, "model.sig");
    assert.match(
      (await failsWith("CERTIFICATE_UNREADABLE", () => with_("hello"))).message,
      /ca\.pem contains no certificate/,
    );
    await failsWith("CERTIFICATE_UNREADABLE", () =>
      with_("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
    );
  });

  it("reports which trust is missing", async () => {
    const bundle = parseBundle(Buffer.from(JSON.stringify(signBundle(statement, { certificate: leaf }))), "model.sig");
    const keys = [{ label: "a.pub", pem: leaf.keys.publicPem }];
    assert.match(
      (await failsWith("SIGNING_METHOD_MISMATCH", () => verifyBundle(bundle, { keys }, "model.sig"))).message,
      /with a certificate/,
    );
    await failsWith("KEY_UNKNOWN", () => verifyBundle(bundle, {}, "model.sig"));
  });
});
