import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commands, Uri, workspace } from "vscode";
import type { Api } from "../../src/api.ts";
import { COMMANDS } from "../../src/platform/ids.ts";
import { modelItem } from "../../src/ui/tree-items.ts";
import { sha256Of } from "../support/downloads/hub-files.ts";
import { buildOllamaStore } from "../support/downloads/ollama-store.ts";
import { extensionApi, until, Watched } from "../support/extension-api.ts";

const WEIGHTS = Buffer.from("weights");

describe("a store of Ollama in the workspace", () => {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const store = join(folder, "ollama");
  const manifest = join(store, "manifests/registry.ollama.ai/library/tiny/1b");
  const uri = Uri.file(manifest);
  let api: Api;
  let watched: Watched;

  beforeEach(async () => {
    api = await extensionApi();
    watched = new Watched(api, manifest);
    buildOllamaStore(store, {
      "manifests/registry.ollama.ai/library/tiny/1b": { model: WEIGHTS, template: Buffer.from("t") },
    });
    await commands.executeCommand(COMMANDS.findModels);
  });

  afterEach(async () => {
    watched?.dispose();
    rmSync(store, { recursive: true, force: true });
    await commands.executeCommand(COMMANDS.findModels);
  });

  it("lists its models, compares their blobs with the manifest, and notices a blob that changes", async () => {
    const verdict = await watched.reaches("unsigned");
    const known = { path: manifest, kind: "file", name: "library/tiny:1b", folder, verdict } as const;
    assert.equal(modelItem(known, [known]).label, "library/tiny:1b");
    await commands.executeCommand(COMMANDS.checkOrigin, manifest);
    const origin = api.getOrigin(uri);
    assert.equal(origin?.repository, "library/tiny");
    assert.equal(origin?.files.match.length, 3);
    const blob = `sha256-${sha256Of(WEIGHTS)}`;
    writeFileSync(join(store, "blobs", blob), "w3ights");
    await until("the changed blob is named", () => api.getOrigin(uri)?.files.changed.includes(blob) === true);
    assert.equal(watched.verdict?.state, "unsigned");
  });
});
