import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigurationTarget, commands, TabInputTextDiff, Uri, window, workspace } from "vscode";
import type { Api } from "../../src/api.ts";
import { HashPool } from "../../src/core/hashing/hash-pool.ts";
import { COMMANDS, COMPARISON_SCHEME, SETTINGS } from "../../src/platform/ids.ts";
import { comparisonText, FILES_LISTED } from "../../src/ui/compare/comparison-text.ts";
import { damageSignature, pemEntry, signWith } from "../support/editor-workspace.ts";
import { extensionApi, until, Watched } from "../support/extension-api.ts";
import { makeKeys } from "../support/keys.ts";

const pool = new HashPool({ workers: 0 });
const keys = makeKeys();
const WEIGHTS = "a0d2f0b5d0f1";

describe("comparing a model with its signature", () => {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const outside = join(tmpdir(), `model-provenance-compare-${process.pid}`);
  const model = join(folder, "compared");
  let api: Api;
  let watched: Watched;

  before(async () => {
    api = await extensionApi();
    mkdirSync(outside, { recursive: true });
    writeFileSync(join(outside, "release.pub"), keys.publicPem);
    await set([join(outside, "release.pub")]);
  });

  after(async () => {
    await set([]);
    rmSync(outside, { recursive: true, force: true });
  });

  beforeEach(async () => {
    mkdirSync(model, { recursive: true });
    for (const name of ["config.json", "gone.txt", "model.safetensors"]) writeFileSync(join(model, name), WEIGHTS);
    await signWith(model, keys.privatePem, pool);
    watched = new Watched(api, model);
    await until("the model is found", () => watched.verdict !== undefined);
    await commands.executeCommand(COMMANDS.verifyModel, Uri.file(model));
    await watched.reaches("verified");
  });

  afterEach(async () => {
    watched.dispose();
    await commands.executeCommand("workbench.action.closeAllEditors");
    rmSync(model, { recursive: true, force: true });
    await until("the model is forgotten", () => watched.verdict === undefined);
  });

  it("shows each file that differs, as signed and as it is: digest, size, time", async () => {
    appendFileSync(join(model, "model.safetensors"), "!");
    unlinkSync(join(model, "gone.txt"));
    writeFileSync(join(model, "extra.bin"), "added");
    await watched.reaches("modified");
    await until("all of it is known", () => watched.verdict?.comparison?.added.length === 1);
    await commands.executeCommand(COMMANDS.compare, Uri.file(model));
    const { left, right } = await comparison("compared: as signed ↔ on disk");
    const { comparison: found } = await watched.reaches("modified");
    const [changed] = found?.changed ?? [];
    assert.ok(changed?.expected !== undefined && changed.found !== undefined);
    assert.match(left[0] ?? "", /^compared, as key release\.pub signed it$/);
    assert.equal(right[0], "compared, as it is on disk");
    assert.match(left[3] ?? "", /^(partly from earlier checks|every byte read), /);
    assert.deepEqual(left.splice(3, 1), right.splice(3, 1));
    const counts = ["1 changed, 1 missing, 1 added", "1 of 3 signed files unchanged, not listed", ""];
    assert.deepEqual(left.slice(1), [
      ...counts,
      ...["Changed (1)", "  model.safetensors", `    sha256  ${changed.expected}`],
      ...["    size    not recorded", "    written not recorded", ""],
      ...["Missing (1)", "  gone.txt", `    sha256  ${changed.expected}`, "    size    not recorded", ""],
      "Added (1)",
    ]);
    const [written] = right.splice(8, 1);
    assert.match(written ?? "", /^ {4}written \d/);
    assert.deepEqual(right.slice(1, -1), [
      ...counts,
      ...["Changed (1)", "  model.safetensors", `    sha256  ${changed.found}`, "    size    13 B", ""],
      ...["Missing (1)", "", "Added (1)", "  extra.bin", "    size    5 B"],
    ]);
    assert.equal(statSync(join(model, "extra.bin")).size, 5);
    assert.equal(right.join().includes("config.json"), false);
  });

  it("shows what signing again would change, digests of new files among it, and signs nothing", async () => {
    writeFileSync(join(model, "extra.bin"), WEIGHTS);
    unlinkSync(join(model, "gone.txt"));
    await watched.reaches("modified");
    const before = statSync(join(model, "model.sig"), { bigint: true }).mtimeNs;
    await commands.executeCommand(COMMANDS.previewResigning, Uri.file(model));
    const { left, right } = await comparison("compared: as signed ↔ signed again");
    assert.match(right[0] ?? "", /^compared, as signing it now would$/);
    assert.ok(left.includes("1 no longer signed, 1 newly signed"));
    const digest = left[left.indexOf("  gone.txt") + 1];
    assert.match(digest ?? "", /^ {4}sha256 {2}[0-9a-f]{64}$/);
    assert.equal(right[right.indexOf("  extra.bin") + 1], digest);
    assert.equal(statSync(join(model, "model.sig"), { bigint: true }).mtimeNs, before);
  });

  it("opens nothing where nothing differs, nothing is signed, or nothing authentic says what was signed", async () => {
    await commands.executeCommand(COMMANDS.compare, Uri.file(model));
    await commands.executeCommand(COMMANDS.previewResigning, Uri.file(model));
    damageSignature(join(model, "model.sig"));
    await watched.reaches("invalid");
    await commands.executeCommand(COMMANDS.compare, Uri.file(model));
    unlinkSync(join(model, "model.sig"));
    await watched.reaches("unsigned");
    await commands.executeCommand(COMMANDS.previewResigning, Uri.file(model));
    assert.deepEqual(comparisons(), []);
  });

  it("lists the first of very many files, as many lines on both sides, and says how many there are", () => {
    const names = Array.from({ length: 100_000 }, (_, index) => `shard-${index}.bin`);
    const changed = names.map((name) => ({
      name,
      signed: { parts: [{ digest: "aa" }] },
      found: { parts: [{ digest: "bb" }] },
    }));
    const { left, right } = comparisonText({
      head: { left: ["left"], right: ["right"] },
      differences: { changed, missing: [], added: [{ name: "last\u202e.bin", found: { parts: [] } }] },
      titles: { changed: "Changed", missing: "Missing", added: "Added" },
      algorithm: "sha256",
      disk: new Map(),
    });
    const [before] = [left, right].map((side) => side.split("\n").indexOf("Added (1)"));
    assert.equal(right.split("\n").indexOf("Added (1)"), before);
    assert.ok(left.split("\n").length < FILES_LISTED * 5);
    assert.match(
      right,
      /Changed \(100000\).+… and 99700 more: Copy Report as JSON.+Added \(1\)\n {2}last\ufffd\.bin\n/s,
    );
    assert.equal(right.includes("\u202e"), false);
  });
});

function comparisons(): TabInputTextDiff[] {
  const inputs = window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ input }) => input));
  return inputs.filter(
    (input) => input instanceof TabInputTextDiff && input.original.scheme === COMPARISON_SCHEME,
  ) as TabInputTextDiff[];
}

async function comparison(title: string): Promise<{ left: string[]; right: string[] }> {
  await until("the comparison is open", () => window.tabGroups.activeTabGroup.activeTab?.label === title);
  const [input, ...others] = comparisons();
  assert.deepEqual(others, []);
  assert.ok(input);
  const lines = async (uri: Uri) => (await workspace.openTextDocument(uri)).getText().split("\n");
  return { left: await lines(input.original), right: await lines(input.modified) };
}

async function set(files: readonly string[]): Promise<void> {
  await workspace.getConfiguration().update(SETTINGS.trustedKeys, files.map(pemEntry), ConfigurationTarget.Global);
}
