import assert from "node:assert/strict";
import type { Comparison } from "../../../src/core/manifest/comparison.ts";
import type { Verdict, VerdictState } from "../../../src/core/verdict.ts";
import type { Signer } from "../../../src/core/verification/signer.ts";
import {
  bytesText,
  describe as describeVerdict,
  durationText,
  SHORT_REASONS,
  verdictLine,
  WORDS,
  wordsFor,
} from "../../../src/core/words.ts";

const KEY: Signer = { method: "key", fingerprint: "ab12".repeat(16), curve: "P-256", label: "prod.pub" };
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

describe("words", () => {
  it("gives every state a label of its own, and a badge that an editor accepts", () => {
    const labels = Object.values(WORDS).map(({ label }) => label);
    assert.equal(new Set(labels).size, labels.length);
    for (const { badge, mark } of Object.values(WORDS)) {
      assert.ok(badge === undefined || badge.length <= 2);
      assert.equal(mark.length, 1);
    }
  });

  it("keeps green for verified, and red for changed or invalid", () => {
    const coloured = (colour: string): string[] =>
      Object.entries(WORDS)
        .filter(([, words]) => words.colour === colour)
        .map(([state]) => state);
    assert.deepEqual(coloured("green"), ["verified"]);
    assert.deepEqual(coloured("red"), ["modified", "invalid"]);
    assert.deepEqual(coloured("amber"), ["untrusted"]);
  });

  const sizes: readonly (readonly [number, string])[] = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [99_949, "99.9 kB"],
    [99_950, "100 kB"],
    [999_499, "999 kB"],
    [999_500, "1.0 MB"],
    [16_060_522_240, "16.1 GB"],
    [1_500_000_000_000_000, "1.5 PB"],
  ];
  for (const [bytes, text] of sizes) {
    it(`writes ${bytes} bytes as ${text}`, () => assert.equal(bytesText(bytes), text));
  }

  const spans: readonly (readonly [number, string])[] = [
    [0, "0.0 s"],
    [9.84, "9.8 s"],
    [9.96, "10 s"],
    [59.4, "59 s"],
    [59.5, "1 min 00 s"],
    [185, "3 min 05 s"],
    [3_720, "1 h 02 min"],
  ];
  for (const [seconds, text] of spans) {
    it(`writes ${seconds} seconds as ${text}`, () => assert.equal(durationText(seconds), text));
  }

  it("describes each state for a list", () => {
    assert.equal(describeVerdict(verdict("verified", { signer: KEY })), "key prod.pub");
    assert.equal(
      describeVerdict(verdict("untrusted", { signer: { ...KEY, label: undefined } as never })),
      "key ab12ab12ab12…",
    );
    assert.equal(describeVerdict(verdict("modified", { comparison: COMPARISON })), "1 changed, 1 missing");
    assert.equal(describeVerdict(verdict("invalid", { reasons: reason("BUNDLE_NOT_JSON") })), "not JSON");
    assert.equal(
      describeVerdict(verdict("unverifiable", { reasons: reason("KEY_MISMATCH") })),
      "signed with another key",
    );
    assert.equal(describeVerdict(verdict("unsigned")), "not signed");
    assert.equal(describeVerdict(verdict("unchecked")), "signed, not checked");
  });

  it("says when a model that changed on disk was verified, in the person's own time", () => {
    const at = new Date(2026, 10, 21, 14, 2);
    const matches: Comparison = { matches: true, changed: [], missing: [], added: [] };
    const stale = verdict("stale", { checkedAt: at.toISOString(), comparison: matches });
    assert.equal(describeVerdict(stale), "was verified 14:02");
    assert.equal(describeVerdict({ ...stale, comparison: COMPARISON }), "was checked 14:02");
  });

  it("says why a verdict no longer stands", () => {
    assert.equal(wordsFor(verdict("stale")).label, "Changed on disk, check again");
    assert.equal(wordsFor(verdict("stale", { staleBecause: "policy" })).label, "Policy changed, check again");
    assert.equal(wordsFor(verdict("stale", { staleBecause: "trust" })).label, "Trust changed, check again");
    assert.match(wordsFor(verdict("stale", { staleBecause: "restart" })).label, /earlier window/);
  });

  it("tells the verdict in one line that stands alone", () => {
    assert.equal(
      verdictLine(verdict("verified", { signer: KEY }), "llama"),
      "Verified: llama is what key prod.pub signed, unchanged",
    );
    assert.equal(
      verdictLine(verdict("modified", { comparison: COMPARISON }), "llama"),
      "Changed since signing: llama, 1 changed, 1 missing",
    );
    assert.equal(verdictLine(verdict("unsigned"), "llama"), "Not signed: llama");
  });

  it("names a certificate by its subject, and by an alternative name where it has none", () => {
    const signer: Signer = {
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
    assert.equal(describeVerdict(verdict("verified", { signer })), "CN=Alice,O=Example");
    assert.equal(
      describeVerdict(verdict("verified", { signer: { ...signer, subject: "" } })),
      "email:alice@example.com",
    );
  });

  it("needs at most four words for a reason", () => {
    for (const [code, words] of Object.entries(SHORT_REASONS)) {
      assert.ok(words.split(" ").length <= 4, code);
    }
  });
});
