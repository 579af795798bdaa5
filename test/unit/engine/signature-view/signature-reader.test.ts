import assert from "node:assert/strict";
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "../../../../src/core/operations/inspect.ts";
import type { FileFilter, FileState } from "../../../../src/engine/signature-view/file-states.ts";
import type { Findings } from "../../../../src/engine/signature-view/requests.ts";
import { SignatureReader } from "../../../../src/engine/signature-view/signature-reader.ts";
import {
  bundleText,
  fileResources,
  type JsonObject,
  makeStatement,
  shardResources,
  signBundle,
} from "../../../support/bundles.ts";
import { makeCertificate } from "../../../support/certificates.ts";
import { makeKeys } from "../../../support/keys.ts";
import { useTemporaryFolder, writeTree } from "../../../support/temporary-folder.ts";

const FILES = { "a.txt": "a", "b/c.bin": "bytes", "d.json": "{}" };
const NOTHING: Findings = { compared: false, files: [] };
const keys = makeKeys();

describe("a signature file, opened for the viewer", () => {
  const folder = useTemporaryFolder();

  function put(statement: JsonObject | string): string {
    const path = join(folder(), "model.sig");
    writeFileSync(path, bundleText(signBundle(statement, { keys })));
    return path;
  }

  async function opened(findings: Findings, statement = makeStatement(fileResources(FILES))): Promise<SignatureReader> {
    const reader = new SignatureReader();
    await reader.open({ path: put(statement) });
    reader.add(findings.files);
    reader.compare(findings);
    return reader;
  }

  function rows(reader: SignatureReader, filter: FileFilter = "all", search = ""): (readonly [string, FileState])[] {
    return reader.page({ filter, search, offset: 0, count: 100 }).entries.map(({ name, state }) => [name, state]);
  }

  it("has the same content as `inspect`", async () => {
    const path = put(makeStatement(fileResources(FILES), { name: "m" }));
    const summary = await new SignatureReader().open({ path });
    const inspection = await inspect(path);
    assert.equal(summary.claimedSigner, inspection.claimedSigner);
    assert.deepEqual(summary.claims, inspection.claims);
    assert.equal(summary.statement?.rootDigest, inspection.rootDigest);
    assert.equal(summary.statement?.subject, "m");
    assert.equal(summary.statement?.files, 3);
    assert.equal(summary.problem, undefined);
    assert.equal(summary.bytes, readFileSync(path).length);
  });

  it("shows one bundle of a file with one a line: the wanted one, else one about the model, else the first", async () => {
    const path = join(folder(), "claims.jsonl");
    const bundle = (name: string) =>
      JSON.stringify(signBundle(makeStatement(fileResources({ [name]: "x" }), { name }), { keys }));
    writeFileSync(path, `${["a", "b", "llama"].map(bundle).join("\n\n")}\n{}\n`);
    const reader = new SignatureReader();
    const shown = async (choice: { line?: number; model?: string }) => {
      const { line, statement, problem } = await reader.open({ path, ...choice });
      return [line, statement?.subject, problem?.code];
    };
    assert.deepEqual(await shown({}), [1, "a", undefined]);
    assert.deepEqual(await shown({ line: 3 }), [3, "b", undefined]);
    assert.deepEqual(await shown({ model: join(folder(), "llama") }), [5, "llama", undefined]);
    assert.deepEqual(await shown({ model: join(folder(), "elsewhere") }), [1, "a", undefined]);
    assert.deepEqual(await shown({ line: 6 }), [6, undefined, "BUNDLE_MALFORMED"]);
    // The file was changed since: there is no such line.
    assert.deepEqual(await shown({ line: 99, model: join(folder(), "llama") }), [5, "llama", undefined]);
    assert.deepEqual(
      rows(reader).map(([name]) => name),
      ["llama"],
    );
  });

  it("shows the claims of a certificate whose times cannot be read", async () => {
    const certificate = makeCertificate({ subject: "Alice", notBefore: "991301000000Z" });
    const bundle = signBundle(makeStatement(fileResources(FILES)), { certificate });
    const path = join(folder(), "model.sig");
    writeFileSync(path, bundleText(bundle));
    const { claims, problem } = await new SignatureReader().open({ path });
    assert.equal(problem, undefined);
    assert.deepEqual(
      claims.find(({ name }) => name === "valid from"),
      { name: "valid from", value: "cannot be read" },
    );
  });

  it("lists what differs first, then what is signed, then what is excluded", async () => {
    const reader = await opened({
      compared: true,
      files: [
        { state: "changed", name: "d.json", changes: [{ name: "d.json", expected: "00", found: "01" }] },
        { state: "missing", name: "b/c.bin" },
        { state: "added", name: "new" },
        { state: "unsigned", name: "let" },
        { state: "excluded", name: "README.md", source: "signer" },
      ],
    });
    assert.deepEqual(rows(reader), [
      ["d.json", "changed"],
      ["b/c.bin", "missing"],
      ["new", "added"],
      ["a.txt", "same"],
      ["let", "unsigned"],
      ["README.md", "excluded"],
    ]);
    assert.deepEqual(rows(reader, "differing").length, 3);
    assert.deepEqual(rows(reader, "same"), [["a.txt", "same"]]);
  });

  it("calls a file unchanged only after it was compared", async () => {
    const reader = await opened(NOTHING);
    assert.deepEqual(reader.compare(NOTHING), {
      ...{ changed: 0, missing: 0, added: 0, same: 0, listed: 3, unsigned: 0, excluded: 0 },
    });
    assert.ok(rows(reader).every(([, state]) => state === "listed"));
  });

  it("searches names in any case, and prefixes of digests", async () => {
    const reader = await opened(NOTHING);
    assert.deepEqual(rows(reader, "all", "C.BIN"), [["b/c.bin", "listed"]]);
    const digest = reader.page({ filter: "all", search: "a.txt", offset: 0, count: 1 }).entries[0]?.digest ?? "";
    assert.deepEqual(rows(reader, "all", digest.slice(0, 16)), [["a.txt", "listed"]]);
    assert.deepEqual(rows(reader, "all", digest.slice(1, 17)), []);
    assert.deepEqual(rows(reader, "same", "a"), []);
  });

  it("returns the same pages for one search and for many", async () => {
    const names = Array.from({ length: 250 }, (_, index) => `part-${String(index).padStart(3, "0")}`);
    const reader = await opened(
      NOTHING,
      makeStatement(fileResources(Object.fromEntries(names.map((name) => [name, name])))),
    );
    for (const search of ["", "rt-1", "rt-2", "t-0", "part-24", "9", ""]) {
      const wanted = names.filter((name) => name.includes(search));
      const { total, entries } = reader.page({ filter: "all", search, offset: 20, count: 10 });
      assert.equal(total, wanted.length);
      assert.deepEqual(
        entries.map(({ name }) => name),
        wanted.slice(20, 30),
      );
    }
  });

  it("lists a file of several shards once, with its size and the shards that changed", async () => {
    const statement = makeStatement(shardResources({ "big.bin": "0123456789" }, 4), {
      serialization: { method: "shards", shard_size: 4 },
    });
    const changed = [
      { name: "big.bin", range: { start: 0, end: 4 }, expected: "00", found: "01" },
      { name: "big.bin", range: { start: 8, end: 10 }, expected: "02", found: "03" },
    ];
    const files = [{ name: "big.bin", state: "changed" as const, changes: changed }];
    const reader = await opened({ compared: true, files }, statement);
    const { entries } = reader.page({ filter: "all", search: "", offset: 0, count: 10 });
    assert.deepEqual(entries, [{ name: "big.bin", changes: changed, size: 10, shards: 3, state: "changed" }]);
  });

  it("has the sizes and times of the files on disk", async () => {
    const model = join(folder(), "model");
    mkdirSync(model);
    writeTree(model, { "a.txt": "four", "b/": "" });
    const reader = await opened({ ...NOTHING, model: { path: model, kind: "directory" } });
    const { entries } = reader.page({ filter: "all", search: "", offset: 0, count: 10 });
    assert.deepEqual(
      entries.map(({ size, modifiedAt }) => [size, modifiedAt]),
      [
        [4, statSync(join(model, "a.txt")).mtime.toISOString()],
        [undefined, undefined],
        [undefined, undefined],
      ],
    );
  });

  it("has the sizes of files that a Hugging Face cache keeps as links", async () => {
    if (process.platform === "win32") return;
    const repository = join(folder(), "models--acme--tiny");
    const snapshot = join(repository, "snapshots", "a1".repeat(20));
    writeTree(repository, { [`blobs/${"b2".repeat(20)}`]: "four" });
    mkdirSync(snapshot, { recursive: true });
    symlinkSync(join("..", "..", "blobs", "b2".repeat(20)), join(snapshot, "a.txt"));
    writeFileSync(join(folder(), "elsewhere"), "other");
    symlinkSync(join(folder(), "elsewhere"), join(snapshot, "d.json"));
    const reader = await opened({ ...NOTHING, model: { path: snapshot, kind: "directory" } });
    const { entries } = reader.page({ filter: "all", search: "", offset: 0, count: 10 });
    assert.deepEqual(
      entries.map(({ name, size }) => [name, size]),
      [
        ["a.txt", 4],
        ["b/c.bin", undefined],
        ["d.json", undefined],
      ],
    );
  });

  it("lists the files of a model without a signature as a download record has them", async () => {
    const reader = new SignatureReader();
    assert.deepEqual(await reader.open({ none: true }), { bytes: 0, claims: [], text: "none" });
    reader.add([
      { state: "excluded", name: "model.sig" },
      { state: "same", name: "b" },
      { state: "listed", name: "c" },
      { state: "added", name: "d" },
      { state: "missing", name: "e" },
      { state: "changed", name: "f" },
    ]);
    const counts = reader.compare({ compared: true });
    assert.deepEqual(counts, { changed: 1, missing: 1, added: 1, same: 1, listed: 1, unsigned: 0, excluded: 1 });
    assert.deepEqual(rows(reader), [
      ...([
        ["f", "changed"],
        ["e", "missing"],
        ["d", "added"],
        ["b", "same"],
        ["c", "listed"],
        ["model.sig", "excluded"],
      ] as const),
    ]);
    assert.deepEqual(rows(reader, "all", "SIG"), [["model.sig", "excluded"]]);
  });

  it("opens a damaged file, reports what is wrong, and shows as much as can be read", async () => {
    const whole = bundleText(signBundle(makeStatement(fileResources(FILES)), { keys }));
    const cases: readonly (readonly [string, string, "statement" | "file" | "none"])[] = [
      [whole.slice(0, 200), "BUNDLE_NOT_JSON", "file"],
      ["", "BUNDLE_NOT_JSON", "none"],
      ["c2lnbmF0dXJl", "BUNDLE_BARE_SIGNATURE", "file"],
      ['{"mediaType":"x"}', "BUNDLE_MEDIA_TYPE", "file"],
      ['{"some":"json"}', "BUNDLE_MALFORMED", "file"],
      [bundleText(signBundle("not json", { keys })), "STATEMENT_NOT_JSON", "statement"],
      [
        bundleText(signBundle(makeStatement([{ name: "../x", digest: "00", algorithm: "sha256" }]), { keys })),
        "RESOURCE_DIGEST",
        "statement",
      ],
    ];
    const path = join(folder(), "model.sig");
    for (const [text, code, shown] of cases) {
      writeFileSync(path, text);
      const reader = new SignatureReader();
      const summary = await reader.open({ path });
      assert.equal(summary.problem?.code, code);
      assert.equal(summary.text, shown);
      assert.equal(summary.statement, undefined);
      assert.deepEqual(rows(reader), []);
    }
    const gone = await new SignatureReader().open({ path: join(folder(), "gone.sig") });
    assert.equal(gone.problem?.code, "SIGNATURE_NOT_FOUND");
  });

  it("accepts the bytes of a file that is not on disk", async () => {
    const bytes = Uint8Array.from(readFileSync(put(makeStatement(fileResources(FILES)))));
    const summary = await new SignatureReader().open({ label: "old.sig", bytes });
    assert.equal(summary.statement?.files, 3);
  });

  it("has the statement as lines, in slices", async () => {
    const reader = await opened(NOTHING);
    const { total, lines } = reader.lines({ offset: 0, count: 3 });
    const rest = reader.lines({ offset: 3, count: 1000 }).lines;
    assert.equal(total, 3 + rest.length);
    assert.deepEqual(JSON.parse([...lines, ...rest].join("\n")), makeStatement(fileResources(FILES)));
  });

  it("replaces the former file when it is read again", async () => {
    const reader = await opened(NOTHING);
    reader.lines({ offset: 0, count: 1 });
    await reader.open({ path: put("broken") });
    assert.deepEqual(rows(reader), []);
    assert.deepEqual(reader.lines({ offset: 0, count: 10 }), { total: 1, lines: ["broken"] });
  });
});
