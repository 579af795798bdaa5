import assert from "node:assert/strict";
import { accepted } from "../../../support/certificate-cases.ts";
import { makeCertificate } from "../../../support/certificates.ts";
import { makeKeys } from "../../../support/keys.ts";

describe("an authority with one key that two roots certified", () => {
  const one = makeCertificate({ subject: "One", ca: true });
  const two = makeCertificate({ subject: "Two", ca: true });
  const keys = makeKeys();
  const byOne = makeCertificate({ subject: "Shared", keys, issuer: one, ca: true });
  const byTwo = makeCertificate({ subject: "Shared", keys, issuer: two, ca: true });
  const leaf = makeCertificate({ subject: "Alice", issuer: byOne });

  for (const root of [one, two]) {
    for (const chain of [
      [byOne, byTwo],
      [byTwo, byOne],
    ]) {
      const order = chain[0] === byOne ? "first" : "last";
      it(`leads to the root ${root.name}, with the certificate by One ${order}`, async () => {
        assert.equal((await accepted({ leaf, chain, roots: [root] })).root, `CN=${root.name}`);
      });
    }
  }
});
