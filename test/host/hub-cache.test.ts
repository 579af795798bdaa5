import assert from "node:assert/strict";
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigurationTarget, commands, workspace } from "vscode";
import type { Api } from "../../src/api.ts";
import { HashPool } from "../../src/core/hashing/hash-pool.ts";
import { sign } from "../../src/core/operations/sign/sign.ts";
import type { Verdict } from "../../src/core/verdict.ts";
import { COMMANDS, SETTINGS } from "../../src/platform/ids.ts";
import { modelItem } from "../../src/ui/tree-items.ts";
import { changeByte, pemEntry } from "../support/editor-workspace.ts";
import { extensionApi, Watched } from "../support/extension-api.ts";
import { makeKeys } from "../support/keys.ts";
import { policyText } from "../support/policies.ts";
import { skip } from "../support/results.ts";

const keys = makeKeys();
const pool = new HashPool({ workers: 0 });

/** As the hub's library writes it: a snapshot of links into `blobs`, which are named by what is in them. */
describe("a Hugging Face cache in the workspace", () => {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const hub = join(folder, "hub");
  const repository = join(hub, "models--acme--tiny");
  const snapshot = join(repository, "snapshots", "a1".repeat(20));
  const outside = join(tmpdir(), `model-provenance-hub-${process.pid}`);
  const policy = join(folder, "model-policy.yaml");
  let api: Api;
  let watched: Watched;

  before(async function () {
    if (process.platform === "win32") skip(this, "links need a privilege on Windows");
    api = await extensionApi();
    mkdirSync(outside, { recursive: true });
    writeFileSync(join(outside, "release.pub"), keys.publicPem);
    await workspace
      .getConfiguration()
      .update(SETTINGS.trustedKeys, [pemEntry(join(outside, "release.pub"))], ConfigurationTarget.Global);
  });

  beforeEach(() => {
    for (const name of ["blobs", "refs"]) mkdirSync(join(repository, name), { recursive: true });
    mkdirSync(snapshot, { recursive: true });
    put("config.json", "{}");
    put("model.safetensors", "weights");
    watched = new Watched(api, snapshot);
  });

  afterEach(async () => {
    watched?.dispose();
    rmSync(policy, { force: true });
    rmSync(hub, { recursive: true, force: true });
    await commands.executeCommand(COMMANDS.findModels);
  });

  after(async () => {
    await workspace.getConfiguration().update(SETTINGS.trustedKeys, undefined, ConfigurationTarget.Global);
    rmSync(outside, { recursive: true, force: true });
  });

  const blob = (name: string): string => join(repository, "blobs", `${name.length}`.padStart(64, "0"));

  function put(name: string, content: string | Uint8Array): void {
    writeFileSync(blob(name), content);
    symlinkSync(join("..", "..", "blobs", `${name.length}`.padStart(64, "0")), join(snapshot, name));
  }

  /** Signs the snapshot; the signature comes into the cache as any other file does. */
  async function signed(allowSymlinks: boolean): Promise<void> {
    const identity = { method: "key", privateKey: { label: "test", pem: keys.privatePem } } as const;
    const signature = join(outside, "model.sig");
    const model = allowSymlinks ? snapshot : join(outside, "tiny");
    if (!allowSymlinks) {
      mkdirSync(model, { recursive: true });
      for (const name of ["config.json", "model.safetensors"]) {
        writeFileSync(join(model, name), readFileSync(join(snapshot, name)));
      }
    }
    await sign({ model, signature, identity, pool, allowSymlinks });
    put("model.sig", readFileSync(signature));
    rmSync(signature);
    await commands.executeCommand(COMMANDS.findModels);
  }

  it("has its snapshots listed under the name of their repository", async () => {
    await commands.executeCommand(COMMANDS.findModels);
    const verdict = await watched.reaches("unsigned");
    const known = { path: snapshot, kind: "directory", folder, verdict } as const;
    assert.equal(modelItem(known, [known]).label, "acme/tiny");
  });

  it("is verified if the signer followed links; a changed blob makes the verdict outdated", async () => {
    await signed(true);
    const { coverage } = await watched.reaches("verified");
    assert.equal(coverage?.symlinksAllowed, true);
    assert.equal(coverage.files, 2);
    changeByte(blob("model.safetensors"));
    const { comparison } = await watched.reaches("modified");
    assert.deepEqual(
      comparison?.changed.map(({ name }) => name),
      ["model.safetensors"],
    );
    // As a download puts a blob in its place.
    writeFileSync(join(outside, "whole"), "weights");
    renameSync(join(outside, "whole"), blob("model.safetensors"));
    await watched.reaches("verified");
  });

  it("is verified with a note if the signer followed no links, and a changed blob is noticed", async () => {
    await signed(false);
    const { coverage } = await watched.reaches("verified");
    assert.deepEqual(coverage?.hubLinks, ["config.json", "model.safetensors"]);
    changeByte(blob("model.safetensors"));
    await watched.reaches("modified");
  });

  it("is not verified through a link out of the cache, nor if a policy denies links of the cache", async () => {
    const notes = (comparison: Verdict["comparison"]): unknown[] => [
      ...new Set([...(comparison?.changed ?? []), ...(comparison?.added ?? [])].map(({ note }) => note)),
    ];
    await signed(false);
    await watched.reaches("verified");
    const authorities = [`key: { data: ${JSON.stringify(keys.publicPem)} }`];
    writeFileSync(policy, policyText({ globs: ["hub/**"], authorities, verification: "{ hubCacheLinks: deny }" }));
    assert.deepEqual(notes((await watched.reaches("modified")).comparison), ["symlink"]);
    rmSync(policy);
    await watched.reaches("verified");
    rmSync(join(snapshot, "config.json"));
    symlinkSync(join(outside, "tiny", "config.json"), join(snapshot, "config.json"));
    assert.deepEqual(notes((await watched.reaches("modified")).comparison), ["symlink"]);
  });

  it("is verified by a policy only if that allows symlinks, too", async () => {
    const covering = (verification?: string): string => {
      const authorities = [`key: { data: ${JSON.stringify(keys.publicPem)} }`];
      return policyText({ globs: ["hub/**"], authorities, ...(verification === undefined ? {} : { verification }) });
    };
    writeFileSync(policy, covering());
    await signed(true);
    const { decision } = await watched.reaches("untrusted", "modified");
    assert.equal(decision?.outcome, "refused");
    writeFileSync(policy, covering("{ allowSymlinks: true }"));
    await watched.reaches("verified");
  });
});
