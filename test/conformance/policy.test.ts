import assert from "node:assert/strict";
import { copyFileSync, cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HashPool } from "../../src/core/hashing/hash-pool.ts";
import { verifyWithPolicy } from "../../src/core/operations/verify/verify-with-policy.ts";
import { policySetOf } from "../../src/core/policy/policy-files.ts";
import { readPolicies } from "../../src/core/policy/read-policies.ts";
import type { Verdict } from "../../src/core/verdict.ts";
import { PUBLIC_INSTANCE } from "../../src/core/verification/trust-root-instances.ts";
import { loadTrustRoot } from "../../src/core/verification/trust-root-store.ts";
import { policyText } from "../support/policies.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";
import { VECTORS } from "../support/vectors.ts";

const PUBLIC = { issuer: "https://sigstore.verify.ibm.com/oauth2", subject: "stefanb@us.ibm.com" };
const PRIVATE = { issuer: "http://127.0.0.1:19001/dex", subject: "alice@example.com" };

describe("policies for models of the reference implementation", () => {
  const pool = new HashPool({ workers: 0 });
  const folder = useTemporaryFolder();
  after(() => pool.dispose());
  if (VECTORS === undefined) {
    it("are skipped without the test vectors (set OMS_VECTORS)");
    return;
  }
  const vectors = VECTORS;

  /** Copies a model into the workspace folder and asks a policy of one authority. */
  async function check(vector: string, authority: string, verification?: string): Promise<Verdict> {
    cpSync(join(vectors, vector), join(folder(), "models", "m"), { recursive: true });
    copyFileSync(join(vectors, "private-sigstore/trust_config.json"), join(folder(), "trust.json"));
    copyFileSync(join(vectors, "reference/keys/certificate/signing-key-pub.pem"), join(folder(), "prod.pub"));
    const text = policyText({ globs: ["models/*"], authorities: [authority], ...(verification && { verification }) });
    const file = await readPolicies(Buffer.from(text), join(folder(), "model-policy.yaml"));
    assert.deepEqual(
      file.diagnostics.filter(({ severity }) => severity === "error"),
      [],
    );
    return verifyWithPolicy({
      model: join(folder(), "models", "m"),
      policies: policySetOf([], [file]),
      workspaceTrusted: true,
      folder: folder(),
      path: "models/m",
      publicSigstore: async () => ({ root: await loadTrustRoot(PUBLIC_INSTANCE, join(folder(), "none")) }),
      pool,
    });
  }
  const keyless = (identity: object, trustConfig?: string) =>
    `keyless: ${JSON.stringify({ identities: [identity], ...(trustConfig && { trustConfig }) })}`;
  const outcomeOf = ({ state, decision, reasons }: Verdict) => [
    state,
    decision?.outcome,
    ...reasons.map(({ code }) => code),
  ];

  const ACCEPTED: readonly (readonly [vector: string, authority: string, verification?: string])[] = [
    ["reference/v0.3.1-sigstore", keyless(PUBLIC)],
    ["reference/v1.0.0-sigstore", keyless(PUBLIC)],
    ["reference/v1.0.1-sigstore", keyless(PUBLIC), "{ ignorePaths: [ignore-me] }"],
    ["reference/v1.1.0-sigstore", keyless(PUBLIC)],
    ["reference/v1.1.0-sigstore", keyless({ issuer: PUBLIC.issuer, subjectRegExp: "^[a-z]+@us\\.ibm\\.com$" })],
    ["private-sigstore/rekor-v1", keyless(PRIVATE, "trust.json")],
    ["private-sigstore/rekor-v2", keyless(PRIVATE, "trust.json")],
    ["reference/v1.1.0-elliptic-key", "key: { path: prod.pub }"],
  ];
  for (const [vector, authority, verification] of ACCEPTED) {
    it(`accept ${vector} by ${authority}`, async () => {
      const verdict = await check(vector, authority, verification);
      assert.deepEqual(outcomeOf(verdict), ["verified", "accepted"], JSON.stringify(verdict, undefined, 1));
    });
  }

  const REFUSED: readonly (readonly [vector: string, authority: string, says: RegExp])[] = [
    [
      "reference/v1.1.0-sigstore",
      keyless({ ...PUBLIC, subject: "stefanb@us.ibm.co" }),
      /issuer matches, subject differs/,
    ],
    [
      "reference/v1.1.0-sigstore",
      keyless({ ...PUBLIC, issuer: "https://accounts.google.com" }),
      /subject matches, issuer differs/,
    ],
    ["reference/v1.1.0-sigstore", keyless(PUBLIC, "trust.json"), /not certified by this Sigstore instance/],
    [
      "private-sigstore/rekor-v1",
      keyless({ ...PRIVATE, subject: "bob@example.com" }, "trust.json"),
      /issuer matches, subject differs/,
    ],
    ["private-sigstore/rekor-v2", keyless(PRIVATE), /not certified by this Sigstore instance/],
  ];
  for (const [vector, authority, says] of REFUSED) {
    it(`reject ${vector} by ${authority}`, async () => {
      const verdict = await check(vector, authority);
      assert.equal(verdict.decision?.outcome, "refused");
      assert.notEqual(verdict.state, "verified");
      assert.match(verdict.reasons.map(({ message }) => message).join("\n"), says);
    });
  }

  it("name a signer that they do not accept", async () => {
    const verdict = await check("reference/v1.1.0-sigstore", keyless({ ...PUBLIC, subject: "x@us.ibm.com" }));
    assert.deepEqual(outcomeOf(verdict), ["untrusted", "refused", "POLICY_SIGNER"]);
    assert.equal(verdict.signer?.method === "sigstore" && verdict.signer.identity, PUBLIC.subject);
    assert.ok(readFileSync(verdict.signature ?? "").length > 0);
  });
});
