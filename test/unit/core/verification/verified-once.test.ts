import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { accepted } from "../../../support/certificate-cases.ts";
import { makeCertificate } from "../../../support/certificates.ts";

describe("an intermediate certificate", () => {
  const { verify } = X509Certificate.prototype;
  let calls = 0;
  before(() => {
    X509Certificate.prototype.verify = function (key) {
      calls++;
      return verify.call(this, key);
    };
  });
  after(() => {
    X509Certificate.prototype.verify = verify;
  });

  it("is verified once per process, and so is each leaf below it", async () => {
    const root = makeCertificate({ subject: "Root", ca: true });
    const intermediate = makeCertificate({ subject: "Intermediate", ca: true, issuer: root });
    const leaves = ["Alice", "Bob", "Alice"].map((subject) => makeCertificate({ subject, issuer: intermediate }));
    for (const leaf of leaves) await accepted({ leaf, chain: [intermediate], roots: [root] });
    assert.equal(calls, 4);
  });
});
