import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type CodeAction,
  ConfigurationTarget,
  commands,
  type Diagnostic,
  DiagnosticSeverity,
  languages,
  Range,
  Uri,
  WorkspaceEdit,
  window,
  workspace,
} from "vscode";
import { HashPool } from "../../src/core/hashing/hash-pool.ts";
import { COMMANDS, SETTINGS } from "../../src/platform/ids.ts";
import { changeByte, damageSignature, pemEntry, signWith } from "../support/editor-workspace.ts";
import { extensionApi, until, Watched } from "../support/extension-api.ts";
import { makeKeys } from "../support/keys.ts";
import { policyText } from "../support/policies.ts";
import { finderStore } from "../support/tool-files.ts";

const pool = new HashPool({ workers: 0 });
const keys = makeKeys();
const stranger = makeKeys("P-384");
const inline = (pem: string): string => `key: { data: ${JSON.stringify(pem)} }`;

describe("the list of problems", () => {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const outside = join(tmpdir(), `model-provenance-problems-${process.pid}`);
  const trustedKey = join(outside, "release.pub");
  const policy = join(folder, "model-policy.yaml");
  let model: string;
  let signature: string;
  let watched: Watched;
  let count = 0;

  before(async () => {
    await extensionApi();
    mkdirSync(outside, { recursive: true });
    writeFileSync(trustedKey, keys.publicPem);
    await workspace.getConfiguration().update(SETTINGS.trustedKeys, [pemEntry(trustedKey)], ConfigurationTarget.Global);
  });

  beforeEach(async () => {
    count += 1;
    model = join(folder, "listed", `m${count}`);
    signature = join(model, "model.sig");
    mkdirSync(model, { recursive: true });
    writeFileSync(join(model, "model.safetensors"), `weights ${count}`);
    watched = new Watched(await extensionApi(), model);
  });

  afterEach(async () => {
    watched.dispose();
    await commands.executeCommand("workbench.action.closeAllEditors");
    rmSync(policy, { force: true });
    rmSync(join(folder, "listed"), { recursive: true, force: true });
    await commands.executeCommand(COMMANDS.findModels);
    await workspace.getConfiguration().update(SETTINGS.problems, undefined, ConfigurationTarget.Global);
    await until("nothing is listed", () => listed(signature).length === 0);
  });

  after(async () => {
    await workspace.getConfiguration().update(SETTINGS.trustedKeys, undefined, ConfigurationTarget.Global);
    rmSync(outside, { recursive: true, force: true });
  });

  const listed = (file: string): readonly Diagnostic[] =>
    languages.getDiagnostics(Uri.file(file)).filter(({ source }) => source === "Model Provenance");

  async function entry(file: string, code: string): Promise<Diagnostic> {
    const find = () => listed(file).find((diagnostic) => diagnostic.code === code);
    await until(
      `${code} is listed`,
      () => find() !== undefined,
      () => JSON.stringify(listed(file)),
    );
    const found = find();
    assert.ok(found);
    return found;
  }

  const gone = (file: string, code: string): Promise<void> =>
    until(`${code} is gone`, () => listed(file).every((diagnostic) => diagnostic.code !== code));

  async function fixes(file: string, range: Range): Promise<readonly CodeAction[]> {
    const uri = Uri.file(file);
    let found: readonly CodeAction[] = [];
    // The editor answers with none while it closes the document of a file that was deleted just before.
    for (const end = Date.now() + 5_000; found.length === 0 && Date.now() < end; ) {
      await workspace.openTextDocument(uri);
      found = (await commands.executeCommand<CodeAction[]>("vscode.executeCodeActionProvider", uri, range)) ?? [];
    }
    return found;
  }

  const titles = (actions: readonly CodeAction[]): string[] => actions.map(({ title }) => title);

  const verify = (): Thenable<unknown> => commands.executeCommand(COMMANDS.verifyModel, Uri.file(model));

  it("has an error at the signature of a changed model, until the model matches again", async () => {
    await signWith(model, keys.privatePem, pool);
    changeByte(join(model, "model.safetensors"));
    writeFileSync(join(model, "extra.txt"), "more");
    await verify();
    const problem = await entry(signature, "modified");
    assert.equal(problem.severity, DiagnosticSeverity.Error);
    assert.equal(
      problem.message,
      `model.safetensors changed, and 1 more: m${count} doesn't match its signature (signed by key release.pub).`,
    );
    assert.deepEqual(
      problem.relatedInformation?.map(({ message }) => message),
      ["Changed: model.safetensors", "Added, not signed: extra.txt"],
    );
    const offered = await fixes(signature, problem.range);
    assert.deepEqual(titles(offered).slice(0, 3), [
      `Sign m${count} Again…`,
      `Compare m${count} With Its Signature`,
      `Verify m${count} Again`,
    ]);
    const again = offered[2];
    changeByte(join(model, "model.safetensors"));
    rmSync(join(model, "extra.txt"));
    assert.ok(again?.command);
    await commands.executeCommand(again.command.command, ...(again.command.arguments ?? []));
    await gone(signature, "modified");
  });

  it("has a warning for files that tools added, and an error for a file that only has such a name", async () => {
    await signWith(model, keys.privatePem, pool);
    writeFileSync(join(model, ".DS_Store"), finderStore());
    await verify();
    const warning = await entry(signature, "modified");
    assert.equal(warning.severity, DiagnosticSeverity.Warning);
    assert.equal(
      warning.message,
      `m${count}: signed files unchanged; 1 file added by tools (signed by key release.pub).`,
    );
    writeFileSync(join(model, ".DS_Store"), "import os\n");
    await verify();
    await until("it is an error", () => listed(signature)[0]?.severity === DiagnosticSeverity.Error);
  });

  it("has an error for converted line ends, with the line of .gitattributes that prevents them", async () => {
    writeFileSync(join(model, "config.json"), "{\n}\n");
    await signWith(model, keys.privatePem, pool);
    writeFileSync(join(model, "config.json"), "{\r\n}\r\n");
    writeFileSync(join(model, ".gitattributes"), "* text=auto\n");
    await verify();
    const problem = await entry(signature, "modified");
    const fix = (await fixes(signature, problem.range)).find(({ title }) => title.includes(".gitattributes"));
    assert.equal(fix?.title, 'Add "* -text" to .gitattributes');
    assert.ok(fix.edit !== undefined && (await workspace.applyEdit(fix.edit)));
    const attributes = await workspace.openTextDocument(Uri.file(join(model, ".gitattributes")));
    assert.deepEqual(attributes.getText().split(/\r?\n/).filter(Boolean), ["* text=auto", "* -text"]);
    await attributes.save();
    rmSync(join(model, ".gitattributes"));
    const [again] = (await fixes(signature, problem.range)).filter(({ title }) => title.includes(".gitattributes"));
    assert.ok(again?.edit !== undefined && (await workspace.applyEdit(again.edit)));
    const made = await workspace.openTextDocument(Uri.file(join(model, ".gitattributes")));
    assert.deepEqual(made.getText().split(/\r?\n/).filter(Boolean), ["* -text"]);
    await made.save();
  });

  it("has an error at an invalid signature, until it is removed", async () => {
    await signWith(model, keys.privatePem, pool);
    damageSignature(signature);
    await verify();
    const problem = await entry(signature, "invalid");
    assert.match(problem.message, /^The signature of m\d+ is not valid: /);
    rmSync(signature);
    await gone(signature, "invalid");
  });

  it("has an error for a missing signature at the policy's pattern, until there is one", async () => {
    writeFileSync(
      policy,
      policyText({ name: "team", globs: ["other/*", "listed/*"], authorities: [inline(keys.publicPem)] }),
    );
    const problem = await entry(policy, "unsigned");
    const text = (await workspace.openTextDocument(policy)).lineAt(problem.range.start.line).text;
    assert.match(text, /"listed\/\*"/);
    assert.equal(problem.message, `m${count} is not signed, but the policy team requires a signature.`);
    assert.ok(titles(await fixes(policy, problem.range)).includes(`Sign m${count}…`));
    await signWith(model, keys.privatePem, pool);
    await gone(policy, "unsigned");
  });

  it("has an error for a signer that a policy does not accept, with a quick fix", async () => {
    writeFileSync(policy, policyText({ name: "team", globs: ["listed/*"], authorities: [inline(stranger.publicPem)] }));
    await signWith(model, keys.privatePem, pool);
    await verify();
    const problem = await entry(policy, "refused");
    assert.equal(problem.severity, DiagnosticSeverity.Warning);
    assert.match(readFileSync(policy, "utf8").split("\n")[problem.range.start.line] ?? "", /"listed\/\*"/);
    assert.deepEqual(
      problem.relatedInformation?.map(({ location }) => location.uri.fsPath),
      [signature],
    );
    assert.match(problem.message, /is not accepted\. team: no authority accepts the signer/);
    const offered = titles(await fixes(policy, problem.range));
    assert.deepEqual(offered.slice(0, 2), [`Trust the Signer of m${count}…`, `Explain the Decision on m${count}`]);
    writeFileSync(policy, policyText({ name: "team", globs: ["listed/*"], authorities: [inline(keys.publicPem)] }));
    await gone(policy, "refused");
  });

  it("has a quick fix that lets a policy ignore an unsigned file", async () => {
    writeFileSync(policy, policyText({ name: "team", globs: ["listed/*"], authorities: [inline(keys.publicPem)] }));
    await signWith(model, keys.privatePem, pool);
    writeFileSync(join(model, "notes.txt"), "n");
    await verify();
    const problem = await entry(signature, "modified");
    assert.ok(titles(await fixes(signature, problem.range)).includes(`Ignore notes.txt in m${count}…`));
  });

  it("has nothing about models if the setting says so", async () => {
    await signWith(model, keys.privatePem, pool);
    changeByte(join(model, "model.safetensors"));
    await verify();
    await entry(signature, "modified");
    await workspace.getConfiguration().update(SETTINGS.problems, false, ConfigurationTarget.Global);
    await gone(signature, "modified");
    await workspace.getConfiguration().update(SETTINGS.problems, undefined, ConfigurationTarget.Global);
    await entry(signature, "modified");
  });

  it("has the errors of a policy at their line, as it is typed, until they are fixed", async () => {
    writeFileSync(policy, policyText({ name: "team", globs: ["listed/*"], authorities: [inline(keys.publicPem)] }));
    const document = await workspace.openTextDocument(policy);
    await window.showTextDocument(document);
    const line = document
      .getText()
      .split("\n")
      .findIndex((text) => text.includes("models:"));
    const replace = async (from: string, to: string): Promise<void> => {
      const edit = new WorkspaceEdit();
      const start = document.lineAt(line).text.indexOf(from);
      edit.replace(document.uri, new Range(line, start, line, start + from.length), to);
      await workspace.applyEdit(edit);
    };
    await replace("models", "modles");
    const problem = await entry(policy, "unknown-field");
    assert.equal(problem.severity, DiagnosticSeverity.Error);
    assert.equal(problem.range.start.line, line);
    assert.match(problem.message, /modles.*models/);
    await replace("modles", "models");
    await gone(policy, "unknown-field");
    await document.save();
  });

  it("has the errors of a policy that is not open", async () => {
    writeFileSync(policy, policyText({ name: "team", globs: ["listed/*"], authorities: [inline(keys.publicPem)] }));
    appendFileSync(policy, "  surprise: true\n");
    const problem = await entry(policy, "unknown-field");
    assert.match(problem.message, /surprise/);
    rmSync(policy);
    await gone(policy, "unknown-field");
  });
});
