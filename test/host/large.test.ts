import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { ConfigurationTarget, commands, Uri, workspace } from "vscode";
import { authenticate } from "../../src/core/operations/verify/verify.ts";
import { COMMANDS, SETTINGS } from "../../src/platform/ids.ts";
import { collectGarbage } from "../support/collect-garbage.ts";
import { pemEntry } from "../support/editor-workspace.ts";
import { extensionApi, Watched } from "../support/extension-api.ts";
import { makeKeys } from "../support/keys.ts";
import { manyNames, signNames } from "../support/many-names.ts";

const FILES = 100_000;

describe("a signature of very many files", () => {
  const keys = makeKeys();
  const outside = join(tmpdir(), `model-provenance-large-${process.pid}`);
  const model = join(workspace.workspaceFolders?.[0]?.uri.fsPath ?? "", "large");
  const publicKey = join(outside, "release.pub");

  before(async () => {
    mkdirSync(outside, { recursive: true });
    mkdirSync(model);
    writeFileSync(publicKey, keys.publicPem);
    await set(SETTINGS.trustedKeys, [pemEntry(publicKey)]);
  });

  after(async () => {
    rmSync(model, { recursive: true, force: true });
    rmSync(outside, { recursive: true, force: true });
    await set(SETTINGS.trustedKeys, undefined);
  });

  async function set(name: string, value: unknown): Promise<void> {
    await workspace.getConfiguration().update(name, value, ConfigurationTarget.Global);
  }

  it("is checked without blocking the extension host", async function () {
    this.timeout(300_000);
    const signature = signNames(model, manyNames(FILES), keys);
    const watched = new Watched(await extensionApi(), model);
    // What it takes to read it on this thread, on this machine, now.
    const started = performance.now();
    await authenticate({ model, signature, trust: { keys: [{ label: "release.pub", pem: keys.publicPem }] } });
    const here = performance.now() - started;
    // What making the signature left behind is not to be cleared away meanwhile.
    collectGarbage();
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await commands.executeCommand(COMMANDS.verifyModel, Uri.file(model));
    // A late event of the signature file makes the verdict outdated, and it is checked once more.
    const verdict = await watched.reaches("modified");
    delay.disable();
    watched.dispose();
    assert.equal(verdict.comparison?.missing.length, FILES);
    assert.equal(verdict.comparison.missing.at(-1)?.name, manyNames(FILES).at(-1));
    const [usual, most, longest] = [50, 99, 100].map((share) => delay.percentile(share) / 1e6);
    console.log(
      `    event loop: median ${usual?.toFixed(1)}, 99 % ${most?.toFixed(1)}, longest ${longest?.toFixed(1)} ms; ` +
        `read here, the signature alone takes ${here.toFixed(0)} ms`,
    );
    // Other work on the machine delays any process now and then, and this comparison as well.
    assert.ok(
      longest !== undefined && longest < here / 2,
      `held up for ${longest} ms; reading it here takes ${here} ms`,
    );
  });
});
