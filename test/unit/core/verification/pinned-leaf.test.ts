import assert from "node:assert/strict";
import { parseBundle } from "../../../../src/core/bundle/parse-bundle.ts";
import { verifyBundle } from "../../../../src/core/verification/verify-bundle.ts";
import { fileResources, makeStatement, signBundle } from "../../../support/bundles.ts";
import { type Certificate, makeCertificate, makeChain, SERVER_AUTHENTICATION } from "../../../support/certificates.ts";
import { failsWith } from "../../../support/errors.ts";

const DAY = 86_400_000;

/** With these roots trusted and no others. */
function authenticate(leaf: Certificate, roots: readonly Certificate[], chain: readonly Certificate[] = []) {
  const bundle = signBundle(makeStatement(fileResources({ a: "1" })), { certificate: leaf, chain });
  const certificates = { roots: roots.map(({ pem }) => ({ label: "root.pem", pem })) };
  return verifyBundle(parseBundle(Buffer.from(JSON.stringify(bundle)), "model.sig"), { certificates }, "model.sig");
}

describe("a signing certificate that is itself a trusted root", () => {
  const pinned = (part: Parameters<typeof makeChain>[0]) => {
    const { leaf } = makeChain(part);
    return authenticate(leaf, [leaf]);
  };

  it("needs no path", async () => {
    const { signer } = await pinned({});
    assert.ok(signer.method === "certificate");
    assert.equal(signer.fingerprints.length, 1);
  });

  it("still has to be valid now", async () => {
    const from = (days: number) => new Date(Date.now() + days * DAY);
    await failsWith("CERTIFICATE_EXPIRED", () => pinned({ leaf: { notBefore: from(-9), notAfter: from(-1) } }));
    await failsWith("CERTIFICATE_NOT_YET_VALID", () => pinned({ leaf: { notBefore: from(1), notAfter: from(9) } }));
  });

  it("still has to be for signing", async () => {
    const leaf = { keyUsage: null, extendedKeyUsage: [SERVER_AUTHENTICATION] };
    await failsWith("CERTIFICATE_USAGE", () => pinned({ leaf }));
  });

  it("may have no unknown critical extension", async () => {
    const extensions = [{ oid: "1.2.3.4", critical: true, value: Buffer.of(5, 0) }];
    await failsWith("CERTIFICATE_PATH_INVALID", () => pinned({ leaf: { extensions } }));
  });
});

describe("a self-issued authority", () => {
  it("does not count towards the length of a path (RFC 5280, 6.1.4 (l))", async () => {
    const root = makeCertificate({ subject: "Root", ca: true, pathLength: 0 });
    const renewed = makeCertificate({ subject: "Root", issuer: root, ca: true });
    const leaf = makeCertificate({ subject: "Leaf", issuer: renewed });
    const { signer } = await authenticate(leaf, [root], [renewed]);
    assert.ok(signer.method === "certificate");
    assert.equal(signer.fingerprints.length, 3);
  });
});
