import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type CodeAction,
  commands,
  extensions,
  type Hover,
  type MessageOptions,
  Position,
  Range,
  Uri,
  version,
  window,
  workspace,
} from "vscode";
import type { Api } from "../../src/api.ts";
import { COMMANDS } from "../../src/platform/ids.ts";
import { modelHover } from "../../src/ui/hover.ts";
import { factsOf } from "../../src/ui/tree-nodes.ts";
import { COMMITS } from "../support/downloads/hub-files.ts";
import { buildTree, type TreeFixture } from "../support/downloads/tree-fixture.ts";
import { EXTENSION, extensionApi, until, Watched } from "../support/extension-api.ts";
import { skip } from "../support/results.ts";

const [showMessage, showSave] = [window.showInformationMessage, window.showSaveDialog];
/** Tests are bundled into `.cache/host-tests` of the repository. */
const REPOSITORY = join(__dirname, "..", "..");

describe("the origin of an unsigned model in the editor", () => {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const model = join(folder, "downloaded");
  const uri = Uri.file(model);
  const policy = join(folder, "model-policy.yaml");
  const bom = join(tmpdir(), `model-provenance-bom-${process.pid}.json`);
  let api: Api;
  let watched: Watched;

  beforeEach(async () => {
    const tree = JSON.parse(readFileSync(join(REPOSITORY, "test/fixtures/downloads/folder-full.json"), "utf8"));
    for (const [name, content] of Object.entries(tree.files)) {
      await workspace.fs.writeFile(Uri.file(join(model, name)), Buffer.from(String(content), "base64"));
    }
    api = await extensionApi();
    watched = new Watched(api, model);
    await commands.executeCommand(COMMANDS.findModels);
    await until("the model is known", () => watched.verdict?.state === "unsigned");
  });

  afterEach(async () => {
    window.showInformationMessage = showMessage;
    window.showSaveDialog = showSave;
    watched?.dispose();
    for (const path of [policy, join(folder, "model-policy.lock.json"), bom]) rmSync(path, { force: true });
    rmSync(model, { recursive: true, force: true });
    await commands.executeCommand("workbench.action.closeAllEditors");
    await commands.executeCommand(COMMANDS.findModels);
  });

  const check = async () => {
    await commands.executeCommand(COMMANDS.checkOrigin, model);
    const origin = api.getOrigin(uri);
    assert.ok(origin !== undefined);
    return origin;
  };

  it("is read from the download record, and the verdict stays unsigned", async () => {
    const origin = await check();
    assert.equal(origin.revision, COMMITS.first);
    assert.equal(origin.files.match.length, 5);
    assert.equal(watched.verdict?.state, "unsigned");
  });

  it("has a row, a hover and the names of files that differ", async () => {
    writeFileSync(join(model, "config.json"), "changed");
    const origin = await check();
    assert.deepEqual(origin.files.changed, ["config.json"]);
    const known = { path: model, kind: "directory", folder, verdict: watched.verdict ?? assert.fail() } as const;
    const report = { origin, pointers: [], claims: [] };
    const [row] = factsOf(known, { kind: "model", path: model }, report);
    assert.equal(row?.label, "1 changed since download");
    assert.equal(row?.colour, "amber");
    assert.deepEqual(
      row?.children.map(({ label, colour }) => [label, colour]),
      [["config.json", "amber"]],
    );
    const hover = modelHover(known, report).value.replaceAll("&nbsp;", " ").replaceAll("\\", "");
    assert.match(hover, /Not signed/);
    assert.match(hover, /⚠ config.json differs from its download record: changed or damaged/);
    assert.doesNotMatch(hover, /✓/);
  });

  it("is part of a bill of materials, saved to a chosen file", async function () {
    requireAnswers(this);
    window.showSaveDialog = async () => Uri.file(bom);
    await commands.executeCommand(COMMANDS.saveBom, model);
    const { specVersion, metadata } = JSON.parse(readFileSync(bom, "utf8"));
    assert.equal(specVersion, "1.6");
    assert.equal(metadata.component.version, COMMITS.first);
  });

  it("can be pinned after a preview; the model is red when a file changes, and unsigned without the policy", async function () {
    requireAnswers(this);
    const asked: string[] = [];
    const ask = async (title: string, options?: unknown, ...rest: readonly unknown[]): Promise<unknown> => {
      if (typeof options !== "object" || options === null || !("modal" in options)) return undefined;
      asked.push(`${title}\n${(options as MessageOptions).detail ?? ""}`);
      return rest.find((button) => button === "Pin");
    };
    window.showInformationMessage = ask as typeof window.showInformationMessage;
    await commands.executeCommand(COMMANDS.pinModel, model);
    const verdict = await watched.reaches("pinned");
    assert.equal(verdict.pin?.policy.file, policy);
    assert.ok(existsSync(join(folder, "model-policy.lock.json")));
    assert.equal(asked.length, 1);
    assert.ok(asked[0]?.includes(verdict.pin?.sha256 ?? "?"), asked[0]);
    writeFileSync(join(model, "config.json"), "changed");
    const changed = await watched.reaches("modified");
    assert.deepEqual(
      changed.comparison?.changed.map(({ name }) => name),
      ["config.json"],
    );
    rmSync(policy);
    await watched.reaches("unsigned");
  });
});

