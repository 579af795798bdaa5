import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { sign } from "../../src/core/operations/sign/sign.ts";
import { readTrustConfigFile } from "../../src/core/verification/trust-root-files.ts";
import { changeByte } from "../../test/support/editor-workspace.ts";
import { makeKeys } from "../../test/support/keys.ts";
import type { LocalSigstore } from "../../test/support/sigstore/local-sigstore.ts";
import { SAMPLES } from "../samples/models.ts";

export const ALICE = "alice@example.com";
const BOB = "bob@example.org";

/** What a picture shows of each verdict. */
export const VERIFIED = "llama-3-8b";
export const CHANGED = "whisper-small";
const NOT_ACCEPTED = "phi-mini";
export const UNSIGNED = "minilm";

export interface PictureWorkspace {
  readonly folder: string;
  readonly policy: string;
  readonly code: string;
}

/** A team's workspace below an empty folder: four models, a policy, the keys it names, and code that loads a model. */
export async function makePictureWorkspace(root: string, sigstore: LocalSigstore): Promise<PictureWorkspace> {
  const folder = join(root, "research");
  const model = (name: string): string => join(folder, "models", name);
  for (const name of [VERIFIED, CHANGED, NOT_ACCEPTED, UNSIGNED]) {
    for (const [file, content] of Object.entries(SAMPLES["tiny-llama"]?.() ?? {})) {
      const path = file.replace("tiny-llama", model(name));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
  }
  const release = makeKeys("P-256");
  mkdirSync(join(folder, "keys"));
  writeFileSync(join(folder, "keys", "release.pub"), release.publicPem);
  copyFileSync(sigstore.trustConfigPath, join(folder, "keys", "sigstore.json"));
  const trust = await readTrustConfigFile(sigstore.trustConfigPath);
  const signature = (name: string) => ({ model: model(name), signature: join(model(name), "model.sig") });
  for (const [name, person] of [
    [VERIFIED, ALICE],
    [NOT_ACCEPTED, BOB],
  ] as const) {
    const token = () => sigstore.token(person);
    await sign({ ...signature(name), identity: { method: "sigstore", root: trust, token } });
  }
  await sign({
    ...signature(CHANGED),
    identity: { method: "key", privateKey: { label: "release.pem", pem: release.privatePem } },
  });
  changeByte(join(model(CHANGED), "model.safetensors"));
  const policy = join(folder, "model-policy.yaml");
  writeFileSync(policy, policyOf(sigstore.issuer));
  const code = join(folder, "serve.py");
  writeFileSync(code, CODE);
  return { folder, policy, code };
}

const policyOf = (issuer: string): string => `apiVersion: model-provenance/v1
kind: ModelPolicy
metadata: { name: team-models }
spec:
  models:
    - glob: models/**
  authorities: # any one of them accepts
    - name: release
      key: { path: keys/release.pub }
    - name: alice
      keyless:
        trustConfig: keys/sigstore.json
        identities: [{ issuer: ${issuer}, subject: ${ALICE} }]
`;

const CODE = `from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("models/${VERIFIED}")
model = AutoModelForCausalLM.from_pretrained("models/${VERIFIED}")
speech = AutoModelForCausalLM.from_pretrained("models/${CHANGED}")
`;
