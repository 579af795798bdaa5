import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commands, workspace } from "vscode";
import { HashPool } from "../../../src/core/hashing/hash-pool.ts";
import { COMMANDS } from "../../../src/platform/ids.ts";
import { signWith } from "../../support/editor-workspace.ts";
import { extensionApi, until, Watched } from "../../support/extension-api.ts";
import { makeKeys } from "../../support/keys.ts";
import { policyText } from "../../support/policies.ts";

describe("policies in Restricted Mode", () => {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const model = join(folder, "restricted");
  const policy = join(folder, "model-policy.yaml");
  let watched: Watched;

  before(async () => {
    mkdirSync(model);
    writeFileSync(join(model, "model.safetensors"), "weights");
    await signWith(model, makeKeys().privatePem, new HashPool({ workers: 0 }));
    watched = new Watched(await extensionApi(), model);
    await commands.executeCommand(COMMANDS.findModels);
    await until("the model is known", () => watched.verdict !== undefined);
  });

  after(() => {
    watched.dispose();
    rmSync(model, { recursive: true, force: true });
    rmSync(policy, { force: true });
  });

  it("are not created", async () => {
    await commands.executeCommand(COMMANDS.createPolicy);
    await commands.executeCommand(COMMANDS.trustSigner, model);
    assert.equal(existsSync(policy), false);
  });

  it("are not changed", async () => {
    const text = policyText({ globs: ["restricted"], authorities: ["static: { action: fail }"] });
    writeFileSync(policy, text);
    await commands.executeCommand(COMMANDS.trustSigner, model);
    await commands.executeCommand(COMMANDS.ignorePath, model, "x");
    assert.equal(readFileSync(policy, "utf8"), text);
  });
});
