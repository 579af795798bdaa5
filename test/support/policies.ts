import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kindOf } from "../../src/core/policy/authorities/table.ts";
import type { Decision } from "../../src/core/policy/decision.ts";
import { evaluate } from "../../src/core/policy/evaluate.ts";
import { type FileFacts, KEYS_TRUST, type ModelFacts } from "../../src/core/policy/model-facts.ts";
import type { Policy } from "../../src/core/policy/policy.ts";
import { readPolicies } from "../../src/core/policy/read-policies.ts";
import type { Reason } from "../../src/core/verdict.ts";
import type {
  CertificateSigner,
  IdentityType,
  KeySigner,
  Signer,
  SigstoreSigner,
} from "../../src/core/verification/signer.ts";
import { identityTypeOf } from "../../src/core/verification/sigstore/expected-identity.ts";
import { Policies } from "../../src/workspace/policies.ts";

/** What stands in for a part of a policy that a test does not care about. */
export interface PolicyParts {
  readonly name?: string;
  readonly mode?: "enforce" | "warn";
  readonly globs?: readonly string[];
  readonly requireSignature?: boolean;
  readonly unsignedFiles?: readonly string[];
  /** Authorities, as YAML in one line each, without a name: `key: { path: prod.pub }`. */
  readonly authorities: readonly string[];
  /** YAML in one line. */
  readonly verification?: string;
}

/** The policies of a window that has none: `folder` has no policy file. */
export function noPolicies(folder: string): Policies {
  return new Policies({
    userPolicy: () => "",
    defaultUserPolicy: join(folder, "config", "model-policy.yaml"),
    ownDisk: () => true,
    workspaceTrusted: () => true,
    log: () => {},
  });
}

/** The text of a policy document. Authorities are called a0, a1… */
export function policyText(parts: PolicyParts): string {
  const { name = "team", mode, globs = ["**"], requireSignature, unsignedFiles, authorities, verification } = parts;
  return [
    "apiVersion: model-provenance/v1",
    "kind: ModelPolicy",
    `metadata: { name: ${name} }`,
    "spec:",
    ...(mode === undefined ? [] : [`  mode: ${mode}`]),
    "  models:",
    ...globs.map((glob) => `    - glob: ${JSON.stringify(glob)}`),
    ...(requireSignature === undefined ? [] : [`  requireSignature: ${requireSignature}`]),
    ...(unsignedFiles === undefined ? [] : [`  unsignedFiles: ${JSON.stringify(unsignedFiles)}`]),
    "  authorities:",
    ...authorities.map((authority, index) => `    - name: a${index}\n      ${authority}`),
    ...(verification === undefined ? [] : [`  verification: ${verification}`]),
    "",
  ].join("\n");
}

/** Reads a text that has to be without an error. */
export async function policiesOf(text: string, folder = tmpdir()): Promise<readonly Policy[]> {
  const { policies, diagnostics } = await readPolicies(Buffer.from(text), join(folder, "model-policy.yaml"));
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === "error"),
    [],
    text,
  );
  return policies;
}

export function policyOf(parts: PolicyParts, folder?: string): Promise<readonly Policy[]> {
  return policiesOf(policyText(parts), folder);
}

/** A signer, and the trust material that a verification needs to identify it. */
export interface Signature {
  readonly signer: Signer;
  /** Hex fingerprint of the root certificate, or the path of a private instance's configuration. */
  readonly under?: string;
}

export function keylessSignature(identity: string, issuer: string, identityType?: IdentityType): Signature {
  const time = "2026-11-21T14:02:00Z";
  const signer: SigstoreSigner = {
    method: "sigstore",
    identity,
    identityType: identityType ?? identityTypeOf(identity),
    issuer,
    signedAt: time,
    certificate: {
      serialNumber: "01",
      notBefore: time,
      notAfter: time,
      authority: "CN=ca",
      fingerprint: "00",
      logs: [],
    },
    log: { url: "https://rekor.sigstore.dev", index: "1", entry: "dsse/0.0.1" },
    timestamps: [],
    extensions: {},
    trustRoot: { label: "public", origin: "built-in" },
  };
  return { signer };
}

export function keySignature(fingerprint: string): Signature {
  const signer: KeySigner = { method: "key", fingerprint, curve: "P-256", label: "prod.pub" };
  return { signer };
}

export function certificateSignature(
  root: string,
  subject: string,
  alternativeNames: readonly string[] = [],
): Signature {
  const time = "2026-11-21T14:02:00Z";
  const signer: CertificateSigner = {
    method: "certificate",
    subject,
    issuer: "CN=Root",
    alternativeNames,
    serialNumber: "01",
    notBefore: time,
    notAfter: time,
    root: "CN=Root",
    fingerprints: ["11", root],
  };
  return { signer, under: root };
}

/** A signature by a known signer, or one that is missing, not valid, or by an unknown key. */
export type Signed = Signature | "none" | "invalid" | "unknown key";

const NOT_VALID: Reason = { code: "SIGNATURE_NOT_AUTHENTIC", message: "It was altered after signing.", details: {} };
const NO_KEY: Reason = { code: "KEY_UNKNOWN", message: "It was signed with a key that is not known.", details: {} };

/** What a check of the signature by everything that the policy trusts would have found. */
export function factsOf(signed: Signed, policy: Policy, files?: Partial<FileFacts>): ModelFacts {
  const whole: FileFacts = {
    ...{ differences: "", signerIgnored: [], hubLinks: [], ignorePatterns: [], symlinksAllowed: false },
    ...files,
  };
  const base = { signers: new Map(), failures: new Map(), files: whole };
  if (signed === "none") return { ...base, signature: "none" };
  if (signed === "invalid") return { ...base, signature: "invalid", problem: NOT_VALID };
  if (signed === "unknown key") return { ...base, signature: "signed", method: "key", problem: NO_KEY };
  const { signer, under } = signed;
  const signers = new Map<string, Signer>();
  for (const authority of policy.authorities) {
    const fits =
      (authority.kind === "key" && signer.method === "key" && authority.fingerprint === signer.fingerprint) ||
      (authority.kind === "certificate" && authority.rootFingerprints.some((root) => root === under)) ||
      (authority.kind === "keyless" && signer.method === "sigstore" && authority.trustConfig?.path === under);
    if (fits)
      signers.set(authority.kind === "key" ? KEYS_TRUST : (kindOf(authority).trustId?.(authority) ?? ""), signer);
  }
  return { ...base, signature: "signed", method: signer.method, signers };
}

export interface Situation {
  readonly user?: readonly Policy[];
  readonly workspace?: readonly Policy[];
  /** Default: yes. */
  readonly trusted?: boolean;
  readonly model?: string;
  readonly signed: Signed;
  readonly files?: Partial<FileFacts>;
}

export function decide({
  user = [],
  workspace = [],
  trusted = true,
  model = "models/llama",
  signed,
  files,
}: Situation): Decision {
  return evaluate({
    policies: { user, workspace, invalid: [] },
    workspaceTrusted: trusted,
    model,
    facts: (policy) => factsOf(signed, policy, files),
  });
}
