import assert from "node:assert/strict";
import type { Comparison } from "../../../../src/core/manifest/comparison.ts";
import type { Outcome } from "../../../../src/core/policy/decision.ts";
import { ENGLISH, localizer } from "../../../../src/core/presentation/localizer.ts";
import {
  problemSentence,
  summarizeVerdict,
  verdictSentence,
} from "../../../../src/core/presentation/verdict-summary.ts";
import type { Reason, Verdict, VerdictState } from "../../../../src/core/verdict.ts";
import type { CertificateSigner, KeySigner, Signer } from "../../../../src/core/verification/signer.ts";

const KEY: KeySigner = { method: "key", fingerprint: "ab12".repeat(16), curve: "P-256", label: "prod.pub" };
const CERTIFICATE: CertificateSigner = {
  method: "certificate",
  subject: "CN=Alice,O=Example",
  issuer: "CN=Root",
  alternativeNames: ["email:alice@example.com"],
  serialNumber: "01",
  notBefore: "2026-01-01T00:00:00Z",
  notAfter: "2027-01-01T00:00:00Z",
  root: "CN=Root",
  fingerprints: [],
};
const WORKFLOW: Signer = {
  method: "sigstore",
  identity: "https://github.com/acme/models/.github/workflows/release.yml@refs/tags/v1.2",
  identityType: "uri",
  issuer: "https://token.actions.githubusercontent.com",
  signedAt: "2026-11-21T14:02:03.000Z",
  certificate: { serialNumber: "21", notBefore: "", notAfter: "", authority: "", fingerprint: "", logs: [] },
  log: { url: "https://rekor.sigstore.dev", index: "1", entry: "dsse/0.0.1" },
  timestamps: [],
  extensions: {},
  trustRoot: { label: "public", origin: "built-in" },
};
const COMPARISON: Comparison = {
  matches: false,
  changed: [
    { name: "a.bin", range: { start: 0, end: 5 }, expected: "00", found: "01" },
    { name: "a.bin", range: { start: 5, end: 9 }, expected: "02", found: "03" },
  ],
  missing: [{ name: "b", ignored: false }],
  added: [],
};

function verdict(state: VerdictState, more: Partial<Verdict> = {}): Verdict {
  return { state, model: "/models/llama", reasons: [], ...more };
}

function reason(code: "BUNDLE_NOT_JSON" | "KEY_MISMATCH"): Verdict["reasons"] {
  return [{ code, message: "", details: {} }];
}

describe("the summary of a verdict", () => {
  const summary = (state: VerdictState, more: Partial<Verdict> = {}): string =>
    summarizeVerdict(verdict(state, more), ENGLISH);

  it("is the signer, what differs, or the reason", () => {
    const { label: _, ...unnamed } = KEY;
    assert.equal(summary("verified", { signer: KEY }), "key prod.pub");
    assert.equal(summary("untrusted", { signer: unnamed }), "key ab12ab12ab12…");
    assert.equal(summary("verified", { signer: WORKFLOW }), "ci: acme/models release.yml@v1.2");
    assert.equal(summary("modified", { comparison: COMPARISON }), "1 changed, 1 missing");
    assert.equal(summary("invalid", { reasons: reason("BUNDLE_NOT_JSON") }), "not JSON");
    assert.equal(summary("unverifiable", { reasons: reason("KEY_MISMATCH") }), "unknown key");
    assert.equal(summary("unsigned"), "not signed");
    assert.equal(summary("unchecked"), "signed, not checked");
  });

  it("names a certificate by its common name, and by an alternative name if it has no subject", () => {
    assert.equal(summary("verified", { signer: CERTIFICATE }), "Alice");
    assert.equal(summary("verified", { signer: { ...CERTIFICATE, subject: "OU=Models,O=Example" } }), "Example");
    assert.equal(summary("verified", { signer: { ...CERTIFICATE, subject: "OU=Models" } }), "OU=Models");
    assert.equal(summary("verified", { signer: { ...CERTIFICATE, subject: "" } }), "email:alice@example.com");
  });

  it("says when an outdated model was verified, in local time", () => {
    const matches: Comparison = { matches: true, changed: [], missing: [], added: [] };
    const stale = verdict("stale", { checkedAt: "2026-11-21T14:02:33Z", comparison: matches });
    assert.equal(summarizeVerdict(stale, ENGLISH), "was verified 2026-11-21 14:02 UTC");
    const athens = localizer(ENGLISH.t, "en-GB", "Europe/Athens");
    assert.match(summarizeVerdict({ ...stale, comparison: COMPARISON }, athens), /^was checked .*16:02$/);
  });
});

