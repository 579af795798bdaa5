import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigurationTarget, commands, env, extensions, Uri, version, window, workspace } from "vscode";
import type { Api } from "../../src/api.ts";
import { HashPool } from "../../src/core/hashing/hash-pool.ts";
import { COMMANDS, SETTINGS } from "../../src/platform/ids.ts";
import { readTrustSettings } from "../../src/platform/trust-settings.ts";
import { settingNotes } from "../../src/ui/setting-notes.ts";
import { makeChain } from "../support/certificates.ts";
import { pemEntry, signWith } from "../support/editor-workspace.ts";
import { EXTENSION, extensionApi, Watched } from "../support/extension-api.ts";
import { makeKeys } from "../support/keys.ts";
import { policyText } from "../support/policies.ts";
import { skip } from "../support/results.ts";

const keys = makeKeys();
const chain = makeChain();
const [showMessage, showOpen] = [window.showInformationMessage, window.showOpenDialog];
const REMOTE_NAME = Object.getOwnPropertyDescriptor(env, "remoteName");
/** Tests are bundled into `.cache/host-tests` of the repository. */
const REPOSITORY = join(__dirname, "..", "..");

describe("settings that decide about trust", () => {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const model = join(folder, "trust-settings");
  const outside = join(tmpdir(), `model-provenance-trust-settings-${process.pid}`);
  const publicKey = join(outside, "release.pub");
  let api: Api;
  let watched: Watched;

  const set = async (name: string, value: unknown): Promise<void> =>
    workspace.getConfiguration().update(name, value, ConfigurationTarget.Global);
  const written = (name: string): unknown => JSON.parse(JSON.stringify(workspace.getConfiguration().get(name)));
  const verify = async () => {
    await commands.executeCommand(COMMANDS.verifyModel, Uri.file(model));
    return watched.verdict;
  };

  before(async () => {
    api = await extensionApi();
    mkdirSync(outside, { recursive: true });
    writeFileSync(publicKey, keys.publicPem);
    mkdirSync(model, { recursive: true });
    writeFileSync(join(model, "model.safetensors"), "weights");
    await signWith(model, keys.privatePem, new HashPool({ workers: 0 }));
    watched = new Watched(api, model);
    await commands.executeCommand(COMMANDS.findModels);
  });

  afterEach(async () => {
    window.showInformationMessage = showMessage;
    window.showOpenDialog = showOpen;
    Reflect.deleteProperty(env, "remoteName");
    if (REMOTE_NAME !== undefined) Object.defineProperty(env, "remoteName", REMOTE_NAME);
    for (const name of [SETTINGS.trustedKeys, SETTINGS.trustedCertificates, SETTINGS.userPolicy])
      await set(name, undefined);
    await set(SETTINGS.sigstoreInstance, undefined);
  });

  after(async () => {
    watched.dispose();
    rmSync(model, { recursive: true, force: true });
    rmSync(outside, { recursive: true, force: true });
    await commands.executeCommand(COMMANDS.findModels);
  });

  it("contain the key itself", async () => {
    await set(SETTINGS.trustedKeys, [pemEntry(publicKey)]);
    const verdict = await verify();
    assert.equal(verdict?.state, "verified");
    assert.equal(verdict?.signer?.method === "key" && verdict.signer.label, "release.pub");
    assert.deepEqual(await settingNotes(), []);
  });

  it("do not accept a path, and say what an entry must be", async () => {
    await set(SETTINGS.trustedKeys, [publicKey]);
    await set(SETTINGS.trustedCertificates, [publicKey]);
    assert.notEqual((await verify())?.state, "verified");
    const [key, root] = await settingNotes();
    assert.match(
      key?.tooltip ?? "",
      /trustedKeys\[0\] is ignored: The entry is a path.*"pem": "-----BEGIN PUBLIC KEY-----/,
    );
    assert.match(
      root?.tooltip ?? "",
      /trustedCertificates\[0\] is ignored: The entry is a path.*BEGIN CERTIFICATE-----/,
    );
    assert.deepEqual(key?.command?.arguments, [SETTINGS.trustedKeys]);
  });

  it("use valid entries next to invalid ones, and name each invalid one", async () => {
    const two = `${keys.publicPem}${makeKeys().publicPem}`;
    const bad = [7, { label: "x" }, { label: "two", pem: two }, { label: "mine", pem: keys.privatePem }];
    await set(SETTINGS.trustedKeys, [...bad, pemEntry(publicKey)]);
    await set(SETTINGS.trustedCertificates, [
      { label: "both", pem: `${chain.root.pem}${keys.privatePem}` },
      { label: "root", pem: chain.root.pem },
    ]);
    const { keys: read, roots, problems } = await readTrustSettings();
    assert.deepEqual(read, [pemEntry(publicKey)]);
    assert.deepEqual(
      roots.map(({ label }) => label),
      ["root"],
    );
    assert.equal(problems.length, 5);
    assert.match(problems[2]?.message ?? "", /trustedKeys\[2\].*two contains 2 PEM blocks/);
    assert.match(problems[4]?.message ?? "", /both contains a private key/);
    assert.equal((await verify())?.state, "verified");
  });

  describe("in a window of the test's own", () => {
    before(function () {
      if (version.startsWith("1.110.")) {
        skip(this, "VS Code 1.110 gives an extension that is an ES module a window of its own");
      }
      if (extensions.getExtension(EXTENSION)?.extensionPath !== REPOSITORY) {
        skip(this, "dialogs of an installed extension cannot be answered from a test");
      }
    });

    const trustKey = async (file: string): Promise<void> => {
      window.showOpenDialog = async () => [Uri.file(file)];
      const ask = async (_title: string, ...rest: readonly unknown[]): Promise<unknown> =>
        rest.includes("Trust Always") ? "Trust Always" : undefined;
      window.showInformationMessage = ask as typeof window.showInformationMessage;
      await commands.executeCommand(COMMANDS.trustKey);
    };

    it("receive a key and a certificate by Trust Key…, once each, and nothing else of the file", async () => {
      await trustKey(publicKey);
      await trustKey(publicKey);
      assert.deepEqual(written(SETTINGS.trustedKeys), [{ label: "release.pub", pem: keys.publicPem }]);
      assert.equal((await verify())?.state, "verified");
      const both = join(outside, "both.pem");
      writeFileSync(both, `notes\n${keys.privatePem}${chain.root.pem}`);
      await trustKey(both);
      const [entry] = (await readTrustSettings()).roots;
      assert.equal(entry?.label, "both.pem");
      assert.doesNotMatch(entry?.pem ?? "", /PRIVATE|notes/);
      assert.equal((written(SETTINGS.trustedCertificates) as unknown[]).length, 1);
    });

    it("ignore paths if the disk belongs to a container image, and say so", async function () {
      if (Object.isFrozen(env)) skip(this, "this VS Code lets no test change the name of the remote");
      const own = join(outside, "own.yaml");
      writeFileSync(
        own,
        policyText({ name: "mine", authorities: [`key: { data: ${JSON.stringify(keys.publicPem)} }`] }),
      );
      await set(SETTINGS.userPolicy, own);
      await set(SETTINGS.sigstoreInstance, join(outside, "trust_config.json"));
      assert.equal((await verify())?.state, "verified");
      assert.deepEqual(await settingNotes(), []);
      for (const name of ["dev-container", "codespaces"]) {
        Object.defineProperty(env, "remoteName", { get: () => name, configurable: true });
        const verdict = await verify();
        assert.notEqual(verdict?.state, "verified", name);
        assert.equal(verdict?.decision, undefined, name);
        const notes = await settingNotes();
        assert.deepEqual(
          notes.map(({ label, description }) => [label, description]),
          [
            [`${SETTINGS.userPolicy} is ignored in this window`, own],
            [`${SETTINGS.sigstoreInstance} is ignored in this window`, join(outside, "trust_config.json")],
          ],
        );
        assert.match(notes[0]?.tooltip ?? "", /runs in a container or codespace whose image a repository can choose/);
      }
      Object.defineProperty(env, "remoteName", { get: () => "ssh-remote", configurable: true });
      assert.equal((await verify())?.state, "verified");
    });
  });
});
