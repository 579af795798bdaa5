import assert from "node:assert/strict";
import type { Origin, OriginFiles, OriginReport } from "../../../../src/core/origin/origin.ts";
import { ENGLISH } from "../../../../src/core/presentation/localizer.ts";
import { differencesFromRecord, originPlace, originSentences } from "../../../../src/core/presentation/origin-text.ts";

const NOTHING: OriginFiles = { match: [], changed: [], missing: [], extra: [], unrecorded: [] };
const REVISION = "abc1234".padEnd(40, "0");
const origin = (files: Partial<OriginFiles>, more: Partial<Origin> = {}): Origin => ({
  source: "huggingface",
  repository: "ORG/NAME",
  revision: REVISION,
  basis: "record",
  files: { ...NOTHING, ...files },
  ...more,
});
const sentences = (report: Partial<OriginReport>) =>
  originSentences({ pointers: [], claims: [], ...report }, ENGLISH.t).map(
    ({ text, caution }) => `${caution ? "! " : ""}${text}`,
  );

describe("the texts of an origin", () => {
  it("name the place", () => {
    assert.equal(originPlace(origin({}), ENGLISH.t), "huggingface.co/ORG/NAME at abc1234");
    assert.equal(originPlace({ source: "huggingface", revision: REVISION }, ENGLISH.t), "huggingface.co at abc1234");
    assert.equal(originPlace({ source: "git-lfs", revision: REVISION }, ENGLISH.t), "git at abc1234");
    const lfs = { source: "git-lfs", revision: REVISION } as const;
    assert.equal(originPlace({ ...lfs, repository: "ORG/NAME" }, ENGLISH.t), "huggingface.co/ORG/NAME at abc1234");
    assert.equal(originPlace({ ...lfs, repository: "github.com/a/b" }, ENGLISH.t), "github.com/a/b at abc1234");
    assert.equal(
      originPlace({ source: "ollama", repository: "library/a", revision: "1b" }, ENGLISH.t),
      "Ollama library/a:1b",
    );
  });

  it("say that all files match, and what that means", () => {
    assert.deepEqual(sentences({ origin: origin({ match: ["a", "b"] }) }), [
      "All 2 files match the download record of huggingface.co/ORG/NAME at abc1234. The record is on this machine and is not signed.",
    ]);
  });

  it("begin with what differs", () => {
    assert.deepEqual(
      sentences({ origin: origin({ match: ["a"], changed: ["b"], extra: ["c", "d"], missing: ["e"] }) }),
      [
        "! b differs from its download record: changed or damaged.",
        "! c, d are not in the download record.",
        "1 of 4 files match the download record of huggingface.co/ORG/NAME at abc1234. The record is on this machine and is not signed.",
        "e is missing: not downloaded, or removed since.",
      ],
    );
    assert.equal(
      differencesFromRecord(origin({ changed: ["b"], extra: ["c"] }), ENGLISH.t),
      "1 changed since download, 1 not in the download record",
    );
  });

  it("never claim that bytes match if they were not compared", () => {
    assert.deepEqual(sentences({ origin: origin({ unchecked: ["a"] }) }), [
      "Names and sizes match the download record of huggingface.co/ORG/NAME at abc1234; the bytes were not compared. The record is on this machine and is not signed.",
    ]);
    const some = sentences({ origin: origin({ unchecked: ["a"], changed: ["b"] }) });
    assert.match(some[1] ?? "", /^The bytes of the other files were not compared/);
    assert.deepEqual(sentences({ origin: origin({ unrecorded: ["a"] }) }), [
      "Downloaded as huggingface.co/ORG/NAME at abc1234; the record has no digests of these files.",
    ]);
  });

  it("list once what was never fetched", () => {
    const pointers = [{ name: "a", size: 4_300_000_000 }];
    assert.deepEqual(sentences({ origin: origin({ missing: ["a"] }), pointers }).slice(1), [
      "a is not downloaded: a Git LFS pointer to 4.3 GB.",
    ]);
    assert.deepEqual(sentences({ pointers }), ["a is not downloaded: a Git LFS pointer to 4.3 GB."]);
  });

  it("name the first of many Git LFS pointers, and the size of all", () => {
    const pointers = ["a", "b", "c", "d", "e"].map((name) => ({ name, size: 1_000_000_000 }));
    assert.deepEqual(sentences({ pointers }), ["a, b, c and 2 more are not downloaded: Git LFS pointers to 5.0 GB."]);
  });

  it("never present a claim as a record", () => {
    assert.deepEqual(sentences({ origin: origin({ unrecorded: ["a"] }, { basis: "claim" }) }), []);
  });
});
