import assert from "node:assert/strict";
import type { Outcome } from "../../../../src/core/policy/decision.ts";
import { ENGLISH } from "../../../../src/core/presentation/localizer.ts";
import { SHORT_REASONS } from "../../../../src/core/presentation/short-reasons.ts";
import { VERDICT_LABELS, type VerdictLabel, verdictLabel } from "../../../../src/core/presentation/verdict-labels.ts";
import type { Reason, StaleCause, Verdict, VerdictState } from "../../../../src/core/verdict.ts";

function label(state: VerdictState, outcome?: Outcome, ...codes: Reason["code"][]): VerdictLabel {
  const reasons = codes.map((code) => ({ code, message: "", details: {} }));
  const decision: Verdict["decision"] = outcome && { outcome, path: "llama", policies: [], reasons };
  return verdictLabel({ state, ...(decision && { decision }) }, ENGLISH.t);
}

describe("the label of a verdict", () => {
  it("is different for every state, with a badge that the editor accepts", () => {
    const labels = Object.values(VERDICT_LABELS).map((one) => one.label);
    assert.equal(new Set(labels).size, labels.length);
    for (const { badge, mark } of Object.values(VERDICT_LABELS)) {
      assert.ok(badge === undefined || badge.length <= 2);
      assert.equal(mark.length, 1);
    }
  });

  it("is green only for verified, and red for changed or invalid", () => {
    const coloured = (colour: string): string[] =>
      Object.entries(VERDICT_LABELS)
        .filter(([, one]) => one.colour === colour)
        .map(([state]) => state);
    assert.deepEqual(coloured("green"), ["verified"]);
    assert.deepEqual(coloured("red"), ["modified", "invalid"]);
    assert.deepEqual(coloured("amber"), ["untrusted"]);
  });

  it("is translated", () => {
    assert.equal(verdictLabel({ state: "verified" }, (text) => `<${text}>`).label, "<Verified>");
  });

  it("says why a verdict is outdated", () => {
    const stale = (staleBecause: StaleCause) => verdictLabel({ state: "stale", staleBecause }, ENGLISH.t).label;
    assert.equal(label("stale").label, "Outdated: files changed");
    assert.equal(stale("policy"), "Outdated: policy changed");
    assert.equal(stale("trust"), "Outdated: trust changed");
    assert.equal(stale("restart"), "Outdated: checked in an earlier window");
  });

  it("is amber for an exception, which is never called verified", () => {
    for (const state of ["untrusted", "unsigned", "unverifiable"] as const) {
      const shown = label(state, "exception", "POLICY_EXCEPTION");
      assert.deepEqual([shown.label, shown.colour, shown.mark], ["Allowed by exception", "amber", "!"]);
    }
  });

  it("hides neither a change nor an invalid signature behind an exception", () => {
    for (const state of ["modified", "invalid"] as const) {
      assert.deepEqual(label(state, "exception", "POLICY_EXCEPTION"), VERDICT_LABELS[state]);
    }
  });

  it("is amber for an unsigned model only if a signature is required", () => {
    assert.equal(label("unsigned", "refused", "POLICY_SIGNATURE_REQUIRED").colour, "amber");
    assert.deepEqual(label("unsigned", "unsigned"), VERDICT_LABELS.unsigned);
    assert.deepEqual(label("unsigned"), VERDICT_LABELS.unsigned);
  });
});

describe("the short reasons", () => {
  it("have at most four words", () => {
    for (const text of SHORT_REASONS) assert.ok(text.split(" ").length <= 4, text);
  });
});
