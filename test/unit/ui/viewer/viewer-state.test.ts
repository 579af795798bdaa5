import assert from "node:assert/strict";
import { join } from "node:path";
import * as v from "valibot";
import type { ErrorCode } from "../../../../src/core/errors.ts";
import type { OriginReport } from "../../../../src/core/origin/origin.ts";
import type { Decision } from "../../../../src/core/policy/decision.ts";
import { ENGLISH, localizer } from "../../../../src/core/presentation/localizer.ts";
import type { Coverage, Verdict } from "../../../../src/core/verdict.ts";
import type { KeySigner, SigstoreSigner } from "../../../../src/core/verification/signer.ts";
import type { FileEntry, SignatureSummary, StateCounts } from "../../../../src/engine/signature-view/requests.ts";
import { ViewerState } from "../../../../src/ui/viewer/messages.ts";
import { rowOf } from "../../../../src/ui/viewer/presentation/files.ts";
import type { Subject } from "../../../../src/ui/viewer/presentation/subject.ts";
import { viewerState } from "../../../../src/ui/viewer/presentation/viewer-state.ts";

const MODEL = join("/", "w", "models", "llama");
const SIGNATURE = join(MODEL, "model.sig");
const ROOT = "ab".repeat(32);
const LOCALIZER = localizer(ENGLISH.t, "en", "UTC");
const COUNTS: StateCounts = { same: 14, listed: 0, changed: 0, missing: 0, added: 0, unsigned: 0, excluded: 1 };

const KEY: KeySigner = { method: "key", fingerprint: "9f2c".repeat(16), curve: "P-256", label: "prod.pub" };
const CI: SigstoreSigner = {
  method: "sigstore",
  identity: "https://github.com/acme/models/.github/workflows/release.yml@refs/tags/v1.2",
  identityType: "uri",
  issuer: "https://token.actions.githubusercontent.com",
  signedAt: "2026-11-21T14:02:03.000Z",
  certificate: {
    serialNumber: "21",
    notBefore: "2026-11-21T14:02:00.000Z",
    notAfter: "2026-11-21T14:12:00.000Z",
    authority: "CN=sigstore-intermediate,O=sigstore.dev",
    fingerprint: "cd".repeat(32),
    logs: ["https://ctfe.sigstore.dev/2022"],
  },
  log: { url: "https://rekor.sigstore.dev", index: "184223901", time: "2026-11-21T14:02:04.000Z", entry: "dsse/0.0.1" },
  timestamps: [{ authority: "CN=tsa", time: "2026-11-21T14:02:03.000Z" }],
  extensions: {
    sourceRepositoryUri: "https://github.com/acme/models",
    sourceRepositoryDigest: "3f1c9a52c7d04be1a8e65f0d9b7c2e4410aa57d3",
    sourceRepositoryRef: "refs/tags/v1.2",
    buildConfigUri: "https://github.com/acme/models/.github/workflows/release.yml@refs/tags/v1.2",
    runInvocationUri: "javascript:alert(1)",
  },
  trustRoot: { label: "public", origin: "built-in", asOf: "2026-11-01T00:00:00.000Z" },
};
const COVERAGE: Coverage = {
  files: 14,
  bytes: 16_100_000_000,
  bytesRead: 16_100_000_000,
  bytesFromCache: 0,
  seconds: 9.8,
  symlinksAllowed: false,
  ignored: [
    { name: "README.md", source: "signer" },
    { name: "model.sig", source: "signature" },
  ],
  unsigned: [],
  empty: [],
  algorithm: "sha256",
  serialization: "files",
};
const SAME = { matches: true, changed: [], missing: [], added: [] };
const SUMMARY: SignatureSummary = {
  bytes: 4000,
  mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
  method: "key",
  claimedSigner: "the key 9f2c9f2c9f2c…",
  claims: [{ name: "key hint", value: KEY.fingerprint }],
  statement: {
    subject: "llama",
    rootDigest: ROOT,
    legacy: false,
    algorithm: "sha256",
    ignorePaths: ["README.md"],
    ignorePathCount: 1,
    files: 14,
  },
  text: "statement",
};

const verified: Partial<Verdict> = {
  state: "verified",
  signer: KEY,
  rootDigest: ROOT,
  comparison: SAME,
  coverage: COVERAGE,
  reading: "full",
  checkedAt: "2026-11-22T08:00:00.000Z",
};

function subject(verdict: Partial<Verdict> | undefined, summary: Partial<SignatureSummary> = {}): Subject {
  const base = { path: SIGNATURE, summary: { ...SUMMARY, ...summary } };
  if (verdict === undefined) return base;
  const full: Verdict = { state: "unchecked", model: MODEL, signature: SIGNATURE, reasons: [], ...verdict };
  return { ...base, model: { path: MODEL, kind: "directory", verdict: full } };
}

