import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type CodeAction,
  ConfigurationTarget,
  commands,
  DiagnosticSeverity,
  extensions,
  type Hover,
  languages,
  type MessageOptions,
  Position,
  Range,
  TabInputCustom,
  type TextDocument,
  Uri,
  version,
  window,
  workspace,
} from "vscode";
import type { Api } from "../../src/api.ts";
import type { Verdict } from "../../src/core/verdict.ts";
import { Engine } from "../../src/engine/engine.ts";
import { COMMANDS, DOWNLOAD_SCHEME, EDITORS, REPORT_SCHEME, SETTINGS } from "../../src/platform/ids.ts";
import { modelHover } from "../../src/ui/hover.ts";
import { factsOf } from "../../src/ui/tree-nodes.ts";
import { downloadUri, ViewerDocument } from "../../src/ui/viewer/viewer-document.ts";
import { Origins } from "../../src/workspace/origins.ts";
import { ModelRegistry } from "../../src/workspace/registry.ts";
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
    const [row] = factsOf(known, report);
    assert.equal(row?.label, "1 changed since download");
    assert.equal(row?.colour, "amber");
    assert.deepEqual(row?.command?.command, COMMANDS.showOrigin);
    assert.deepEqual(row?.command?.arguments, [model]);
    assert.deepEqual(
      row?.children?.map(({ label, colour }) => [label, colour]),
      [["config.json", "amber"]],
    );
    const hover = modelHover(known, report).value.replaceAll("&nbsp;", " ").replaceAll("\\", "");
    assert.match(hover, /Not signed/);
    assert.match(hover, /⚠ config.json differs from its download record: changed or damaged/);
    assert.doesNotMatch(hover, /✓/);
    assert.match(hover, /\[Show Download Record\]\(command:modelProvenance\.showOrigin\?/);
  });

  it("is in a report that was open before the files were compared", async () => {
    await commands.executeCommand(COMMANDS.showReport, model);
    const isReport = ({ uri: { scheme, query }, isClosed }: TextDocument): boolean =>
      scheme === REPORT_SCHEME && query === `report:${model}` && !isClosed;
    const text = (): string => workspace.textDocuments.find(isReport)?.getText() ?? "";
    await until("the report is open", () => text().includes("### "), text);
    assert.doesNotMatch(text(), /All 5 files match/);
    await check();
    await until("the report has the comparison", () => /All 5 files match/.test(text()), text);
  });

  it("has one page in the viewer, at an address of its own", async () => {
    await commands.executeCommand(COMMANDS.showOrigin, model);
    await commands.executeCommand(COMMANDS.showOrigin, model);
    const shown = () => window.tabGroups.all.flatMap(({ tabs }) => tabs);
    await until(
      "the page is open",
      () => shown().length === 1,
      () => JSON.stringify(shown()),
    );
    const [tab] = shown();
    assert.ok(tab?.input instanceof TabInputCustom);
    assert.equal(tab.label, "downloaded (download record)");
    const { viewType, uri: address } = tab.input;
    assert.deepEqual([viewType, address.scheme, address.query], [EDITORS.signature, DOWNLOAD_SCHEME, model]);
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

const unsigned = (model: string): Verdict => ({ state: "unsigned", model, reasons: [] });

describe("the page of a download record has a document that", () => {
  const model = join(tmpdir(), `model-provenance-downloaded-${process.pid}`);
  const cache = join(tmpdir(), `model-provenance-downloaded-cache-${process.pid}`);
  let engine: Engine;
  let registry: ModelRegistry;
  let origins: Origins;
  let document: ViewerDocument;
  let changes: number;

  before(() => {
    const { extensionUri } = extensions.getExtension(EXTENSION) ?? assert.fail();
    engine = new Engine({ entry: pathToFileURL(Uri.joinPath(extensionUri, "dist", "engine.js").fsPath), cache });
  });
  after(() => engine.dispose());

  beforeEach(async () => {
    buildTree(model, JSON.parse(readFileSync(join(REPOSITORY, "test/fixtures/downloads/folder-full.json"), "utf8")));
    registry = new ModelRegistry();
    origins = new Origins({ registry, engine, readsAll: () => false, failed: () => {} });
    const address = downloadUri({ path: model, kind: "directory", verdict: unsigned(model) });
    document = await ViewerDocument.open(address, { registry, origins, engine });
    changes = 0;
    document.onDidChange(() => {
      changes += 1;
    });
  });
  afterEach(() => {
    document.dispose();
    origins.dispose();
    for (const path of [model, cache]) rmSync(path, { recursive: true, force: true });
  });

  const all = { filter: "all", search: "", offset: 0, count: 100 } as const;
  const words = async () => (await document.rows(all)).rows.map(({ name, word }) => `${name}: ${word}`);

  it("follows its model: unknown, not read, read, compared, changed, and gone", async () => {
    assert.equal((await document.state()).state.headline.label, "Not found");
    assert.equal(document.modelPath(), undefined);
    registry.add({ path: model, kind: "directory", signatures: [] }, undefined);
    assert.equal(document.modelPath(), model);
    const first = (await document.state()).state;
    assert.equal(first.headline.label, "Not signed");
    assert.deepEqual(
      first.sections[0]?.sentences.map(({ text }) => text),
      ["Reading the download record…"],
    );
    await until("it is read", () => origins.get(model) !== undefined);
    assert.deepEqual(new Set((await words()).map((line) => line.split(": ")[1])), new Set(["not compared"]));
    const { generation, total, rows } = await document.rows(all);
    assert.equal(total, 5);
    assert.ok(rows.every(({ size }) => size !== ""));
    assert.equal((await document.rows(all)).generation, generation, "no row changed");

    changes = 0;
    writeFileSync(join(model, "config.json"), "changed");
    await origins.check(model, {});
    assert.ok(changes > 0);
    assert.ok((await document.rows(all)).generation > generation);
    assert.equal((await words())[0], "config.json: changed");
    assert.deepEqual((await document.rows({ ...all, search: "CONFIG" })).total, 1);
    assert.equal((await document.state()).state.headline.label, "Not signed");

    registry.update(model, { ...unsigned(model), state: "unchecked", signature: join(model, "model.sig") });
    assert.deepEqual(
      (await document.state()).state.buttons.map(({ text }) => text),
      ["Check Against Download Record", "Show Signature"],
    );
    registry.remove(model);
    const gone = (await document.state()).state;
    assert.deepEqual([gone.headline.label, gone.files], ["Not found", undefined]);
  });

  it("says why a model cannot be read, once", async () => {
    rmSync(model, { recursive: true });
    registry.add({ path: model, kind: "directory", signatures: [] }, undefined);
    assert.equal(changes, 1);
    await document.state();
    await until("the reason is there", () => changes === 2);
    const { headline, sections } = (await document.state()).state;
    assert.match(headline.notes.join(), /There is no model at/);
    assert.deepEqual(sections, []);
    await document.state();
    assert.equal(changes, 2);
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
  const notebook = join(folder, "load.ipynb");
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
    await set(undefined);
    for (const path of [cache, join(folder, "acme"), file.fsPath, notebook])
      rmSync(path, { recursive: true, force: true });
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

  it("has a hint in the cells of a notebook where hints are turned on, with the same hover and fix", async () => {
    const lines = [
      "AutoModel.from_pretrained(\n",
      '    "acme/tiny",  # the base\n',
      ")\n",
      'snapshot_download("acme/tiny", repo_type="dataset")\n',
      'hf_hub_download("acme/tiny", "config.json")',
    ];
    const cell = { cell_type: "code", source: lines, metadata: {}, outputs: [], execution_count: null };
    const python = { language_info: { name: "python" } };
    writeFileSync(notebook, JSON.stringify({ cells: [cell], metadata: python, nbformat: 4, nbformat_minor: 5 }));
    const opened = await workspace.openNotebookDocument(Uri.file(notebook));
    await window.showNotebookDocument(opened);
    const { document } = opened.cellAt(0);
    const text = () => document.getText().replaceAll("\r\n", "\n");
    assert.equal(text(), lines.join(""));
    const hints = () => languages.getDiagnostics(document.uri).filter(({ source }) => source === "Model Provenance");
    assert.deepEqual(hints(), []);
    await set(true);
    await until("the hints are there", () => hints().length === 2);
    assert.deepEqual(
      hints().map(({ severity, range }) => [severity, range.start.line, document.getText(range)]),
      [
        [DiagnosticSeverity.Hint, 1, "acme/tiny"],
        [DiagnosticSeverity.Hint, 4, "acme/tiny"],
      ],
    );
    for (let left = 2; left > 0; left--) {
      const range = hints().at(-1)?.range ?? assert.fail();
      const hovers = await commands.executeCommand<Hover[]>("vscode.executeHoverProvider", document.uri, range.start);
      const shown = hovers.flatMap(({ contents }) =>
        contents.map((one) => (typeof one === "string" ? one : one.value)),
      );
      assert.match(shown.join("\n").replaceAll("&nbsp;", " "), new RegExp(`In your cache: commit ${COMMITS.first}`));
      const fixes = await commands.executeCommand<CodeAction[]>(
        "vscode.executeCodeActionProvider",
        document.uri,
        range,
      );
      const fix = fixes.find(({ title }) => title === "Pin to the Revision in Your Cache");
      assert.ok(fix?.edit);
      assert.ok(await workspace.applyEdit(fix.edit));
      await until("the hint is gone", () => hints().length === left - 1);
    }
    const revision = `revision="${COMMITS.first}"`;
    assert.equal(
      text(),
      lines
        .join("")
        .replace('"acme/tiny",  #', `"acme/tiny", ${revision},  #`)
        .replace('"config.json"', `"config.json", ${revision}`),
    );
  });

  it("has no hint where a folder of that name is loaded instead, unless the call always downloads", async () => {
    const local = join(folder, "acme", "tiny");
    await workspace.fs.createDirectory(Uri.file(local));
    await set(true);
    writeFileSync(file.fsPath, 'AutoModel.from_pretrained("acme/tiny")\r\nsnapshot_download("acme/tiny")\r\n');
    const document = await workspace.openTextDocument(file);
    await window.showTextDocument(document);
    const hints = () => languages.getDiagnostics(file).filter(({ source }) => source === "Model Provenance");
    await until("the hint is there", () => hints().length === 1);
    assert.equal(hints()[0]?.range.start.line, 1);
  });

  async function set(value: boolean | undefined): Promise<void> {
    await workspace.getConfiguration().update(SETTINGS.revisionHints, value, ConfigurationTarget.Global);
  }
});
