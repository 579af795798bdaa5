import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  type CodeLens,
  type CompletionItem,
  type CompletionList,
  commands,
  type Hover,
  MarkdownString,
  type Position,
  type SnippetString,
  type TextDocument,
  Uri,
  workspace,
} from "vscode";
import type { Api } from "../../src/api.ts";
import { HashPool } from "../../src/core/hashing/hash-pool.ts";
import { COMMANDS } from "../../src/platform/ids.ts";
import { signWith } from "../support/editor-workspace.ts";
import { extensionApi, Watched } from "../support/extension-api.ts";
import { makeKeys } from "../support/keys.ts";

const pool = new HashPool({ workers: 0 });
const keys = makeKeys();

const YAML = ".model-policy.yaml";
const JSON_FILE = ".model-policy.json";

interface Opened {
  readonly document: TextDocument;
  readonly position: Position;
}

function labelOf({ label }: CompletionItem): string {
  return typeof label === "string" ? label : label.label;
}

/** Markdown as it is read: the editor's escapes for spaces are spaces. */
function markdown(content: unknown): string {
  return content instanceof MarkdownString ? content.value.replaceAll("&nbsp;", " ") : "";
}

describe("policy files in the editor", () => {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const models = join(folder, "ruled");
  const inModels = (name: string): string => join(models, name);
  const written: string[] = [];
  let count = 0;
  let api: Api;

  before(async () => {
    api = await extensionApi();
    mkdirSync(models);
    writeFileSync(inModels("release.pub"), keys.publicPem);
    // A private key is no public one, whatever its file is called.
    writeFileSync(inModels("release.pem"), keys.privatePem);
    for (const name of ["first", "second"]) {
      mkdirSync(inModels(name));
      writeFileSync(join(inModels(name), "model.safetensors"), name);
    }
    await signWith(inModels("first"), keys.privatePem, pool);
    await commands.executeCommand(COMMANDS.findModels);
  });

  // A policy with an error refuses every model.
  afterEach(() => {
    for (const path of written.splice(0)) rmSync(path);
  });

  after(async () => {
    rmSync(models, { recursive: true, force: true });
    await commands.executeCommand(COMMANDS.findModels);
  });

  /** Writes a file of its own with `|` at the cursor, and opens it. */
  async function opened(ending: string, marked: string, place = folder): Promise<Opened> {
    const at = marked.indexOf("|");
    count += 1;
    const file = join(place, `rules-${count}${ending}`);
    writeFileSync(file, at === -1 ? marked : marked.slice(0, at) + marked.slice(at + 1));
    written.push(file);
    const document = await workspace.openTextDocument(Uri.file(file));
    return { document, position: document.positionAt(Math.max(0, at)) };
  }

  async function completions(ending: string, marked: string): Promise<readonly CompletionItem[]> {
    return await completionsAt(await opened(ending, marked));
  }

  async function completionsAt({ document, position }: Opened): Promise<readonly CompletionItem[]> {
    const list = await commands.executeCommand<CompletionList>(
      "vscode.executeCompletionItemProvider",
      document.uri,
      position,
    );
    return list.items;
  }

  const labelled = (items: readonly CompletionItem[], label: string): CompletionItem | undefined =>
    items.find((item) => labelOf(item) === label);

  const HEAD = "apiVersion: model-provenance/v1\nkind: ModelPolicy\nmetadata: { name: ruled }\n";

  it("have completions of fields and values, with documentation", async () => {
    const items = await completions(YAML, `${HEAD}spec:\n  |`);
    for (const field of ["mode", "models", "authorities"]) assert.ok(labelled(items, field), field);
    const mode = labelled(items, "mode");
    assert.match(markdown(mode?.documentation), /enforce: models that are not accepted are rejected/);
    const words = await completions(YAML, `${HEAD}spec:\n  mode: |\n  models: [`);
    assert.ok(labelled(words, "warn"));
  });

  it("have completions of existing public keys, of models, and of an authority of each kind", async () => {
    const files = await completions(YAML, `${HEAD}spec:\n  authorities:\n    - key:\n        path: |`);
    assert.ok(labelled(files, "ruled/release.pub"));
    assert.equal(labelled(files, "ruled/release.pem"), undefined);
    const globs = await completions(YAML, `${HEAD}spec:\n  models:\n    - glob: |`);
    assert.ok(labelled(globs, "ruled/**"));
    assert.ok(labelled(globs, "ruled/first"));
    const authorities = await completions(YAML, `${HEAD}spec:\n  authorities:\n    - |`);
    const workflow = labelled(authorities, "GitHub Actions workflow");
    assert.match(
      String((workflow?.insertText as SnippetString | undefined)?.value),
      /githubActions:\n {4}repository: /,
    );
  });

  it("have each completion once in JSON: values by the editor, files and models by this extension", async function () {
    this.timeout(60_000);
    const document = { apiVersion: "model-provenance/v1", kind: "ModelPolicy", spec: { mode: "@", models: [] } };
    const text = JSON.stringify(document, undefined, 2);
    const file = await opened(JSON_FILE, text.replace('"@"', "|"));
    // The editor's own support of JSON is an extension that starts with the first file of this kind.
    let words: readonly CompletionItem[] = [];
    while (words.length === 0) {
      words = (await completionsAt(file)).filter((item) => labelOf(item).includes("enforce"));
    }
    assert.equal(words.length, 1);
    const globs = await completions(JSON_FILE, text.replace("[]", '[{ "glob": | }]'));
    assert.equal((labelled(globs, "ruled/**")?.insertText as SnippetString | undefined)?.value, '"ruled/**"');
  });

  it("have a hover for each field, with an example", async () => {
    const { document, position } = await opened(YAML, `${HEAD}spec:\n  authori|ties: []\n`);
    const hovers = await commands.executeCommand<Hover[]>("vscode.executeHoverProvider", document.uri, position);
    const text = hovers.flatMap(({ contents }) => contents.map(markdown)).join("\n");
    assert.match(text, /\*\*spec\.authorities\*\* · required/);
    assert.match(text, /Who may sign: any one of these is enough/);
    assert.match(text, /```yaml\nauthorities:\n {2}- name: release/);
  });

  const lenses = async (uri: Uri): Promise<readonly string[]> => {
    const found = await commands.executeCommand<CodeLens[]>("vscode.executeCodeLensProvider", uri, 10);
    return found.map(({ range, command }) => `${range.start.line}: ${command?.title}`);
  };

  it("have a code lens with the models that a pattern matches, and how many are accepted", async () => {
    const first = new Watched(api, inModels("first"));
    const rules = `    - glob: ruled/**\n    - glob: nowhere\n`;
    const text = `${HEAD}spec:\n  models:\n${rules}  authorities:\n    - key: { path: ruled/release.pub }\n`;
    const { document } = await opened(YAML, text);
    await commands.executeCommand(COMMANDS.verifyModel, Uri.file(inModels("first")));
    await first.reaches("verified");
    // A late event of the files may start another check.
    const wanted = ["5: 2 models match, 1 accepted", "6: No model matches"];
    for (let times = 1; !isDeepStrictEqual(await lenses(document.uri), wanted) && times < 20; times += 1) {
      await first.reaches("verified");
    }
    first.dispose();
    assert.deepEqual(await lenses(document.uri), wanted);
    const [lens] = await commands.executeCommand<CodeLens[]>("vscode.executeCodeLensProvider", document.uri, 1);
    assert.equal(lens?.command?.command, COMMANDS.showModel);
    assert.deepEqual(lens?.command?.arguments?.[1], [inModels("first"), inModels("second")]);
  });

  it("have a warning where they have no effect", async () => {
    const { document } = await opened(YAML, `${HEAD}spec:\n  models: [{ glob: "**" }]\n`, models);
    assert.match((await lenses(document.uri))[0] ?? "", /^0: Not in effect here/);
  });

  it("are recognized by their name: other files get none of this", async () => {
    const items = await completions(".yaml", "|");
    assert.equal(labelled(items, "model policy"), undefined);
  });
});
