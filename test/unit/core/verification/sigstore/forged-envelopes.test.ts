import assert from "node:assert/strict";
import {
  checkForged,
  type ForgedCase,
  rejectsForged,
  useForge,
} from "../../../../support/sigstore/forged-bundle-check.ts";

type Json = ReturnType<typeof JSON.parse>;

const nothingKnown = (root: Json) => ({ ...root, tlogs: [], ctlogs: [], timestampAuthorities: [] });

/** The same certificate, with the length of the whole in one byte more than DER allows. */
const longer: NonNullable<ForgedCase["alter"]> = ({ certificate }) => {
  const der = Buffer.from(certificate.rawBytes, "base64");
  assert.equal(der.readUInt16BE(0), 0x3082);
  const ber = Buffer.concat([Buffer.of(0x30, 0x83, 0), der.subarray(2)]);
  certificate.rawBytes = ber.toString("base64");
};

describe("a keyless envelope", () => {
  const forge = useForge();
  const kind = "dsse/0.0.2";

  for (const leafKind of ["P-256", "P-384", "P-521", "RSA", "Ed25519"] as const) {
    it(`is accepted if the certified key, ${leafKind}, signed it`, async () => {
      assert.equal((await checkForged(forge(), await forge().make({ kind, leafKind }))).rejection, undefined);
    });

    it(`is rejected if a key other than the certified one, ${leafKind}, signed it`, () =>
      rejectsForged(forge(), {
        make: () => ({ kind, leafKind, wrongSignature: true }),
        code: "SIGNATURE_NOT_AUTHENTIC",
        detail: /does not verify against its own certificate/,
      }));
  }

  it("is rejected if another key signed it, whatever the trust root contains", () =>
    rejectsForged(forge(), {
      make: () => ({ kind, wrongSignature: true }),
      root: nothingKnown,
      code: "SIGNATURE_NOT_AUTHENTIC",
      detail: /does not verify against its own certificate/,
    }));

  it("is rejected if its certificate is not encoded in DER", () =>
    rejectsForged(forge(), { alter: longer, code: "BUNDLE_MALFORMED", detail: /non-minimal length encoding/ }));

  describe("in a bundle of version 0.1", () => {
    const old = async (change: (entry: Json) => void): Promise<Json> => {
      const bundle = await forge().make();
      bundle.mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.1";
      change(bundle.verificationMaterial.tlogEntries[0]);
      return bundle;
    };

    it("needs the log's promise, and no proof", async () => {
      const bundle = await old((entry) => delete entry.inclusionProof);
      assert.equal((await checkForged(forge(), bundle)).rejection, undefined);
    });

    it("is rejected without the log's promise, even with a proof", async () => {
      const bundle = await old((entry) => delete entry.inclusionPromise);
      await assert.rejects(checkForged(forge(), bundle), { code: "BUNDLE_MALFORMED", message: /invalid v0\.1 bundle/ });
    });
  });
});
