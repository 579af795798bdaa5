import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { HashPool } from "../../../../../src/core/hashing/hash-pool.ts";
import type { FileHasher } from "../../../../../src/core/hashing/with-hash-pool.ts";
import { verifyWithPolicy } from "../../../../../src/core/operations/verify/verify-with-policy.ts";
import { policySetOf } from "../../../../../src/core/policy/policy-files.ts";
import { readPolicies } from "../../../../../src/core/policy/read-policies.ts";
import { bundleText, fileResources, makeStatement, signBundle } from "../../../../support/bundles.ts";
import { type Certificate, makeCertificate } from "../../../../support/certificates.ts";
import { policyText } from "../../../../support/policies.ts";
import { useTemporaryFolder, writeTree } from "../../../../support/temporary-folder.ts";

const FILES = { weights: "weights" };
const root = makeCertificate({ subject: "Root", ca: true });
const alice = makeCertificate({ subject: "Alice", issuer: root });
const mallory = makeCertificate({ subject: "Mallory", issuer: root });

describe("the signer of a signature that is replaced while it is verified", () => {
  const folder = useTemporaryFolder();
  const pool = new HashPool({ workers: 0 });
  after(() => pool.dispose());

  function write(certificate: Certificate): void {
    const bundle = signBundle(makeStatement(fileResources(FILES)), { certificate });
    writeFileSync(join(folder(), "model/model.sig"), bundleText(bundle));
  }

  /** One policy for every signer under the root, and one for Alice alone. */
  async function check(meanwhile: () => void): Promise<string[]> {
    writeTree(join(folder(), "model"), FILES);
    write(alice);
    const text = [root, alice].map(({ pem }) => {
      const authority = `certificate: { caCert: { data: ${JSON.stringify(pem)} }, trustedIdentities: ["*"] }`;
      return policyText({ authorities: [authority] });
    });
    const path = join(folder(), "model-policy.yaml");
    const replacing: FileHasher = {
      digest: (request, options) => {
        meanwhile();
        return pool.digest(request, options);
      },
    };
    const { state, signer, reasons } = await verifyWithPolicy({
      model: join(folder(), "model"),
      policies: policySetOf([await readPolicies(Buffer.from(text.join("---\n")), path)], []),
      workspaceTrusted: true,
      folder: folder(),
      path: "model",
      publicSigstore: () => Promise.reject(new Error("not asked for")),
      pool: replacing,
    });
    return [state, signer?.method === "certificate" ? signer.subject : "", ...reasons.map(({ code }) => code)];
  }

  it("is accepted if nothing is replaced", async () => {
    assert.deepEqual(await check(() => undefined), ["verified", "CN=Alice"]);
  });

  it("is read once, together with the signature", async () => {
    assert.deepEqual(await check(() => write(mallory)), ["verified", "CN=Alice"]);
  });
});
