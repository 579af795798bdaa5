import assert from "node:assert/strict";
import type { DecisionReason, Outcome } from "../../../../src/core/policy/decision.ts";
import type { Verdict, VerdictState } from "../../../../src/core/verdict.ts";
import { verdictLine, WORDS, wordsFor } from "../../../../src/core/words.ts";

const verdict = (state: VerdictState, outcome: Outcome, ...codes: DecisionReason["code"][]): Verdict => ({
  state,
  model: "/models/llama",
  signer: { method: "key", fingerprint: "00", curve: "P-256", label: "prod.pub" },
  reasons: [],
  decision: {
    outcome,
    path: "llama",
    policies: [],
    reasons: codes.map((code) => ({ code, message: "", details: {} })),
  },
});

describe("the words for a verdict with policies", () => {
  it("an exception is amber, and never called verified", () => {
    for (const state of ["untrusted", "unsigned", "unverifiable"] as const) {
      const words = wordsFor(verdict(state, "exception", "POLICY_EXCEPTION"));
      assert.deepEqual([words.label, words.colour, words.mark], ["Let pass by exception", "amber", "!"]);
    }
  });

  it("an exception hides neither a change nor a signature that is not valid", () => {
    for (const state of ["modified", "invalid"] as const) {
      assert.equal(wordsFor(verdict(state, "exception", "POLICY_EXCEPTION")), WORDS[state]);
    }
  });

  it("a model without a signature is amber only where one is demanded", () => {
    assert.equal(wordsFor(verdict("unsigned", "refused", "POLICY_SIGNATURE_REQUIRED")).colour, "amber");
    assert.equal(wordsFor(verdict("unsigned", "unsigned")), WORDS.unsigned);
    assert.equal(wordsFor({ state: "unsigned" }), WORDS.unsigned);
  });

  it("say in one line why a signer is not accepted", () => {
    const line = (state: VerdictState, outcome: Outcome, ...codes: DecisionReason["code"][]) =>
      verdictLine(verdict(state, outcome, ...codes), "llama");
    assert.match(line("untrusted", "refused", "POLICY_SIGNER"), /unchanged, but nobody here accepts this signer$/);
    assert.match(line("untrusted", "uncovered", "POLICY_UNCOVERED"), /unchanged, but no policy covers it$/);
    assert.match(line("untrusted", "refused", "POLICY_SYMLINKS"), /unchanged, but links were followed$/);
    assert.match(
      line("untrusted", "uncovered", "POLICY_WORKSPACE_UNTRUSTED"),
      /only policies of an untrusted workspace cover it$/,
    );
    assert.equal(
      line("untrusted", "exception", "POLICY_EXCEPTION"),
      "Let pass by exception: llama, signed by key prod.pub",
    );
    assert.equal(line("verified", "accepted"), "Verified: llama is what key prod.pub signed, unchanged");
  });
});