describe("the sentence of a verdict in Problems", () => {
  const problem = (more: Partial<Verdict>, state: VerdictState = "modified"): string =>
    problemSentence(verdict(state, { signer: KEY, ...more }), { name: "llama" }, ENGLISH);

  it("starts with the first file that differs, and how many more there are", () => {
    const rest = "llama doesn't match its signature (signed by key prod.pub).";
    assert.equal(problem({ comparison: COMPARISON }), `a.bin changed, and 1 more: ${rest}`);
    assert.equal(problem({ comparison: { ...COMPARISON, missing: [] } }), `a.bin changed: ${rest}`);
    assert.equal(problem({ comparison: { ...COMPARISON, changed: [] } }), `b missing: ${rest}`);
    const added = [{ name: "c" }, { name: "d" }];
    const comparison = { matches: false, changed: [], missing: [], added };
    assert.equal(problem({ comparison }), `c added, and 1 more: ${rest}`);
  });

  it("is the usual one if no file differs", () => {
    assert.equal(problem({}, "invalid"), "The signature of llama is not valid.");
  });
});

describe("the sentence of a verdict", () => {
  const sentence = (state: VerdictState, more: Partial<Verdict> = {}, because?: string): string =>
    verdictSentence(verdict(state, more), { name: "llama", ...(because && { reason: because }) }, ENGLISH);

  it("is complete without context", () => {
    assert.equal(sentence("verified", { signer: KEY }), "llama is what key prod.pub signed, unchanged.");
    assert.equal(
      sentence("verified", { signer: WORKFLOW }),
      "llama is what the workflow release.yml of github.com/acme/models at v1.2 signed on 2026-11-21, unchanged.",
    );
    assert.equal(sentence("unsigned"), "llama is not signed.");
    assert.equal(sentence("checking"), "llama is being checked.");
  });

  it("names the one file that differs, and counts several", () => {
    const one: Comparison = { ...COMPARISON, missing: [] };
    assert.equal(
      sentence("modified", { signer: KEY, comparison: one }),
      "llama doesn't match its signature: a.bin changed (signed by key prod.pub).",
    );
    assert.equal(
      sentence("modified", { comparison: COMPARISON }),
      "llama doesn't match its signature: 1 changed, 1 missing.",
    );
  });

  it("ends with the reason if asked to", () => {
    assert.equal(sentence("invalid"), "The signature of llama is not valid.");
    assert.equal(sentence("invalid", {}, "It is not JSON."), "The signature of llama is not valid: It is not JSON.");
    assert.equal(sentence("unverifiable", {}, "unknown key."), "llama can't be verified here: unknown key.");
  });

  it("says why a signer is not accepted, and what a policy allows by exception", () => {
    const line = (state: VerdictState, outcome: Outcome, ...codes: Reason["code"][]): string => {
      const reasons = codes.map((code) => ({ code, message: "", details: {} }));
      return sentence(state, { signer: KEY, decision: { outcome, path: "llama", policies: [], reasons } });
    };
    const signed = "llama is what key prod.pub signed, unchanged";
    assert.equal(sentence("untrusted", { signer: KEY }), `${signed}, but this signer is not accepted.`);
    assert.equal(line("untrusted", "refused", "POLICY_SIGNER"), `${signed}, but no policy accepts this signer.`);
    assert.equal(line("untrusted", "uncovered", "POLICY_UNCOVERED"), `${signed}, but no policy covers it.`);
    assert.equal(line("untrusted", "refused", "POLICY_SYMLINKS"), `${signed}, but symbolic links were followed.`);
    assert.equal(
      line("untrusted", "uncovered", "POLICY_WORKSPACE_UNTRUSTED"),
      `${signed}, but only policies of an untrusted workspace cover it.`,
    );
    assert.equal(line("untrusted", "exception"), `${signed}. A policy allows it by exception.`);
    assert.equal(line("unsigned", "exception"), "llama is not signed. A policy allows it by exception.");
    assert.equal(line("verified", "accepted"), `${signed}.`);
    assert.doesNotMatch(line("modified", "exception"), /exception/);
  });
});
