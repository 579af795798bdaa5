import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type CodeAction,
  ConfigurationTarget,
  commands,
  type DocumentLink,
  type Hover,
  languages,
  MarkdownString,
  NotebookCellData,
  NotebookCellKind,
  NotebookData,
  Range,
  type TextDocument,
  Uri,
  WorkspaceEdit,
  window,
  workspace,
} from "vscode";
import type { Api } from "../../src/api.ts";
import { HashPool } from "../../src/core/hashing/hash-pool.ts";
import { COMMANDS, SETTINGS } from "../../src/platform/ids.ts";
import { changeByte, pemEntry, signWith } from "../support/editor-workspace.ts";
import { changesReported, extensionApi, until, Watched } from "../support/extension-api.ts";
import { makeKeys } from "../support/keys.ts";

const pool = new HashPool({ workers: 0 });
const keys = makeKeys();
/** A file of the model that names another one. */
const INDEX = '{ "weight": "model.safetensors" }';

describe("code that names a model", () => {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const outside = join(tmpdir(), `model-provenance-code-${process.pid}`);
  const model = join(folder, "models", "named-in-code");
  const weights = join(model, "model.safetensors");
  const source = join(folder, "models", "load.py");
  let api: Api;
  let watched: Watched;

  before(async () => {
    api = await extensionApi();
    mkdirSync(outside, { recursive: true });
    mkdirSync(model, { recursive: true });
    writeFileSync(join(outside, "release.pub"), keys.publicPem);
    await set(SETTINGS.trustedKeys, [pemEntry(join(outside, "release.pub"))]);
    writeFileSync(weights, "weights");
    writeFileSync(join(model, "index.json"), INDEX);
    await signWith(model, keys.privatePem, pool);
    watched = new Watched(api, model);
    await until("the model is found", () => watched.verdict !== undefined);
    await changesReported(folder);
    await commands.executeCommand(COMMANDS.verifyModel, Uri.file(model));
    await watched.reaches("verified");
  });

  after(async () => {
    watched.dispose();
    await set(SETTINGS.trustedKeys, []);
    await set(SETTINGS.codeWarnings, undefined);
    await commands.executeCommand("workbench.action.closeAllEditors");
    rmSync(join(folder, "models"), { recursive: true, force: true });
    rmSync(outside, { recursive: true, force: true });
  });

  it("shows in a hover who signed it, whatever the path is relative to", async () => {
    const document = await opened(
      source,
      [
        'a = AutoModel.from_pretrained("./named-in-code")',
        'b = load_file("models/named-in-code/model.safetensors")',
        'c = Path("models") / "named-in-code"',
        `d = "${model.replaceAll("\\", "/")}"`,
        'e = load_file("models/named-in-code/missing.safetensors")',
        'f = "no-model-at-all"',
      ].join("\n"),
    );
    for (const at of ['./named-in-code"', "named-in-code/model.safetensors", 'named-in-code"\nd', `${folder}/models`]) {
      const text = await hoverAt(document, at);
      assert.match(text, /✓ Verified · named-in-code/, at);
      assert.match(text, /Signed by key release\.pub/, at);
      assert.match(text, /command:modelProvenance\.showSignature/, at);
    }
    for (const at of ["named-in-code/missing", "no-model", "from_pretrained"]) {
      assert.equal(await hoverAt(document, at), "", at);
    }
  });

  for (const [file, text] of [
    ["config.yaml", "model_path: models/named-in-code\n"],
    ["config.json", '{ "model": "models/named-in-code" }'],
    ["config.toml", 'model = "models/named-in-code"\n'],
    ["notes.md", "Load `models/named-in-code`.\n"],
  ] as const) {
    it(`shows the same in ${file}`, async () => {
      const document = await opened(join(folder, "models", file), text);
      assert.match(await hoverAt(document, "models/named"), /✓ Verified · named-in-code/);
    });
  }

  it("shows the same in the cells of a notebook, saved or not", async () => {
    const file = join(folder, "models", "load.ipynb");
    const cell = { cell_type: "code", source: ['load_file("./named-in-code")'], metadata: {}, outputs: [] };
    writeFileSync(file, JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }));
    const made = new NotebookCellData(NotebookCellKind.Code, 'load_file("models/named-in-code")', "python");
    for (const notebook of [
      await workspace.openNotebookDocument(Uri.file(file)),
      await workspace.openNotebookDocument("jupyter-notebook", new NotebookData([made])),
    ]) {
      await window.showNotebookDocument(notebook);
      const { document } = notebook.cellAt(0);
      assert.equal(document.uri.scheme, "vscode-notebook-cell");
      assert.match(await hoverAt(document, "named-in-code"), /✓ Verified · named-in-code/);
    }
  });

  it("links to the model, but not from its own configuration", async () => {
    const document = await opened(source, 'a = load("./named-in-code")\nb = load("./nothing")\n');
    const [link, ...others] = await links(document);
    assert.deepEqual(others, []);
    assert.equal(document.getText(link?.range), "./named-in-code");
    assert.equal(link?.target?.path, COMMANDS.showModel);
    assert.deepEqual(JSON.parse(link?.target?.query ?? ""), [model]);
    assert.deepEqual(await links(await workspace.openTextDocument(join(model, "index.json"))), []);
  });

  it("has a warning once the model changed, which follows text and model, and can be turned off", async () => {
    const document = await opened(source, 'a = load("./named-in-code")\nb = load("./other")\n');
    assert.deepEqual(warnings(document), []);
    changeByte(weights);
    await watched.reaches("modified");
    await until("the warning is there", () => warnings(document).length === 1);
    const [warning] = languages.getDiagnostics(document.uri).filter(({ source }) => source === "Model Provenance");
    assert.equal(
      warning?.message,
      "model.safetensors changed: named-in-code doesn't match its signature (signed by key release.pub).",
    );
    assert.equal(document.getText(warning?.range), "./named-in-code");
    const fixes = await commands.executeCommand<CodeAction[]>(
      "vscode.executeCodeActionProvider",
      document.uri,
      warning?.range,
    );
    const own = fixes.filter(({ command }) => command?.command.startsWith("modelProvenance."));
    assert.deepEqual(
      own.map(({ title, command }) => [title, command?.arguments]),
      ["Sign named-in-code Again…", "Compare With Signature", "Show Signature", "Verify Again"].map((title) => [
        title,
        [model],
      ]),
    );

    await edit(document, new Range(1, 10, 1, 17), "./named-in-code");
    await until("the second warning is there", () => warnings(document).length === 2);
    await edit(document, new Range(0, 0, 1, 0), "");
    await until("the first warning is gone", () => warnings(document).length === 1);

    await set(SETTINGS.codeWarnings, false);
    await until("no warning is there", () => warnings(document).length === 0);
    await set(SETTINGS.codeWarnings, undefined);
    await until("the warning is back", () => warnings(document).length === 1);

    changeByte(weights);
    await watched.reaches("verified");
    await until("the warning is gone", () => warnings(document).length === 0);
  });

  it("has a warning in a file that is opened later, and none in prose", async () => {
    changeByte(weights);
    await watched.reaches("modified");
    const prose = await opened(join(folder, "models", "later.md"), "Load `models/named-in-code`.\n");
    const code = await opened(join(folder, "models", "later.yaml"), "model: models/named-in-code\n");
    const made = new NotebookCellData(NotebookCellKind.Code, 'load_file("models/named-in-code")', "python");
    const notebook = await workspace.openNotebookDocument("jupyter-notebook", new NotebookData([made]));
    await until("the warning is there", () => warnings(code).length === 1);
    await until("the notebook has one, too", () => warnings(notebook.cellAt(0).document).length === 1);
    assert.deepEqual(warnings(prose), []);
    assert.match(await hoverAt(code, "models/named"), /✗ Changed since signing · named-in-code/);
    changeByte(weights);
    await watched.reaches("verified");
  });
});

