import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { transformSync } from "esbuild";
import * as vscode from "vscode";
import type { ModelProvenanceApi } from "../../api.d.ts";
import { HashPool } from "../../src/core/hashing/hash-pool.ts";
import { COMMANDS, SETTINGS } from "../../src/platform/ids.ts";
import { documentedExample } from "../support/documented-example.ts";
import { changeByte, pemEntry, signWith } from "../support/editor-workspace.ts";
import { EXTENSION, extensionApi, until } from "../support/extension-api.ts";
import { makeKeys } from "../support/keys.ts";

const { commands, ConfigurationTarget, extensions, Uri, workspace } = vscode;
const pool = new HashPool({ workers: 0 });
const keys = makeKeys();
/** Tests are bundled into `.cache/host-tests` of the repository. */
const REPOSITORY = dirname(dirname(__dirname));

interface Example {
  mayLoad(model: vscode.Uri): Promise<{ may: boolean; why: string }>;
  onMayLoadChanged(model: vscode.Uri, changed: () => void): Promise<vscode.Disposable | undefined>;
}

describe("the API for other extensions", () => {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const outside = join(tmpdir(), `model-provenance-api-${process.pid}`);
  const model = Uri.file(join(folder, "for-others"));
  let api: ModelProvenanceApi;

  before(async () => {
    await extensionApi();
    const given = await extensions.getExtension<ModelProvenanceApi>(EXTENSION)?.activate();
    assert.ok(given);
    api = given;
    mkdirSync(outside, { recursive: true });
    writeFileSync(join(outside, "release.pub"), keys.publicPem);
    await workspace
      .getConfiguration()
      .update(SETTINGS.trustedKeys, [pemEntry(join(outside, "release.pub"))], ConfigurationTarget.Global);
    mkdirSync(model.fsPath, { recursive: true });
    writeFileSync(join(model.fsPath, "model.safetensors"), "weights");
    await signWith(model.fsPath, keys.privatePem, pool);
    await until("the model is found", () => api.getVerdict(model) !== undefined);
  });

  after(async () => {
    await workspace.getConfiguration().update(SETTINGS.trustedKeys, [], ConfigurationTarget.Global);
    rmSync(model.fsPath, { recursive: true, force: true });
    rmSync(outside, { recursive: true, force: true });
  });

  it("runs the documented example, which is notified when a model may be loaded and when no longer", async () => {
    const { mayLoad, onMayLoadChanged } = example();
    assert.deepEqual(await mayLoad(Uri.file(outside)), { may: false, why: "nothing is known of it" });
    let changes = 0;
    const subscription = await onMayLoadChanged(model, () => {
      changes += 1;
    });
    await commands.executeCommand(COMMANDS.verifyModel, model);
    await until("it may be loaded", () => api.getVerdict(model)?.state === "verified");
    assert.deepEqual(await mayLoad(model), { may: true, why: "1 files are as they were signed" });
    assert.ok(changes > 0);
    changes = 0;
    changeByte(join(model.fsPath, "model.safetensors"));
    await until("it changed", () => api.getVerdict(model)?.state === "modified");
    assert.equal((await mayLoad(model)).may, false);
    assert.ok(changes > 0);
    subscription?.dispose();
    changeByte(join(model.fsPath, "model.safetensors"));
    await until("it is back", () => api.getVerdict(model)?.state === "verified");
  });

  it("has version 2, and returns frozen verdicts of models only", () => {
    assert.equal(api.version, 2);
    const verdict = api.getVerdict(model);
    assert.ok(verdict !== undefined);
    assert.throws(() => Object.assign(verdict, { state: "verified" }), TypeError);
    assert.throws(() => Object.assign(verdict.comparison ?? {}, { matches: true }), TypeError);
    assert.equal(api.getVerdict(Uri.joinPath(model, "model.safetensors")), undefined);
    assert.equal(api.getVerdict(model.with({ scheme: "untitled" })), undefined);
  });

  it("goes on after a listener throws", async () => {
    const throwing = api.onDidChangeVerdict(() => {
      throw new Error("of another extension");
    });
    const heard: string[] = [];
    const listening = api.onDidChangeVerdict((models) => heard.push(...models.map(({ fsPath }) => fsPath)));
    await commands.executeCommand(COMMANDS.verifyModel, model);
    assert.ok(heard.includes(model.fsPath));
    await until("it is verified", () => api.getVerdict(model)?.state === "verified");
    throwing.dispose();
    listening.dispose();
  });
});

/** The example of docs/api.md, as it runs in an extension. */
function example(): Example {
  const source = documentedExample(join(REPOSITORY, "docs", "api.md"));
  const { code } = transformSync(source, { loader: "ts", format: "cjs", target: "node22" });
  const module = { exports: {} };
  const required = (name: string): unknown => (name === "vscode" ? vscode : assert.fail(`it needs ${name}`));
  new Function("module", "exports", "require", code)(module, module.exports, required);
  return module.exports as Example;
}
