import assert from "node:assert/strict";
import { join } from "node:path";
import * as v from "valibot";
import type { Origin, OriginFiles, OriginReport } from "../../../../src/core/origin/origin.ts";
import { ENGLISH, localizer } from "../../../../src/core/presentation/localizer.ts";
import type { Verdict } from "../../../../src/core/verdict.ts";
import { FILE_STATES } from "../../../../src/engine/signature-view/file-states.ts";
import type { StateCounts } from "../../../../src/engine/signature-view/requests.ts";
import { FileRow, ViewerState } from "../../../../src/ui/viewer/messages.ts";
import { findingsOf, rowOf } from "../../../../src/ui/viewer/presentation/files.ts";
import type { DownloadSubject } from "../../../../src/ui/viewer/presentation/subject.ts";
import { viewerState } from "../../../../src/ui/viewer/presentation/viewer-state.ts";

const MODEL = join("/", "w", "models", "tiny");
const REVISION = "abc1234".padEnd(40, "0");
const LOCALIZER = localizer(ENGLISH.t, "en", "UTC");
const NOTHING: OriginFiles = { match: [], changed: [], missing: [], extra: [], unrecorded: [] };

const origin = (files: Partial<OriginFiles>, more: Partial<Origin> = {}): Origin => ({
  source: "huggingface",
  repository: "acme/tiny",
  revision: REVISION,
  purl: `pkg:huggingface/acme/tiny@${REVISION}`,
  basis: "record",
  files: { ...NOTHING, ...files },
  ...more,
});

const model = (verdict: Partial<Verdict> = {}) => ({
  path: MODEL,
  kind: "directory" as const,
  verdict: { state: "unsigned" as const, model: MODEL, reasons: [], ...verdict },
});

/** The page, with its files counted as the engine does. */
function page(subject: Partial<DownloadSubject>) {
  const full = { path: MODEL, model: model(), isTrusted: true, ...subject };
  const { files } = findingsOf(full);
  const counts = Object.fromEntries(
    FILE_STATES.map((state) => [state, files.filter((file) => file.state === state).length]),
  );
  const made = viewerState(full, { counts: counts as StateCounts, generation: 3 }, LOCALIZER);
  assert.deepEqual(v.parse(ViewerState, JSON.parse(JSON.stringify(made.state))), made.state);
  return made;
}

const of = (report: Partial<OriginReport>) => page({ download: { pointers: [], claims: [], ...report } });
const buttons = ({ state }: ReturnType<typeof page>) => state.buttons.map(({ text }) => text);

