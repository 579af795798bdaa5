import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigurationTarget, commands, lm, Uri, workspace } from "vscode";
import { HashPool } from "../../../src/core/hashing/hash-pool.ts";
import { COMMANDS, SETTINGS, TOOLS } from "../../../src/platform/ids.ts";
import { changeByte, pemEntry, signWith } from "../../support/editor-workspace.ts";
import { extensionApi, Watched } from "../../support/extension-api.ts";
import { makeKeys } from "../../support/keys.ts";

describe("Restricted Mode", () => {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const model = join(folder, "tiny-llama");
  const outside = join(tmpdir(), `model-provenance-restricted-${process.pid}`);
  const privateKey = join(outside, "release.pem");
  const keys = makeKeys();

  before(async () => {
    mkdirSync(outside, { recursive: true });
    writeFileSync(privateKey, keys.privatePem);
    writeFileSync(join(outside, "release.pub"), keys.publicPem);
    await signWith(model, keys.privatePem, new HashPool({ workers: 0 }));
    const files = [pemEntry(join(outside, "release.pub"))];
    await workspace.getConfiguration().update(SETTINGS.trustedKeys, files, ConfigurationTarget.Global);
  });

  after(async () => {
    await workspace.getConfiguration().update(SETTINGS.trustedKeys, undefined, ConfigurationTarget.Global);
    rmSync(outside, { recursive: true, force: true });
  });

  it("is on in this window", () => {
    assert.equal(workspace.isTrusted, false);
  });

  it("lists models, and verifies none automatically: neither when found nor after a change", async () => {
    const watched = new Watched(await extensionApi(), model);
    await commands.executeCommand(COMMANDS.findModels);
    assert.equal((await watched.reaches("unchecked")).signer, undefined);
    await commands.executeCommand(COMMANDS.verifyModel, Uri.file(model));
    const { signer } = await watched.reaches("verified");
    assert.equal(signer?.method, "key");
    changeByte(join(model, "model.safetensors"));
    await watched.reaches("stale");
    await commands.executeCommand(COMMANDS.verifyModel, Uri.file(model));
    await watched.reaches("modified");
    assert.deepEqual(
      watched.states.filter((state) => state !== "unchecked"),
      ["checking", "verified", "stale", "checking", "modified"],
    );
    watched.dispose();
  });

  it("answers an agent after the same confirmation", async () => {
    await extensionApi();
    const input = { path: "tiny-llama" };
    const { content } = await lm.invokeTool(TOOLS.verifyModel, { input, toolInvocationToken: undefined });
    assert.match(JSON.stringify(content), /verdict\W+(verified|modified)\W/);
  });

  it("signs nothing", async () => {
    const gguf = join(folder, "gguf");
    await commands.executeCommand(COMMANDS.signModel, { model: Uri.file(gguf), privateKey });
    assert.equal(existsSync(join(gguf, "model.sig")), false);
  });
});