function requireAnswers(context: Mocha.Context): void {
  if (version.startsWith("1.110."))
    skip(context, "VS Code 1.110 gives an extension that is an ES module a window of its own");
  if (extensions.getExtension(EXTENSION)?.extensionPath !== REPOSITORY) {
    skip(context, "dialogs of an installed extension cannot be answered from a test");
  }
}

describe("code that loads a model of the Hugging Face Hub", () => {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const cache = join(tmpdir(), `model-provenance-hub-cache-${process.pid}`);
  const file = Uri.file(join(folder, "load.py"));
  const before = process.env["HF_HUB_CACHE"];

  beforeEach(async function () {
    if (process.platform === "win32") skip(this, "links need a privilege on Windows");
    await extensionApi();
    process.env["HF_HUB_CACHE"] = cache;
    const tree: TreeFixture = JSON.parse(
      readFileSync(join(REPOSITORY, "test/fixtures/downloads/cache-full.json"), "utf8"),
    );
    buildTree(cache, tree);
  });

  afterEach(async () => {
    if (before === undefined) delete process.env["HF_HUB_CACHE"];
    else process.env["HF_HUB_CACHE"] = before;
    await commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    rmSync(cache, { recursive: true, force: true });
    rmSync(file.fsPath, { force: true });
  });

  it("has a hover with the commit in the cache, and a quick fix that pins it", async () => {
    writeFileSync(file.fsPath, 'model = AutoModel.from_pretrained("acme/tiny")\n');
    const document = await workspace.openTextDocument(file);
    await window.showTextDocument(document);
    const position = new Position(0, 40);
    const hovers = await commands.executeCommand<Hover[]>("vscode.executeHoverProvider", file, position);
    const text = hovers
      .flatMap(({ contents }) => contents.map((one) => (typeof one === "string" ? one : one.value)))
      .join("\n");
    assert.match(text.replaceAll("&nbsp;", " "), new RegExp(`In your cache: commit ${COMMITS.first}`));
    assert.match(text.replaceAll("&nbsp;", " "), /Not signed/);
    const range = new Range(position, position);
    const fixes = await commands.executeCommand<CodeAction[]>("vscode.executeCodeActionProvider", file, range);
    const fix = fixes.find(({ title }) => title === "Pin to the Revision in Your Cache");
    assert.ok(fix?.edit);
    assert.ok(await workspace.applyEdit(fix.edit));
    assert.equal(document.getText(), `model = AutoModel.from_pretrained("acme/tiny", revision="${COMMITS.first}")\n`);
    const again = await commands.executeCommand<CodeAction[]>("vscode.executeCodeActionProvider", file, range);
    assert.equal(
      again.some(({ title }) => title === "Pin to the Revision in Your Cache"),
      false,
    );
  });
});
