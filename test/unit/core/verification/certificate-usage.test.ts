import assert from "node:assert/strict";
import type { ErrorCode } from "../../../../src/core/errors.ts";
import { accepted, authenticate, type CertificateCase, caseOf } from "../../../support/certificate-cases.ts";
import { CODE_SIGNING, makeChain, SERVER_AUTHENTICATION } from "../../../support/certificates.ts";
import { failsWith } from "../../../support/errors.ts";
import { der, nameConstraints } from "../../../support/names.ts";

const ANY_PURPOSE = "2.5.29.37.0";
const CPS_POINTER = Buffer.from("06082b06010505070201", "hex");
/** anyPolicy mapped to 1.2.3. */
const ANY_POLICY_MAPPED = der(0x30, der(0x30, Buffer.from("0604551d2000", "hex"), Buffer.from("06022a03", "hex")));
const critical = (oid: string, value: Uint8Array) => ({ oid, critical: true, value });
/** certificatePolicies with one policy, 1.2.3, and a qualifier of this kind. */
const policies = (qualifier: Uint8Array) =>
  der(0x30, der(0x30, Buffer.from("06022a03", "hex"), der(0x30, der(0x30, qualifier))));

describe("usages and extensions of certificates", () => {
  it("accepts a leaf without key usage whose extended key usage is code signing", async () => {
    const chain = makeChain({ leaf: { keyUsage: null, extendedKeyUsage: [CODE_SIGNING] } });
    await accepted({ leaf: chain.leaf, chain: [chain.intermediate], roots: [chain.root] });
  });

  it("accepts a leaf with both usages, any extended one, and authorities for signing code", async () => {
    for (const purpose of [CODE_SIGNING, ANY_PURPOSE]) {
      const extendedKeyUsage = [SERVER_AUTHENTICATION, purpose];
      await accepted(
        caseOf({ root: { extendedKeyUsage }, intermediate: { extendedKeyUsage }, leaf: { extendedKeyUsage } }),
      );
    }
    await accepted(caseOf({ leaf: { keyUsage: ["digitalSignature"] } }));
  });

  it("accepts critical policies that name a statement of practice, and an authority that inhibits any other", async () => {
    const extensions = [critical("2.5.29.32", policies(CPS_POINTER)), critical("2.5.29.54", Buffer.of(0x02, 1, 0))];
    await accepted(caseOf({ intermediate: { extensions }, leaf: { extensions: extensions.slice(0, 1) } }));
  });

  const rejected: readonly (readonly [string, ErrorCode, () => CertificateCase])[] = [
    [
      "a leaf for encryption",
      "CERTIFICATE_USAGE",
      () => caseOf({ leaf: { keyUsage: ["keyEncipherment"], extendedKeyUsage: [] } }),
    ],
    [
      "a leaf for servers",
      "CERTIFICATE_USAGE",
      () => caseOf({ leaf: { keyUsage: null, extendedKeyUsage: [SERVER_AUTHENTICATION] } }),
    ],
    [
      "a leaf for signing, but of servers",
      "CERTIFICATE_USAGE",
      () => caseOf({ leaf: { keyUsage: ["digitalSignature"], extendedKeyUsage: [SERVER_AUTHENTICATION] } }),
    ],
    [
      "a leaf for signing OCSP answers",
      "CERTIFICATE_USAGE",
      () => caseOf({ leaf: { keyUsage: ["digitalSignature"], extendedKeyUsage: ["1.3.6.1.5.5.7.3.9"] } }),
    ],
    [
      "a leaf for signing code whose key usage is another",
      "CERTIFICATE_USAGE",
      () => caseOf({ leaf: { keyUsage: ["nonRepudiation"], extendedKeyUsage: [CODE_SIGNING] } }),
    ],
    [
      "an authority for servers",
      "CERTIFICATE_USAGE",
      () => caseOf({ intermediate: { extendedKeyUsage: [SERVER_AUTHENTICATION] } }),
    ],
    ["a root for servers", "CERTIFICATE_USAGE", () => caseOf({ root: { extendedKeyUsage: [SERVER_AUTHENTICATION] } })],
    [
      "critical policy constraints of an authority",
      "CERTIFICATE_PATH_INVALID",
      () => caseOf({ intermediate: { extensions: [critical("2.5.29.36", Buffer.of(0x30, 3, 0x80, 1, 5))] } }),
    ],
    [
      "critical policy constraints of a root",
      "CERTIFICATE_PATH_INVALID",
      () => caseOf({ root: { extensions: [critical("2.5.29.36", Buffer.of(0x30, 3, 0x81, 1, 0))] } }),
    ],
    [
      "critical policies with a qualifier that is not known",
      "CERTIFICATE_PATH_INVALID",
      () => caseOf({ intermediate: { extensions: [critical("2.5.29.32", policies(Buffer.of(6, 1, 0x2a)))] } }),
    ],
    [
      "an authority that maps any policy",
      "CERTIFICATE_PATH_INVALID",
      () => caseOf({ intermediate: { extensions: [critical("2.5.29.33", ANY_POLICY_MAPPED)] } }),
    ],
    [
      "an extension that is there twice",
      "CERTIFICATE_MALFORMED",
      () => caseOf({ leaf: { extensions: [nameConstraints({ permitted: [{ dns: "a" }] }), nameConstraints({})] } }),
    ],
    [
      "name constraints that are malformed",
      "CERTIFICATE_MALFORMED",
      () => caseOf({ intermediate: { extensions: [nameConstraints({})] } }),
    ],
    [
      "a leaf that says nothing of its use",
      "CERTIFICATE_USAGE",
      () => caseOf({ leaf: { keyUsage: null, extendedKeyUsage: [] } }),
    ],
    [
      "a critical extension of the leaf that is not known",
      "CERTIFICATE_PATH_INVALID",
      () => caseOf({ leaf: { extensions: [{ oid: "1.2.3.4", critical: true, value: Buffer.of(5, 0) }] } }),
    ],
    [
      "a critical extension of an authority that is not known",
      "CERTIFICATE_PATH_INVALID",
      () => caseOf({ intermediate: { extensions: [{ oid: "1.2.3.4", critical: true, value: Buffer.of(5, 0) }] } }),
    ],
  ];
  for (const [name, code, makeCase] of rejected) {
    it(`rejects ${name}`, async () => {
      const error = await failsWith(code, () => authenticate(makeCase()));
      assert.match(error.message, /model\.sig/);
    });
  }

  it("accepts an extension that is not known and not critical", async () => {
    await accepted(caseOf({ leaf: { extensions: [{ oid: "1.2.3.4", critical: false, value: Buffer.of(5, 0) }] } }));
  });
});
