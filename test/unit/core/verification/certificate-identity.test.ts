import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { hasIdentity, readCertificateIdentity } from "../../../../src/core/verification/certificate-identity.ts";
import { parseCertificate } from "../../../../src/core/verification/certificates.ts";
import { certificateSigner } from "../../../../src/core/verification/verify-certificate.ts";
import { accepted, authenticate, caseOf } from "../../../support/certificate-cases.ts";
import { makeCertificate, makeChain } from "../../../support/certificates.ts";
import { type EncodedAttribute, nameDer } from "../../../support/names.ts";

describe("a certificate identity", () => {
  const types: Readonly<Record<string, string>> = {
    "email:alice@example.com": "email alice@example.com",
    "uri:dns:example.com": "uri dns:example.com",
    "dns:example.com": "dns example.com",
    "subject:CN=Alice": "subject CN=Alice",
    "subject:Alice": "subject Alice",
    "alice@example.com": "email alice@example.com",
    '"a,b"@example.com': 'email "a,b"@example.com',
    "https://ci.example/a@b,c=d": "uri https://ci.example/a@b,c=d",
    "spiffe://example.com/a": "uri spiffe://example.com/a",
    "mailto:alice@example.com": "uri mailto:alice@example.com",
    "CN=Alice,O=Example": "subject CN=Alice,O=Example",
    "O = Example, CN = https://x": "subject O = Example, CN = https://x",
    "emailAddress=alice@example.com,O=Example": "subject emailAddress=alice@example.com,O=Example",
    "Example, Inc.": "subject Example, Inc.",
    "example.com": "dns example.com",
    Alice: "dns Alice",
    "": "dns ",
  };
  for (const [text, expected] of Object.entries(types)) {
    it(`has one type: ${text}`, () => {
      const { type, text: name } = readCertificateIdentity(text);
      assert.equal(`${type} ${name}`, expected);
    });
  }

  describe("that is a subject", () => {
    const signerOf = (parts: readonly (readonly EncodedAttribute[])[]) => {
      const { der } = makeCertificate({ subject: nameDer(parts) });
      assert.ok(new X509Certificate(der).subject.length > 0);
      const leaf = parseCertificate(der, "x", "CERTIFICATE_MALFORMED");
      return certificateSigner(leaf, [leaf], leaf.x509.subject);
    };
    const has = (parts: readonly (readonly EncodedAttribute[])[], text: string) =>
      hasIdentity(signerOf(parts), readCertificateIdentity(text));
    const alice: readonly (readonly EncodedAttribute[])[] = [[["C", "US"]], [["O", "Example"]], [["CN", "Alice"]]];

    it("is compared whole, in the certificate's order or exactly reversed", () => {
      assert.ok(has(alice, "C=US,O=Example,CN=Alice"));
      assert.ok(has(alice, "CN=Alice,O=Example,C=US"));
      for (const other of [
        "O=Example,C=US,CN=Alice",
        "CN=Alice,C=US,O=Example",
        "CN=Alice,O=Example",
        "CN=Alice",
        "CN=Alice,O=Example,C=US,C=US",
        "CN=alice,O=Example,C=US",
        "CN=Alice+O=Example+C=US",
      ]) {
        assert.ok(!has(alice, other), other);
      }
    });

    it("may have a part of several attributes, in any order", () => {
      const parts: readonly (readonly EncodedAttribute[])[] = [
        [["O", "Example"]],
        [
          ["CN", "Alice"],
          ["OU", "ML"],
        ],
      ];
      for (const text of ["O=Example,CN=Alice+OU=ML", "OU=ML + CN=Alice, O=Example"]) assert.ok(has(parts, text), text);
      for (const text of ["O=Example,CN=Alice,OU=ML", "OU=ML,CN=Alice,O=Example", "O=Example+CN=Alice,OU=ML"]) {
        assert.ok(!has(parts, text), text);
      }
    });

    it("is not matched by a value that looks like other parts", () => {
      const sly: readonly (readonly EncodedAttribute[])[] = [[["CN", "Alice,O=Example"]], [["CN", "a\nO=b+OU=c"]]];
      for (const text of ["CN=Alice,O=Example", "CN=Alice", "CN=a,O=b+OU=c"]) assert.ok(!has(sly, text), text);
      assert.ok(has(sly, signerOf(sly).subject));
      assert.ok(has([[["CN", "Alice,O=Example"]]], "CN=Alice\\,O\\=Example"));
    });
  });

  describe("that is expected of a signature", () => {
    for (const identity of [
      "CN=Alice,O=Example",
      "O=Example, CN=Alice",
      "subject:CN=Alice,O=Example",
      "alice@example.com",
      "email:alice@example.com",
    ]) {
      it(`accepts ${identity}`, () => accepted({ ...caseOf({}), identity }));
    }
    for (const identity of [
      "alice@example.co",
      "lice@example.com",
      "Alice@example.com",
      ".*",
      "Alice",
      "CN=Alice",
      "uri:alice@example.com",
      "O=Example",
      "CN=Alice+O=Example",
      "subject:alice@example.com",
      "dns:alice@example.com",
      "",
    ]) {
      it(`rejects ${JSON.stringify(identity)}`, async () => {
        const { rejection, signer } = await authenticate({ ...caseOf({}), identity });
        assert.equal(rejection?.code, "CERTIFICATE_IDENTITY");
        assert.equal(signer.method, "certificate");
      });
    }
    for (const identity of ["alice@example.com", "email:alice@example.com"]) {
      for (const name of [{ uri: identity }, { dns: identity }, { uri: `email:${identity}` }]) {
        it(`rejects ${identity} where the certificate has ${JSON.stringify(name)}`, async () => {
          const chain = makeChain({ leaf: { alternativeNames: [name] } });
          const test = { leaf: chain.leaf, chain: [chain.intermediate], roots: [chain.root], identity };
          const { rejection } = await authenticate(test);
          assert.match(rejection?.message ?? "", /does not have the mail address "alice@example\.com"/);
        });
      }
    }
    it("accepts an alternative name if the subject is empty", async () => {
      const chain = makeChain({ leaf: { subject: [] } });
      const test = { leaf: chain.leaf, chain: [chain.intermediate], roots: [chain.root] };
      assert.equal((await accepted({ ...test, identity: "alice@example.com" })).subject, "");
    });
    it("is no host name or IP address", async () => {
      const chain = makeChain({
        leaf: { alternativeNames: [{ uri: "https://ci/1" }, { dns: "ci.example" }, { ip: [127, 0, 0, 1] }] },
      });
      const signer = await accepted({ leaf: chain.leaf, chain: [chain.intermediate], roots: [chain.root] });
      assert.deepEqual(signer.alternativeNames, ["uri:https://ci/1", "dns:ci.example"]);
    });
  });
});
