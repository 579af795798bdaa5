import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { authenticate } from "../../src/core/operations/verify/verify.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";
import { VECTORS } from "../support/vectors.ts";

/** Every byte of the certificates in a genuine signature, changed one at a time. */
describe("certificates with any one byte changed", function () {
  this.timeout(120_000);
  const folder = useTemporaryFolder();
  if (VECTORS === undefined) {
    it("are skipped without the test vectors (set OMS_VECTORS)");
    return;
  }
  const reference = join(VECTORS, "reference");
  const root = { label: "ca", pem: readFileSync(join(reference, "keys/certificate/ca-cert.pem"), "utf8") };
  const original = JSON.parse(readFileSync(join(reference, "v1.1.0-certificate/model.sig"), "utf8"));
  const chain: readonly { rawBytes: string }[] = original.verificationMaterial.x509CertificateChain.certificates;

  for (const [index, { rawBytes }] of chain.entries()) {
    it(`are never accepted and never crash the program: certificate ${index}`, async () => {
      const model = join(folder(), "model");
      cpSync(join(reference, "v1.1.0-certificate"), model, { recursive: true });
      const signature = join(folder(), "model.sig");
      const der = Buffer.from(rawBytes, "base64");
      for (let position = 0; position < der.length; position++) {
        const changed = Buffer.from(der);
        changed.writeUInt8(changed.readUInt8(position) ^ (1 << (position % 8)), position);
        const certificates = chain.map((one, at) => (at === index ? { rawBytes: changed.toString("base64") } : one));
        const verificationMaterial = { x509CertificateChain: { certificates }, tlogEntries: [] };
        writeFileSync(signature, JSON.stringify({ ...original, verificationMaterial }));
        const { state } = await authenticate({ model, signature, trust: { certificates: { roots: [root] } } });
        assert.ok(state === "invalid" || state === "unverifiable", `${state} with byte ${position} changed`);
      }
    });
  }
});
