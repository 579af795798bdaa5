import assert from "node:assert/strict";
import { mkdirSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigurationTarget, commands, TabInputCustom, type TextDocument, Uri, window, workspace } from "vscode";
import type { Api } from "../../src/api.ts";
import { HashPool } from "../../src/core/hashing/hash-pool.ts";
import { COMMANDS, EDITORS, REPORT_SCHEME, SETTINGS } from "../../src/platform/ids.ts";
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
  const signature = join(model, "model.sig");
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

  it("opens the signature viewer if a file differs", async () => {
    writeFileSync(join(model, "extra.bin"), "added");
    await watched.reaches("modified");
    await commands.executeCommand(COMMANDS.compare, Uri.file(model));
    await until("the viewer is open", () => viewers().includes(signature));
  });

  it("previews a new signature with the digests that change, and signs nothing", async () => {
    writeFileSync(join(model, "model.safetensors"), `${WEIGHTS}!`);
    writeFileSync(join(model, "extra.bin"), WEIGHTS);
    unlinkSync(join(model, "gone.txt"));
    await watched.reaches("modified");
    const before = statSync(signature, { bigint: true }).mtimeNs;
    const earlier = previews().length;
    await commands.executeCommand(COMMANDS.previewResigning, Uri.file(model));
    await until("the preview is open", () => previews().length > earlier);
    const text = previews().at(-1)?.getText() ?? "";
    assert.match(
      text,
      /^### Preview of re-signing `compared`\n\nSigning again would replace the signature by `key release\.pub`/,
    );
    assert.match(text, /- Changed \(1\)\n {2}- `model\.safetensors`: expected `[0-9a-f]{64}`, found `[0-9a-f]{64}`\n/);
    assert.match(text, /- No longer signed \(1\)\n {2}- `gone\.txt`\n- Newly signed \(1\)\n {2}- `extra\.bin`\n/);
    assert.match(text, /- Files to sign: 3 files, 37 B\n/);
    assert.equal(statSync(signature, { bigint: true }).mtimeNs, before);
  });

  it("opens nothing if nothing differs, nothing is signed, or the signature is not authentic", async () => {
    const earlier = previews().length;
    await commands.executeCommand(COMMANDS.compare, Uri.file(model));
    await commands.executeCommand(COMMANDS.previewResigning, Uri.file(model));
    damageSignature(signature);
    await watched.reaches("invalid");
    await commands.executeCommand(COMMANDS.compare, Uri.file(model));
    unlinkSync(signature);
    await watched.reaches("unsigned");
    await commands.executeCommand(COMMANDS.previewResigning, Uri.file(model));
    assert.deepEqual([viewers(), previews().length], [[], earlier]);
  });
});

function viewers(): string[] {
  const inputs = window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ input }) => input));
  return inputs.flatMap((input) =>
    input instanceof TabInputCustom && input.viewType === EDITORS.signature ? [input.uri.fsPath] : [],
  );
}

/** The documents of all previews so far, which the editor closes late. */
function previews(): TextDocument[] {
  return workspace.textDocuments.filter(({ uri }) => uri.scheme === REPORT_SCHEME && uri.query.startsWith("text:"));
}

async function set(files: readonly string[]): Promise<void> {
  await workspace.getConfiguration().update(SETTINGS.trustedKeys, files.map(pemEntry), ConfigurationTarget.Global);
}