async function opened(path: string, text: string): Promise<TextDocument> {
  writeFileSync(path, text);
  const document = await workspace.openTextDocument(path);
  if (document.getText() !== text) await edit(document, new Range(0, 0, document.lineCount, 0), text);
  await window.showTextDocument(document);
  return document;
}

async function edit(document: TextDocument, range: Range, text: string): Promise<void> {
  const change = new WorkspaceEdit();
  change.replace(document.uri, document.validateRange(range), text);
  assert.ok(await workspace.applyEdit(change));
}

async function hoverAt(document: TextDocument, text: string): Promise<string> {
  const index = document.getText().indexOf(text);
  assert.ok(index >= 0, text);
  const position = document.positionAt(index + 1);
  const hovers = await commands.executeCommand<Hover[]>("vscode.executeHoverProvider", document.uri, position);
  const contents = hovers.flatMap((hover) => hover.contents);
  const texts = contents.map((content) => (content instanceof MarkdownString ? content.value : String(content)));
  return texts
    .filter((value) => value.includes("modelProvenance"))
    .join("\n")
    .replaceAll("&nbsp;", " ")
    .replaceAll("\\", "");
}

async function links(document: TextDocument): Promise<DocumentLink[]> {
  const all = await commands.executeCommand<DocumentLink[]>("vscode.executeLinkProvider", document.uri);
  return all.filter(({ target }) => target?.scheme === "command");
}

function warnings(document: TextDocument): string[] {
  return languages
    .getDiagnostics(document.uri)
    .filter(({ source }) => source === "Model Provenance")
    .map(({ message }) => message);
}

async function set(name: string, value: unknown): Promise<void> {
  await workspace.getConfiguration().update(name, value, ConfigurationTarget.Global);
}