function stateOf(verdict: Partial<Verdict> | undefined, summary: Partial<SignatureSummary> = {}, counts = COUNTS) {
  const { state, links } = viewerState(subject(verdict, summary), { counts, generation: 1 }, LOCALIZER);
  assert.deepEqual(v.parse(ViewerState, JSON.parse(JSON.stringify(state))), state, "it passes to the page unchanged");
  return { state, links };
}

function sectionOf({ sections }: ViewerState, wanted: string) {
  return sections.find(({ title }) => title === wanted);
}

function buttons(state: ViewerState): string[] {
  return state.buttons.map(({ text, primary }) => (primary ? `${text} (primary)` : text));
}

function results(verdict: Partial<Verdict> | undefined, summary: Partial<SignatureSummary> = {}): string[] {
  return stateOf(verdict, summary).state.steps.map(({ title, tone, result }) => `${title}: ${tone}, ${result}`);
}

function reason(code: ErrorCode, message = "model.sig is wrong.") {
  return { reasons: [{ code, message, details: {} }] };
}

describe("the state of the signature viewer", () => {
  it("has for a verified model a sentence with the signer, and four passed steps in order", () => {
    const { headline } = stateOf(verified).state;
    assert.equal(headline.sentence, "This is what key prod.pub signed, unchanged.");
    assert.deepEqual([headline.tone, headline.label, headline.notes], ["green", "Verified", []]);
    assert.deepEqual(results(verified), [
      "Signature: green, Genuine",
      "Identity: green, Verified",
      "Files: green, Unchanged",
      "Policy: green, Accepted",
    ]);
  });

  it("is amber and names the files if the default paths hide some", () => {
    const hidden = { names: [".github/<x>.yml"], count: 1, complete: true };
    const { state } = stateOf({ ...verified, coverage: { ...COVERAGE, hidden } });
    const files = state.steps.find(({ id }) => id === "files");
    assert.deepEqual([files?.tone, files?.result], ["amber", "Unchanged"]);
    assert.match(files?.line ?? "", /Paths excluded by default include files that are not git's own\./);
    assert.deepEqual(
      files?.facts.filter(({ label }) => label === "Of these, not git's own").map(({ value }) => value),
      [".github/<x>.yml"],
    );
    assert.equal(state.headline.tone, "green");
  });

  it("shows what was found about the displayed one of several signatures, and the line of its bundle", () => {
    const base = { accepted: false, decisive: false } as const;
    const unknown = { code: "KEY_UNKNOWN", message: "It is signed with another key.", details: {} } as const;
    const other = join(MODEL, "claims.jsonl");
    const signatures = [
      { ...base, signature: SIGNATURE, state: "unverifiable", reason: unknown } as const,
      { ...base, signature: other, line: 1, state: "verified", decisive: true, signer: KEY } as const,
      { ...base, signature: other, line: 2, state: "verified", signer: KEY } as const,
    ];
    const severalVerified = { ...verified, signature: other, signatures };
    const unverifiable = stateOf(severalVerified).state;
    assert.deepEqual([unverifiable.headline.tone, unverifiable.headline.notes], ["neutral", [unknown.message]]);
    assert.notEqual(results(severalVerified)[0], "Signature: green, Genuine");
    const shown = (line: number) => {
      const { path, ...rest } = subject(severalVerified, { line });
      return viewerState({ path: other, ...rest }, { counts: COUNTS, generation: 1 }, LOCALIZER).state;
    };
    assert.equal(shown(1).headline.tone, "green");
    assert.equal(shown(1).path, `${other}, line 1`);
    // It is genuine; which files differ from it is not kept.
    assert.equal(shown(2).headline.tone, "neutral");
    assert.equal(shown(2).steps.find(({ id }) => id === "files")?.result, "Not verified");
  });

  it("has only claims for a signature without a model", () => {
    const { state } = stateOf(undefined);
    assert.equal(
      state.headline.sentence,
      "According to this file, the key 9f2c9f2c9f2c… signed llama. None of that is verified yet.",
    );
    assert.equal(state.headline.tone, "neutral");
    assert.deepEqual(
      state.steps.map(({ tone, facts }) => [tone, facts]),
      Array.from({ length: 4 }, () => ["neutral", []]),
    );
    assert.deepEqual(buttons(state), ["Reopen as Text"]);
    assert.ok(state.steps.some(({ claims }) => claims.some(({ value }) => value === KEY.fingerprint)));
  });

  it("shows no claim as verified before the signature was checked", () => {
    const claims = [
      { name: "identity", value: "mallory@example.com" },
      { name: "valid from", value: "2026-11-21T14:02:00.000Z" },
      { name: "valid until", value: "2026-11-21T14:12:00.000Z" },
      { name: "sourceRepositoryUri", value: "https://github.com/acme/models" },
    ];
    const summary = { method: "sigstore", claimedSigner: "mallory@example.com", claims } as const;
    for (const state of ["unchecked", "unverifiable", "invalid", "checking", "stale"] as const) {
      const shown = stateOf({ state }, summary).state;
      assert.deepEqual(shown.sections, [], state);
      assert.ok(
        shown.steps.every((step) => step.tone !== "green" && step.facts.length === 0),
        state,
      );
      assert.ok(
        shown.steps.flatMap((step) => step.claims).every(({ link }) => link === undefined),
        state,
      );
    }
  });

  it("has the reason at the step where the check failed", () => {
    const cases: readonly (readonly [ErrorCode, Verdict["state"], string, string])[] = [
      ["SIGNATURE_NOT_AUTHENTIC", "invalid", "red, Not valid", "neutral, Not verified"],
      ["STATEMENT_NOT_JSON", "invalid", "red, Not valid", "neutral, Not verified"],
      ["KEY_UNKNOWN", "unverifiable", "neutral, Can't be verified here", "neutral, Not verified"],
      ["CERTIFICATE_EXPIRED", "invalid", "neutral, Verifies", "red, Not valid"],
      ["CERTIFICATE_UNTRUSTED_ROOT", "unverifiable", "neutral, Verifies", "neutral, Can't be verified here"],
      ["SIGSTORE_LOG_ENTRY", "invalid", "neutral, Not verified", "red, Not valid"],
      ["TRUST_ROOT_MISSING", "unverifiable", "neutral, Not verified", "neutral, Can't be verified here"],
    ];
    for (const [code, state, signature, identity] of cases) {
      const [first, second, files, policy] = results({ state, ...reason(code) });
      assert.equal(first, `Signature: ${signature}`, code);
      assert.equal(second, `Identity: ${identity}`, code);
      assert.deepEqual([files, policy], ["Files: neutral, Not verified", "Policy: neutral, Not evaluated"], code);
    }
  });

  it("has the changed files first", () => {
    const comparison = {
      matches: false,
      changed: [
        { name: "a.bin", range: { start: 0, end: 1 } },
        { name: "a.bin", range: { start: 1, end: 2 } },
      ],
      missing: [{ name: "b", ignored: false }],
      added: [{ name: "c" }, { name: "d" }],
    };
    const counts = { ...COUNTS, changed: 1, missing: 1, added: 2 };
    const { state } = stateOf({ ...verified, state: "modified", comparison }, {}, counts);
    assert.equal(
      state.headline.sentence,
      "llama doesn't match its signature: 1 changed, 1 missing, 2 added (signed by key prod.pub).",
    );
    assert.deepEqual(results({ ...verified, state: "modified", comparison }).slice(2), [
      "Files: red, Changed",
      "Policy: neutral, Not accepted",
    ]);
    assert.deepEqual(state.files?.filters[1], { filter: "differing", label: "Differing", count: 4 });
  });

  it("says of a missing file what is there instead", () => {
    const sentence = (entry: Partial<FileEntry>) =>
      rowOf({ name: "a.bin", state: "missing", ...entry }, { summary: SUMMARY }, LOCALIZER).sentence;
    assert.equal(sentence({ ignored: false }), "Signed, but missing.");
    assert.equal(
      sentence({ ignored: false, note: "partial-download" }),
      "Signed, but missing: an unfinished download.",
    );
  });

  it("has an unaccepted signer, an exception, and an accepting policy with its line", () => {
    assert.equal(results({ ...verified, state: "untrusted" })[3], "Policy: amber, Not accepted");
    assert.deepEqual(buttons(stateOf({ ...verified, state: "untrusted" }).state), [
      ...["Trust Signer… (primary)", "Verify", "Copy Report", "Reopen as Text"],
    ]);
    assert.deepEqual(buttons(stateOf(verified).state), ["Verify Again", "Copy Report", "Reopen as Text"]);
    const reasons = [{ code: "CERTIFICATE_NO_ROOTS", message: "", details: {} }] as const;
    const missing = { state: "unverifiable", reasons } as const;
    assert.equal(buttons(stateOf(missing).state)[0], "Trust Root Certificate… (primary)");
    const place = { file: join("/", "w", "model-policy.yaml"), line: 3, column: 5 };
    const decision: Decision = {
      outcome: "accepted",
      path: "models/llama",
      reasons: [],
      policies: [
        {
          policy: { name: "team", ...place },
          source: "workspace",
          mode: "enforce",
          satisfied: true,
          by: "signer",
          counts: true,
          authorities: [{ authority: { name: "release", ...place, line: 9 }, accepted: true, message: "" }],
          untold: 0,
          reasons: [],
          warnings: [],
        },
      ],
    };
    const { state, links } = stateOf({ ...verified, decision });
    const [policy, authority] = state.steps[3]?.facts ?? [];
    assert.equal(state.steps[3]?.line, "Accepted by team › release.");
    assert.deepEqual(links.get(policy?.link?.id ?? -1), { kind: "file", location: place });
    assert.deepEqual(links.get(authority?.link?.id ?? -1), { kind: "file", location: { ...place, line: 9 } });
    const exception = { ...verified, state: "untrusted", decision: { ...decision, outcome: "exception" } } as const;
    assert.equal(results(exception)[3], "Policy: amber, Exception");
    assert.equal(stateOf(exception).state.headline.tone, "amber");
  });

  it("has the trust root that was used, and since when its metadata is expired", () => {
    const factOf = (signer: typeof CI) =>
      stateOf({ ...verified, signer }).state.steps.flatMap(({ facts }) =>
        facts.filter(({ label }) => label === "Verified against"),
      )[0]?.value;
    assert.match(factOf(CI) ?? "", /^the trust root of public, current on November 1, 2026/);
    const expired = { ...CI, trustRoot: { ...CI.trustRoot, expiredSince: "2026-11-08T14:02:03.000Z" } };
    assert.match(factOf(expired) ?? "", /refreshed on November 1, 2026.*; its metadata expired on November 8, 2026/);
  });

  it("has for a workflow where and when it ran, with https links only", () => {
    const { state, links } = stateOf({ ...verified, signer: CI });
    assert.equal(
      state.headline.sentence,
      "This is what the workflow release.yml of github.com/acme/models at v1.2 signed on November 21, 2026, unchanged.",
    );
    const opened = (sectionOf(state, "Where it was built")?.facts ?? []).map(({ label, link }) => {
      const target = links.get(link?.id ?? -1);
      return [label, target?.kind === "web" ? target.url : undefined];
    });
    assert.deepEqual(opened, [
      ["Repository", "https://github.com/acme/models"],
      ["Branch or tag", "https://github.com/acme/models/tree/v1.2"],
      ["Commit", "https://github.com/acme/models/commit/3f1c9a52c7d04be1a8e65f0d9b7c2e4410aa57d3"],
      [
        "Workflow",
        "https://github.com/acme/models/blob/3f1c9a52c7d04be1a8e65f0d9b7c2e4410aa57d3/.github/workflows/release.yml",
      ],
      ["Run", undefined],
    ]);
    const items = sectionOf(state, "When it was signed")?.timeline ?? [];
    assert.deepEqual(
      items.map(({ label, from, to }) => [label, from < to ? "span" : "point"]),
      [
        ["Certificate valid", "span"],
        ["Recorded in the log", "point"],
        ["Timestamp", "point"],
      ],
    );
    const [span, log, timestamp] = items;
    assert.ok(span && log && timestamp);
    assert.ok(span.from < timestamp.from && timestamp.from < log.from && log.from < span.to);
  });

  it("has no GitHub workflow and no link to one if another identity provider claims it", () => {
    const extensions = { ...CI.extensions, githubWorkflowRepository: "acme/models" };
    const { state, links } = stateOf({ ...verified, signer: { ...CI, issuer: "https://evil.example", extensions } });
    assert.equal(state.headline.sentence, `This is what ${CI.identity} signed on November 21, 2026, unchanged.`);
    assert.equal(
      sectionOf(state, "Where it was built")?.sentences[0]?.text,
      "According to https://evil.example, this was built from the following.",
    );
    const opened = (sectionOf(state, "Where it was built")?.facts ?? []).map(({ label, value, link }) => {
      const target = links.get(link?.id ?? -1);
      return [label, value, target?.kind === "web" ? target.url : undefined];
    });
    assert.deepEqual(opened, [
      ["Repository", "github.com/acme/models", "https://github.com/acme/models"],
      ["Branch or tag", "refs/tags/v1.2", undefined],
      ["Commit", "3f1c9a52c7d0", undefined],
      ["Workflow", CI.identity.replace("https://", ""), undefined],
      ["Run", "javascript:alert(1)", undefined],
    ]);
    const older = { githubWorkflowRepository: "acme/models" };
    const none = stateOf({ ...verified, signer: { ...CI, issuer: "https://evil.example", extensions: older } });
    assert.equal(sectionOf(none.state, "Where it was built"), undefined);
  });

  it("has nothing of the verdict for a file that is not the one that was checked", () => {
    const { state } = stateOf({ ...verified, rootDigest: "cd".repeat(32) });
    assert.equal(state.headline.sentence, "The signature of llama changed since it was verified.");
    assert.ok(state.steps.every(({ tone }) => tone === "neutral"));
  });

  it("has a running check, and the reason why a verdict is outdated", () => {
    const running = { state: "checking", rootDigest: ROOT } as const;
    assert.ok(stateOf(running).state.steps.every(({ tone }) => tone === "running"));
    assert.deepEqual(buttons(stateOf(running).state), ["Reopen as Text"]);
    const stale = (staleBecause: Verdict["staleBecause"]) =>
      stateOf({ ...verified, state: "stale", ...(staleBecause && { staleBecause }) }).state;
    assert.match(stale("files").headline.sentence, /^Files of llama changed/);
    assert.match(stale("policy").headline.sentence, /^Policies that cover llama changed/);
    assert.match(stale("trust").headline.sentence, /^Your trusted signers changed/);
    assert.match(stale("restart").headline.sentence, /earlier window/);
    assert.ok(stale("files").steps.every(({ tone }) => tone === "neutral"));
  });

  it("has the download record of a signed model, apart from the verdict", () => {
    const files = { match: ["a", "b"], changed: [], missing: [], extra: [], unrecorded: ["model.sig"] };
    const claim = { file: "README.md", field: "base_model", kind: "base-model", value: "acme/base" } as const;
    const download: OriginReport = {
      origin: { source: "huggingface", repository: "acme/llama", revision: "ab".repeat(20), basis: "record", files },
      pointers: [],
      claims: [claim],
    };
    const { state } = viewerState({ ...subject(verified), download }, { counts: COUNTS, generation: 1 }, LOCALIZER);
    assert.deepEqual(v.parse(ViewerState, JSON.parse(JSON.stringify(state))), state);
    assert.deepEqual(state.headline, stateOf(verified).state.headline);
    assert.deepEqual(state.files, stateOf(verified).state.files);
    assert.deepEqual(
      sectionOf(state, "Download record")?.sentences.map(({ text }) => text),
      [
        "2 of 3 files match the download record of huggingface.co/acme/llama at abababa. The record is on this machine and is not signed.",
        "model.sig has no download record.",
      ],
    );
    assert.deepEqual(sectionOf(state, "Download record")?.claims, [
      { label: "Based on", value: "acme/base (README.md: base_model)" },
    ]);
    assert.deepEqual(
      sectionOf(state, "Download record")?.buttons?.map(({ text }) => text),
      ["Check Against Download Record", "Show Download Record"],
    );
    const nothing = { ...subject(verified), download: { pointers: [], claims: [] } };
    assert.equal(viewerState(nothing, { counts: COUNTS, generation: 1 }, LOCALIZER).state.sections.length, 0);
  });

  it("has what is wrong with a damaged file, with and without a model", () => {
    const problem = { code: "BUNDLE_NOT_JSON", message: "model.sig is not JSON." } as const;
    const damaged: SignatureSummary = { bytes: 12, claims: [], problem, text: "file" };
    const none: StateCounts = { ...COUNTS, same: 0, excluded: 0 };
    const alone = viewerState({ path: SIGNATURE, summary: damaged }, { counts: none, generation: 1 }, LOCALIZER).state;
    assert.deepEqual(alone.headline.notes, ["model.sig is not JSON."]);
    assert.equal(alone.headline.tone, "amber");
    assert.equal(alone.files, undefined);
    assert.equal(alone.generation, 1, "its text is read again when it changes");
    assert.equal(alone.steps[0]?.line, "model.sig is not JSON.");
    const withModel = { ...subject({ state: "invalid", ...reason("BUNDLE_NOT_JSON") }), summary: damaged };
    const known = viewerState(withModel, { counts: none, generation: 1 }, LOCALIZER).state;
    assert.equal(known.headline.tone, "red");
  });

  it("has untrusted text with direction and invisible characters replaced", () => {
    const label = "\u202egpj.pub\u200b\n";
    const { state } = stateOf({ ...verified, signer: { ...KEY, label } }, { claimedSigner: label });
    assert.doesNotMatch(JSON.stringify(state), /[\u202e\u200b]|\\n/);
  });
});
