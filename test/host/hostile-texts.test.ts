import assert from "node:assert/strict";
import { join } from "node:path";
import type { MarkdownString } from "vscode";
import type { Decision } from "../../src/core/policy/decision.ts";
import type { Verdict } from "../../src/core/verdict.ts";
import type { Signer } from "../../src/core/verification/signer.ts";
import { COMMANDS } from "../../src/platform/ids.ts";
import { modelHover } from "../../src/ui/hover.ts";
import { modelReport } from "../../src/ui/reports/model-report.ts";
import { policyReport } from "../../src/ui/reports/policy-report.ts";
import type { KnownModel } from "../../src/workspace/registry.ts";
import { HOSTILE_HOST, HOSTILE_TEXTS } from "../support/hostile-texts.ts";

/** Texts of this program in a verdict: values of closed unions, and times. All other text is untrusted. */
const OURS: ReadonlySet<string> = new Set([
  ...["state", "method", "curve", "code", "outcome", "mode", "source", "by", "note", "reading", "serialization"],
  ...["identityType", "origin", "checkedAt", "signedAt", "notBefore", "notAfter", "time", "asOf", "staleBecause"],
  // An absolute path, which these surfaces show the end of.
  ...["signature"],
]);

/** The same value with every untrusted text replaced. */
function hostile<T>(value: T, text: string): T {
  return JSON.parse(
    JSON.stringify(value, (key, part) => (typeof part === "string" && !OURS.has(key) ? text : part)),
  ) as T;
}

const SIGNERS: readonly Signer[] = [
  { method: "key", fingerprint: "x", curve: "P-256", label: "x" },
  {
    method: "certificate",
    subject: "x",
    issuer: "x",
    alternativeNames: ["x"],
    serialNumber: "x",
    notBefore: "2026-01-01T00:00:00Z",
    notAfter: "2027-01-01T00:00:00Z",
    root: "x",
    fingerprints: ["x"],
  },
  {
    method: "sigstore",
    identity: "x",
    identityType: "email",
    issuer: "x",
    signedAt: "2026-01-01T00:00:00Z",
    certificate: {
      serialNumber: "x",
      notBefore: "2026-01-01T00:00:00Z",
      notAfter: "2027-01-01T00:00:00Z",
      authority: "x",
      fingerprint: "x",
      logs: ["x"],
    },
    log: { url: "x", index: "x", entry: "x" },
    timestamps: [{ authority: "x", time: "2026-01-01T00:00:00Z" }],
    extensions: { any: "x" },
    trustRoot: { label: "x", origin: "file" },
  },
];

const PLACE = { name: "x", file: "x", line: 1, column: 1 };
const REASON = { code: "POLICY_SIGNER", message: "x", details: { any: "x" } } as const;

function decisionOf(outcome: Decision["outcome"], satisfied: boolean, by?: "signer" | "exception"): Decision {
  return {
    outcome,
    path: "x",
    policies: [
      {
        policy: PLACE,
        source: "workspace",
        mode: "enforce",
        satisfied,
        ...(by && { by }),
        counts: true,
        authorities: [{ authority: PLACE, accepted: satisfied, message: "x" }],
        untold: 0,
        reasons: [REASON],
        warnings: [{ ...REASON, message: "y" }],
      },
    ],
    reasons: [REASON, { ...REASON, code: "POLICY_INVALID" }],
  };
}

const DECISIONS: readonly (Decision | undefined)[] = [
  undefined,
  decisionOf("accepted", true, "signer"),
  decisionOf("exception", true, "exception"),
  decisionOf("refused", false),
  decisionOf("uncovered", false),
];

const STATES = ["verified", "untrusted", "modified", "invalid", "unverifiable", "stale"] as const;

/** Everything that a verdict can carry, in every state that shows it. */
function* verdicts(): Generator<Verdict> {
  for (const state of STATES) {
    for (const signer of SIGNERS) {
      for (const decision of DECISIONS) {
        yield {
          state,
          model: "x",
          signature: "x",
          signer,
          reasons: [{ code: "BUNDLE_MEDIA_TYPE", message: "z", details: { found: "x" } }],
          ...(decision && { decision }),
          coverage: {
            files: 1,
            bytes: 1,
            bytesRead: 1,
            bytesFromCache: 0,
            seconds: 1,
            ignored: [{ name: "x", source: "signer" }],
            unsigned: ["x"],
            empty: ["x"],
            algorithm: "x",
            serialization: "files",
            symlinksAllowed: false,
          },
          comparison: {
            matches: false,
            changed: [{ name: "x", expected: "x", found: "x" }],
            missing: [{ name: "x", ignored: false }],
            added: [{ name: "x" }],
          },
          rootDigest: "x",
          checkedAt: "2026-01-01T00:00:00Z",
        };
      }
    }
  }
}

function models(): KnownModel[] {
  return HOSTILE_TEXTS.flatMap((text) => {
    // A name on the disk holds no slash.
    const path = join("/", "w", text.replaceAll("/", "\u2215"));
    return [...verdicts()].map((verdict) => ({
      path,
      kind: "directory" as const,
      folder: "/w",
      verdict: { ...hostile(verdict, text), model: path },
    }));
  });
}

/** What Markdown would still give a meaning: all but escaped characters, and the links that a hover makes itself. */
function aliveIn({ value }: MarkdownString): string {
  return value
    .replace(/\\[!-/:-@[-`{-~]|&#\d+;|&nbsp;/g, "¤")
    .replace(/\[[^[\]]*\]\(command:(modelProvenance\.\w+)\?%5B%22[^()\s<>]*\)/g, (whole, command: string) =>
      Object.values<string>(COMMANDS).includes(command) ? "" : whole,
    )
    .replace(/^\*\*(.*)\*\* {2}$/m, "$1");
}

/** All that is not in a code span (CommonMark 6.1). */
function outsideCode(markdown: string): string {
  return markdown.replace(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, "");
}

const ALIVE = /[<>&@|\\`*_{}[\]]|:\/|www\./i;

describe("untrusted texts", () => {
  it("are not interpreted in a hover, in any field of a verdict", () => {
    for (const model of models()) {
      const hover = modelHover(model);
      assert.doesNotMatch(aliveIn(hover), ALIVE, hover.value);
      assert.doesNotMatch(hover.value, /[\u202e\u200b\u2069]|\u{e0041}/u);
    }
  });

  it("are in code spans of a report", () => {
    for (const model of models()) {
      const decision = policyReport({
        verdict: model.verdict,
        path: model.path,
        policies: [],
        broken: [],
        workspaceTrusted: false,
      });
      for (const text of [modelReport(model), decision]) {
        assert.doesNotMatch(outsideCode(text), /[<>@&]|\]\(|www\.|:\/\//, text);
        assert.ok(!outsideCode(text).includes(HOSTILE_HOST), text);
      }
    }
  });
});
