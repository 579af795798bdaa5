// How long policies take: 10 000 authorities, read once, over 1 000 models.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { evaluate } from "../src/core/policy/evaluate.ts";
import { readPolicies } from "../src/core/policy/read-policies.ts";
import { keylessSignature, policyText } from "../test/support/policies.ts";

const AUTHORITIES = 10_000;
const MODELS = 1000;
const GOOGLE = "https://accounts.google.com";

/** Seconds of reading and of evaluating, for authorities of which every `every`th is a pattern. */
async function measure(every: number): Promise<{ reading: number; evaluating: number }> {
  const folder = mkdtempSync(join(tmpdir(), "bench-policy-"));
  const authorities = Array.from({ length: AUTHORITIES }, (_, index) =>
    index % every === 0
      ? `githubActions: { repository: acme/m${index}, workflow: release.yml, ref: "refs/tags/v*" }`
      : `keyless: { identities: [{ issuer: ${GOOGLE}, subject: user${index}@example.com }] }`,
  );
  const text = Buffer.from(policyText({ authorities }));
  const start = performance.now();
  const { policies } = await readPolicies(text, join(folder, "model-policy.yaml"));
  const read = performance.now();
  for (let model = 0; model < MODELS; model++) {
    // Every model has a signer of its own; the policy knows every other one.
    const { signer } = keylessSignature(`user${model * 7}@${model % 2 === 0 ? "example.com" : "example.org"}`, GOOGLE);
    const user = { user: policies, workspace: [], invalid: [] };
    const facts = {
      signature: "signed",
      method: "sigstore",
      signers: new Map([["sigstore:", signer]]),
      failures: new Map(),
    } as const;
    evaluate({ policies: user, workspaceTrusted: true, model: `models/m${model}`, facts: () => facts });
  }
  const end = performance.now();
  rmSync(folder, { recursive: true });
  return { reading: (read - start) / 1000, evaluating: (end - read) / 1000 };
}

for (const [title, every] of [
  ["exact identities", AUTHORITIES + 1],
  ["one pattern in ten", 10],
  ["patterns only", 1],
] as const) {
  const { reading, evaluating } = await measure(every);
  const seconds = (value: number) => `${value.toFixed(2)} s`;
  console.log(
    `${AUTHORITIES} authorities, ${title}: read in ${seconds(reading)}, ${MODELS} models in ${seconds(evaluating)}`,
  );
}