describe("the page of a model's download record", () => {
  it("says that the model is not signed, and what the record is", () => {
    const { state, links } = of({ origin: origin({ match: ["a", "b"] }) });
    assert.deepEqual(
      [state.headline.label, state.headline.tone, state.headline.sentence],
      ["Not signed", "neutral", "tiny is not signed."],
    );
    assert.deepEqual(state.steps, []);
    assert.deepEqual(state.sections[0]?.sentences, [
      {
        text: "All 2 files match the download record of huggingface.co/acme/tiny at abc1234. The record is on this machine and is not signed.",
        caution: false,
      },
    ]);
    assert.deepEqual(
      state.sections[0]?.facts?.map(({ label, value }) => `${label}: ${value}`),
      [
        "Downloaded with: Hugging Face",
        "Repository: huggingface.co/acme/tiny",
        `Revision: ${REVISION}`,
        `Package URL: pkg:huggingface/acme/tiny@${REVISION}`,
        "Files: 2 match",
        "Basis: A download record on this machine, which is not signed",
      ],
    );
    const targets = state.sections[0]?.facts?.flatMap(({ link }) => (link === undefined ? [] : [links.get(link.id)]));
    assert.deepEqual(targets, [
      { kind: "web", url: "https://huggingface.co/acme/tiny" },
      { kind: "web", url: `https://huggingface.co/acme/tiny/tree/${REVISION}` },
    ]);
  });

  it("counts files by their states, lists what differs first, and shows nothing in green or red", () => {
    const files = { changed: ["f"], extra: ["x"], missing: ["m"], match: ["s"], unchecked: ["u"], unrecorded: ["n"] };
    const report = { origin: origin(files), pointers: [], claims: [] };
    const { state } = page({ download: report });
    assert.deepEqual(
      state.files?.filters.map(({ label, count }) => `${label} ${count}`),
      ["All 6", "Changed 1", "Missing 1", "Not in the record 1", "Match the record 1", "Not compared 1"].concat(
        "Without a record 1",
      ),
    );
    assert.equal(
      state.sections[0]?.facts?.find(({ label }) => label === "Files")?.value,
      "1 changed, 1 not in the record, 1 missing, 1 match, 1 not compared, 1 without a record",
    );
    assert.deepEqual(
      state.sections[0]?.sentences.filter(({ caution }) => caution).map(({ text }) => text),
      ["f differs from its download record: changed or damaged.", "x is not in the download record."],
    );
    const rows = findingsOf({ path: MODEL, model: model(), download: report, isTrusted: true }).files.map(
      ({ name, state: of }) => v.parse(FileRow, rowOf({ name, state: of, changes: [] }, {}, LOCALIZER)),
    );
    assert.deepEqual(
      rows.map(({ name, word, tone }) => `${name}: ${word}, ${tone}`),
      [
        ...["f: changed, amber", "m: missing, neutral", "x: not recorded, amber"],
        ...["s: matches, neutral", "u: not compared, neutral", "n: no record, neutral"],
      ],
    );
    assert.doesNotMatch(JSON.stringify([state, rows]), /"(?:tone|status)":"(?:green|red|passed|failed)"|erified"/);
  });

  it("keeps claims apart from the record, and makes none of a claim", () => {
    const claims = [
      { file: "README.md", field: "base_model", kind: "base-model", value: "acme/base", revision: "v1" },
      { file: "a.gguf", field: "general.repo_url", kind: "source", value: "https://huggingface.co/acme/tiny" },
    ] as const;
    const { state } = of({ origin: origin({ unrecorded: ["a.gguf"] }, { basis: "claim" }), claims });
    assert.deepEqual(state.sections[0]?.sentences, [{ text: "No download record was found.", caution: false }]);
    assert.deepEqual(state.sections[0]?.facts, []);
    assert.deepEqual(
      state.sections[0]?.claims?.map(({ label, value }) => `${label}: ${value}`),
      [
        "Based on: acme/base at v1 (README.md: base_model)",
        "Source: https://huggingface.co/acme/tiny (a.gguf: general.repo_url)",
      ],
    );
    assert.equal(state.files, undefined);
    assert.deepEqual(buttons({ state, links: page({}).links }), ["Sign Model…", "Pin These Bytes…"]);
    const many = Array.from({ length: 150 }, (_, index) => ({ ...claims[0], value: `acme/${index}` }));
    assert.deepEqual(of({ claims: many }).state.sections[0]?.claims?.at(-1), {
      label: "More",
      value: "50 more claims",
    });
  });

  it("links no other host than the Hub, whatever a record names", () => {
    const names = [
      "github.com/acme/tiny",
      "evil.example/x/y",
      "huggingface.co.evil.example/x/y",
      "a/b",
      "@evil.example/b",
    ];
    const linked = [...names, "acme/../../x?y#z", "//evil.example", "acme/tiny"].flatMap((repository) =>
      (["git-lfs", "huggingface", "ollama"] as const).flatMap((source) => {
        const { state, links } = of({ origin: origin({ match: ["a"] }, { source, repository }) });
        return state.sections[0]?.facts?.flatMap(({ link }) => (link === undefined ? [] : [links.get(link.id)])) ?? [];
      }),
    );
    assert.ok(linked.length > 4);
    for (const target of linked) {
      assert.ok(target?.kind === "web");
      assert.equal(new URL(target.url).host, "huggingface.co");
    }
  });

  it("offers what can be done here: less in Restricted Mode, for a pinned and for a signed model", () => {
    const report = { origin: origin({ unchecked: ["a"] }), pointers: [], claims: [] };
    const check = "Check Against Download Record";
    assert.deepEqual(buttons(page({ download: report })), [check, "Sign Model…", "Pin These Bytes…"]);
    assert.deepEqual(buttons(page({ download: report, isTrusted: false })), [check]);
    const policy = { name: "team", file: join("/", "w", "model-policy.yaml"), line: 1, column: 1 };
    const pin = { policy, authority: policy, sha256: "ab".repeat(32) } as unknown as Verdict["pin"];
    const pinned = page({ download: report, model: model({ state: "pinned", ...(pin && { pin }) }) });
    assert.deepEqual(buttons(pinned), [check, "Sign Model…"]);
    assert.equal(pinned.state.headline.tone, "blue");
    const signed = page({
      download: report,
      model: model({ state: "unchecked", signature: join(MODEL, "model.sig") }),
    });
    assert.deepEqual(buttons(signed), [check, "Show Signature"]);
  });

  it("waits for what is not read yet, and says why it cannot be read", () => {
    assert.deepEqual(page({}).state.sections[0]?.sentences, [{ text: "Reading the download record…", caution: false }]);
    const failed = page({ problem: "tiny cannot be read." });
    assert.deepEqual(failed.state.headline.notes, ["tiny cannot be read."]);
    assert.deepEqual(failed.state.sections, []);
    const gone = viewerState({ path: MODEL, isTrusted: true }, { counts: NO_FILES, generation: 1 }, LOCALIZER).state;
    assert.equal(gone.headline.sentence, "tiny is not among the models of this window.");
    assert.deepEqual([gone.buttons, gone.sections, gone.files], [[], [], undefined]);
  });

  it("shows names and claims of others as the text that they are", () => {
    const name = "\u202egpj.bin\u200b\n";
    const claim = { file: name, field: name, kind: "author", value: `<b>${name}` } as const;
    const report = { origin: origin({ changed: [name] }, { repository: name }), pointers: [], claims: [claim] };
    const { state } = page({ download: report });
    const row = rowOf({ name, state: "changed", changes: [] }, {}, LOCALIZER);
    assert.doesNotMatch(JSON.stringify([state, row]), /[\u202e\u200b]|\\n/);
  });
});

const NO_FILES = Object.fromEntries(FILE_STATES.map((state) => [state, 0])) as StateCounts;
