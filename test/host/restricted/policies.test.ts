import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commands, Uri, workspace } from "vscode";
import { HashPool } from "../../../src/core/hashing/hash-pool.ts";
import { COMMANDS } from "../../../src/platform/ids.ts";
import { signWith } from "../../support/editor-workspace.ts";
import { extensionApi, until, Watched } from "../../support/extension-api.ts";
import { makeKeys } from "../../support/keys.ts";
import { policyText } from "../../support/policies.ts";

describe("policies of a workspace in Restricted Mode", () => {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const model = join(folder, "governed");
  const policy = join(folder, "model-policy.yaml");
  const keys = makeKeys();
  let watched: Watched;

  before(async () => {
    mkdirSync(model);
    writeFileSync(join(model, "model.safetensors"), "weights");
    await signWith(model, keys.privatePem, new HashPool({ workers: 0 }));
    watched = new Watched(await extensionApi(), model);
  });

  after(() => {
    watched.dispose();
    rmSync(model, { recursive: true, force: true });
    rmSync(policy, { force: true });
  });

  async function decided(...authorities: string[]): Promise<string | undefined> {
    writeFileSync(policy, policyText({ globs: ["governed"], authorities }));
    await commands.executeCommand(COMMANDS.findModels);
    // The editor's event of the change may come while the model is checked, which ends that check as stale.
    do await commands.executeCommand(COMMANDS.verifyModel, Uri.file(model));
    while (watched.verdict?.state === "stale");
    await until("it was checked", () => watched.verdict?.checkedAt !== undefined);
    assert.equal(workspace.isTrusted, false);
    assert.ok(!watched.states.includes("verified"), watched.states.join());
    await until("a policy decided", () => watched.verdict?.decision !== undefined);
    return watched.verdict?.decision?.outcome;
  }

  it("accept no signer", async () => {
    assert.equal(await decided(`key: { data: ${JSON.stringify(keys.publicPem)} }`), "uncovered");
    assert.ok(watched.states.includes("untrusted"), watched.states.join());
    assert.equal(watched.verdict?.reasons.at(-1)?.code, "POLICY_WORKSPACE_UNTRUSTED");
  });

  it("can reject", async () => {
    assert.equal(await decided("static: { action: fail }"), "refused");
  });
});
