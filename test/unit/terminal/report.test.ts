import assert from "node:assert/strict";
import type { Coverage, Verdict } from "../../../src/core/verdict.ts";
import type { Signer } from "../../../src/core/verification/signer.ts";
import { trustRootText, verdictReport } from "../../../src/terminal/report.ts";
import { renderLine } from "../../../src/terminal/text.ts";

const SIGNER: Signer = { method: "key", fingerprint: "ab".repeat(32), curve: "P-256", label: "prod.pub" };
const COVERAGE: Coverage = {
  files: 14,
  bytes: 16.1e9,
  bytesRead: 16.1e9,
  bytesFromCache: 0,
  seconds: 9.84,
  ignored: [],
  unsigned: [],
  empty: [],
  algorithm: "sha256",
  serialization: "files",
  symlinksAllowed: false,
};

const OPTIONS = { name: "llama", accepted: "the key given", long: false };

function report(verdict: Partial<Verdict>, long = false): string[] {
  const whole: Verdict = { state: "verified", model: "/models/llama", reasons: [], ...verdict };
  const lines = verdictReport(whole, { name: "llama", accepted: "the key given", long });
  return lines.map((line) => renderLine(line, false));
}

describe("the report of a verdict", () => {
  it("has the verdict, the signer, why it is accepted, how it was checked, and the verdict again", () => {
    assert.deepEqual(report({ signer: SIGNER, coverage: COVERAGE }), [
      "✓ Verified  llama",
      "  signed by  key prod.pub (P-256, sha256 abababababab…)",
      "  accepted   the key given",
      "  files      14 signed, 16.1 GB read in 9.8 s",
      "✓ llama is what key prod.pub signed, unchanged.",
    ]);
  });

  it("has the expiry date of a stored trust root's metadata", () => {
    const facts = { label: "Sigstore", origin: "updated", asOf: "2026-11-01T00:00:00.000Z" } as const;
    const now = Date.parse("2026-11-21T00:00:00Z");
    assert.equal(trustRootText(facts, now), "the trust root of Sigstore (updated 20 days ago)");
    assert.equal(
      trustRootText({ ...facts, expiredSince: "2026-11-08T14:02:03.000Z" }, now),
      "the trust root of Sigstore (updated 20 days ago; its metadata expired on 2026-11-08 14:02 UTC)",
    );
  });

  it("names who excluded each file, and not the signature itself", () => {
    const coverage: Coverage = {
      ...COVERAGE,
      ignored: [
        { name: ".git", source: "default" },
        { name: "README.md", source: "signer" },
        { name: "cache", source: "signer" },
        { name: "model.sig", source: "signature" },
        { name: "notes", source: "caller" },
      ],
      unsigned: ["extra.bin"],
      empty: ["empty.txt"],
    };
    assert.deepEqual(report({ coverage }).slice(2, -1), [
      "  files      14 signed, 16.1 GB read in 9.8 s",
      "             excluded by the signer: README.md, cache",
      "             excluded by default: .git",
      "             excluded by you: notes",
      "             not signed, allowed: extra.bin",
      "             empty, not recorded by shards: empty.txt",
    ]);
  });

  it("names in amber what the default paths hide besides git's own files", () => {
    const ignored = [{ name: ".github", source: "default" as const }];
    const names = Array.from({ length: 12 }, (_, index) => `.github/${String(index).padStart(2, "0")}`);
    const linesOf = (hidden: Coverage["hidden"], long = false) =>
      verdictReport(
        {
          state: "verified",
          model: "/models/llama",
          reasons: [],
          coverage: { ...COVERAGE, ignored, ...(hidden && { hidden }) },
        },
        { name: "llama", accepted: "the key given", long },
      );
    const line = (hidden: Coverage["hidden"], long = false) => linesOf(hidden, long).at(-2)?.at(-1);
    const ten = names.slice(0, 10).join(", ");
    assert.deepEqual(line({ names: names.slice(0, 2), count: 2, complete: true }), {
      text: "excluded by default, not git's own: .github/00, .github/01",
      style: "amber",
    });
    const text = (hidden: Coverage["hidden"], long = false) => {
      const shown = line(hidden, long);
      return typeof shown === "object" ? shown.text : shown;
    };
    assert.match(text({ names, count: 150, complete: true }) ?? "", new RegExp(`: ${ten} and 140 more$`));
    assert.match(text({ names, count: 150, complete: true }, true) ?? "", / \.github\/11 and 138 more$/);
    assert.match(text({ names, count: 12, complete: false }) ?? "", / and 2 more; not searched completely$/);
    assert.match(
      text({ names: [], count: 0, complete: false }) ?? "",
      /^excluded by default, and not searched completely/,
    );
    assert.equal(text(undefined), "excluded by default: .github");
  });

  it("shortens long lists of excluded files, unless asked for all", () => {
    const ignored = Array.from({ length: 12 }, (_, index) => ({ name: `n${index}`, source: "signer" as const }));
    const first = "n0, n1, n2, n3, n4, n5, n6, n7, n8, n9";
    const coverage = { ...COVERAGE, ignored };
    assert.equal(
      report({ coverage })[3],
      `             excluded by the signer: ${first}, and 2 more (--all lists them)`,
    );
    assert.equal(report({ coverage }, true)[3], `             excluded by the signer: ${first}, n10, n11`);
  });

  it("ends a list of differences after ten with a count, unless asked for all", () => {
    const missing = Array.from({ length: 15_000 }, (_, index) => ({ name: `n${index}`, ignored: false }));
    const verdict = { state: "modified", comparison: { matches: false, changed: [], missing, added: [] } } as const;
    const lines = report(verdict);
    assert.equal(lines.length, 13);
    assert.equal(lines[1], "  missing    n0");
    assert.equal(lines[11], "             and 14990 more (--all lists them)");
    assert.equal(lines[12], "✗ llama doesn't match its signature: 15000 missing.");
    assert.equal(report(verdict, true).length, 15_002);
    assert.equal(verdictReport({ model: "/llama", reasons: [], ...verdict }, { ...OPTIONS, all: true }).length, 15_002);
  });

  it("counts unsigned files that are allowed in the last line", () => {
    const one = { ...COVERAGE, unsigned: ["a"] };
    assert.match(report({ coverage: one }).at(-1) ?? "", /unchanged\. 1 unsigned file is allowed\.$/);
    const two = { ...COVERAGE, unsigned: ["a", "b"] };
    assert.match(report({ coverage: two }).at(-1) ?? "", /unchanged\. 2 unsigned files are allowed\.$/);
  });

  it("lists several signatures, the verdict of each, and which one decides", () => {
    const base = { accepted: false, decisive: false, state: "unverifiable" } as const;
    const signatures = [
      { ...base, signature: "/models/llama/model.sig" },
      { ...base, signature: "/models/llama/claims.jsonl", line: 2, state: "verified", decisive: true } as const,
    ];
    const lines = report({ model: "/models/llama", signatures });
    assert.ok(lines.includes("  all        model.sig: Can't be verified here"), lines.join("\n"));
    assert.ok(lines.includes("             claims.jsonl, line 2: Verified  decides"));
  });

  it("lists how each file differs, right below the verdict", () => {
    const [expected, found] = ["0".repeat(64), "1".repeat(64)];
    const lines = report({
      state: "modified",
      signer: SIGNER,
      comparison: {
        matches: false,
        changed: [
          { name: "a", expected, found },
          { name: "b", range: { start: 0, end: 4 }, expected, note: "shorter" },
          { name: "c", expected, note: "symlink" },
          { name: "d", found, note: "longer" },
          { name: "e", expected, note: "special" },
        ],
        missing: [{ name: "f", ignored: true }],
        added: [
          { name: "g", note: "not-utf8" },
          { name: "h", note: "symlink" },
        ],
      },
    });
    assert.deepEqual(lines, [
      "✗ Changed since signing  llama",
      "  changed    a  expected 000000000000…, found 111111111111…",
      "             b, bytes 0 to 4  shorter than signed, expected 000000000000…",
      "             c  a symbolic link, expected 000000000000…",
      "             d  longer than signed, found 111111111111…",
      "             e  not a regular file, expected 000000000000…",
      "  missing    f  excluded from this check",
      "  added      g  its name is not UTF-8",
      "             h  a symbolic link",
      "  signed by  key prod.pub (P-256, sha256 abababababab…)",
      "✗ llama doesn't match its signature: 5 changed, 1 missing, 2 added (signed by key prod.pub).",
    ]);
  });

  it("has the reason first, and no accepted signer", () => {
    const reasons = [{ code: "KEY_MISMATCH" as const, message: "It was signed with another key.", details: {} }];
    assert.deepEqual(report({ state: "unverifiable", reasons }), [
      "? Can't be verified here  llama",
      "  reason     It was signed with another key.",
      "? llama can't be verified here: unknown key.",
    ]);
    assert.ok(report({ state: "untrusted", signer: SIGNER }).every((line) => !line.startsWith("  accepted")));
  });

  it("reports the deprecated layout, and bytes from the cache", () => {
    const lines = report({ legacy: true, coverage: { ...COVERAGE, bytesRead: 1e9, bytesFromCache: 15.1e9 } });
    assert.equal(lines[2], "  format     the deprecated version 0.2");
    assert.equal(lines[3], "  files      14 signed, 1.0 GB read in 9.8 s, 15.1 GB from earlier checks");
  });
});
