import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ConfigurationTarget,
  commands,
  extensions,
  type MessageOptions,
  type QuickPickItem,
  Uri,
  version,
  window,
  workspace,
} from "vscode";
import { HashPool } from "../../src/core/hashing/hash-pool.ts";
import { sign } from "../../src/core/operations/sign/sign.ts";
import { COMMANDS, SETTINGS } from "../../src/platform/ids.ts";
import { pemEntry, signWith } from "../support/editor-workspace.ts";
import { EXTENSION, extensionApi, until, Watched } from "../support/extension-api.ts";
import { makeKeys } from "../support/keys.ts";
import { policyText } from "../support/policies.ts";
import { skip } from "../support/results.ts";
import { DESKTOP_INI, finderStore } from "../support/tool-files.ts";

const pool = new HashPool({ workers: 0 });
const keys = makeKeys();
const stranger = makeKeys("P-384");
const inline = (pem: string): string => `key: { data: ${JSON.stringify(pem)} }`;
const [showMessage, showPick, showOpen] = [window.showInformationMessage, window.showQuickPick, window.showOpenDialog];
const showError = window.showErrorMessage;
/** Tests are bundled into `.cache/host-tests` of the repository. */
const REPOSITORY = join(__dirname, "..", "..");

interface Asked {
  readonly title: string;
  readonly detail: string;
}

describe("trusting a signer in the editor", () => {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const outside = join(tmpdir(), `model-provenance-trusting-${process.pid}`);
  const publicKey = join(outside, "release.pub");
  const policy = join(folder, "model-policy.yaml");
  const asked: Asked[] = [];
  let watched: Watched;

  before(async function () {
    if (version.startsWith("1.110.")) {
      skip(this, "VS Code 1.110 gives an extension that is an ES module a window of its own");
    }
    if (extensions.getExtension(EXTENSION)?.extensionPath !== REPOSITORY) {
      skip(this, "dialogs of an installed extension cannot be answered from a test");
    }
    mkdirSync(outside, { recursive: true });
    writeFileSync(publicKey, keys.publicPem);
  });

  beforeEach(async () => {
    for (const name of ["a", "b"]) {
      mkdirSync(join(folder, "trusting", name), { recursive: true });
      writeFileSync(join(folder, "trusting", name, "model.safetensors"), `weights ${name}`);
      await signWith(join(folder, "trusting", name), keys.privatePem, pool);
    }
    watched = new Watched(await extensionApi(), at("a"));
    const other = new Watched(await extensionApi(), at("b"));
    await commands.executeCommand(COMMANDS.findModels);
    await until("both models are known", () => watched.verdict !== undefined && other.verdict !== undefined);
    other.dispose();
    asked.length = 0;
  });

  afterEach(async () => {
    window.showInformationMessage = showMessage;
    window.showQuickPick = showPick;
    window.showOpenDialog = showOpen;
    watched?.dispose();
    await commands.executeCommand("workbench.action.closeAllEditors");
    rmSync(policy, { force: true });
    rmSync(join(folder, "trusting"), { recursive: true, force: true });
    await workspace.getConfiguration().update(SETTINGS.trustedKeys, undefined, ConfigurationTarget.Global);
    await commands.executeCommand(COMMANDS.findModels);
  });

  after(() => rmSync(outside, { recursive: true, force: true }));

  const at = (name: string): string => join(folder, "trusting", name);

  /** What the user answers to each question that waits for an answer; everything else is only said. */
  function answer(...buttons: (string | undefined)[]): void {
    const ask = async (title: string, options?: unknown, ...rest: readonly unknown[]): Promise<unknown> => {
      if (typeof options !== "object" || options === null || !("modal" in options)) return undefined;
      asked.push({ title, detail: (options as MessageOptions).detail ?? "" });
      const button = buttons.shift();
      assert.ok(button === undefined || rest.includes(button), `no button ${button} among ${rest.join()}`);
      return button;
    };
    window.showInformationMessage = ask as typeof window.showInformationMessage;
    window.showOpenDialog = async () => [Uri.file(publicKey)];
  }

  function choose(label: string): void {
    const pick = async (items: readonly QuickPickItem[]): Promise<unknown> => {
      const found = items.find((item) => item.label === label);
      assert.ok(found, `no ${label} among ${items.map((item) => item.label).join()}`);
      return found;
    };
    window.showQuickPick = pick as unknown as typeof window.showQuickPick;
  }

  const policyOf = (...authorities: string[]): string =>
    `# ours\n${policyText({ name: "team", globs: ["trusting/*"], authorities })}  # the end\n`;

  it("adds the signer to the policy that rejects it: exactly what the preview shows, after a confirmation", async () => {
    const before = policyOf(inline(stranger.publicPem));
    writeFileSync(policy, before);
    answer("Trust Signer");
    await commands.executeCommand(COMMANDS.trustSigner, at("a"));
    const { decision } = await watched.reaches("verified");
    assert.equal(decision?.policies[0]?.authorities[0]?.authority.name, "release.pub");
    const [{ title, detail } = { title: "", detail: "" }] = asked;
    assert.equal(asked.length, 1);
    assert.equal(title, "Trust key release.pub, who signed a?");
    assert.match(detail, /policy team in model-policy\.yaml/);
    assert.match(detail, /One other model of this workspace becomes accepted: b\./);
    const after = readFileSync(policy, "utf8");
    const lines = after.split("\n").filter((line) => !before.split("\n").includes(line));
    for (const line of lines) assert.ok(detail.includes(line.trim()), `${line} was not shown`);
    const without = after.split("\n").filter((line) => !lines.includes(line));
    assert.equal(without.join("\n"), before);
    assert.match(after, /^# ours\n[\s\S]* {2}# the end\n$/);
  });

  it("can be undone as one step", async () => {
    const before = policyOf(inline(stranger.publicPem));
    writeFileSync(policy, before);
    answer("Trust Signer");
    await commands.executeCommand(COMMANDS.trustSigner, at("a"));
    await watched.reaches("verified");
    const document = await workspace.openTextDocument(policy);
    await window.showTextDocument(document);
    await commands.executeCommand("undo");
    await until("it is undone", () => document.getText() === before);
    await document.save();
    await until("the signer is refused again", () => watched.verdict?.decision?.outcome === "refused");
  });

  it("writes nothing if it is cancelled", async () => {
    const before = policyOf(inline(stranger.publicPem));
    writeFileSync(policy, before);
    answer(undefined);
    await commands.executeCommand(COMMANDS.trustSigner, at("a"));
    assert.equal(asked.length, 1);
    assert.equal(readFileSync(policy, "utf8"), before);
  });

  it("writes nothing into a policy with an error, nor for a key that the model was not signed with", async () => {
    const broken = `${policyOf(inline(stranger.publicPem))}  surprise: 1\n`;
    writeFileSync(policy, broken);
    answer("Trust Signer");
    await commands.executeCommand(COMMANDS.trustSigner, at("a"));
    assert.equal(readFileSync(policy, "utf8"), broken);
    const sound = policyOf("static: { action: fail }");
    writeFileSync(policy, sound);
    writeFileSync(publicKey, stranger.publicPem);
    await commands.executeCommand(COMMANDS.trustSigner, at("a"));
    writeFileSync(publicKey, keys.publicPem);
    assert.equal(readFileSync(policy, "utf8"), sound);
    assert.deepEqual(asked, []);
  });

  it("creates a policy for one model if none covers it", async () => {
    answer("Trust Signer");
    choose("New Policy File");
    await commands.executeCommand(COMMANDS.trustSigner, at("a"));
    const { decision } = await watched.reaches("verified");
    assert.equal(decision?.path, "trusting/a");
    assert.match(readFileSync(policy, "utf8"), /models:\n {4}- glob: trusting\/a\n/);
    assert.match(asked[0]?.detail ?? "", /glob: trusting\/a/);
  });

  it("is offered after signing: in the policy that rejects the signer, and not in the settings", async () => {
    const privateKey = join(outside, "release.pem");
    writeFileSync(privateKey, keys.privatePem);
    writeFileSync(policy, policyOf(inline(stranger.publicPem)));
    const said: string[] = [];
    const ask = async (text: string, options?: unknown, ...rest: readonly unknown[]): Promise<unknown> => {
      if (typeof options === "object") return rest[0];
      said.push([text, options, ...rest].join(" | "));
      return undefined;
    };
    window.showInformationMessage = ask as typeof window.showInformationMessage;
    await commands.executeCommand(COMMANDS.signModel, { model: Uri.file(at("a")), privateKey });
    assert.deepEqual(said, [
      "Signed a with the key release.pem. You don't trust this signer yet, so the model isn't verified. | Trust Signer… | Show Signature",
    ]);
  });

  it("ignores a path after it says what that means", async () => {
    writeFileSync(policy, policyOf(inline(keys.publicPem)));
    writeFileSync(join(at("a"), "notes.txt"), "n");
    await commands.executeCommand(COMMANDS.verifyModel, Uri.file(at("a")));
    await watched.reaches("modified");
    answer("Ignore Path");
    await commands.executeCommand(COMMANDS.ignorePath, at("a"), "notes.txt");
    await watched.reaches("verified");
    assert.match(readFileSync(policy, "utf8"), /verification:\n {4}ignorePaths:\n {6}- notes\.txt\n/);
    assert.match(asked[0]?.detail ?? "", /anyone can change them without notice/);
    assert.match(asked[0]?.detail ?? "", /every model that the policy covers: a, b/);
  });

  it("ignores the files of tools all at once, where they are checked from the start", async () => {
    writeFileSync(policy, policyOf(inline(keys.publicPem)));
    for (const [name, content] of Object.entries({ ".DS_Store": finderStore(), "desktop.ini": DESKTOP_INI })) {
      writeFileSync(join(at("a"), name), content);
    }
    await commands.executeCommand(COMMANDS.verifyModel, Uri.file(at("a")));
    await watched.reaches("modified");
    answer("Ignore Paths");
    const pick = async (items: readonly QuickPickItem[]) => items.filter(({ picked }) => picked === true);
    window.showQuickPick = pick as unknown as typeof window.showQuickPick;
    await commands.executeCommand(COMMANDS.ignorePath, at("a"));
    await watched.reaches("verified");
    assert.match(readFileSync(policy, "utf8"), /ignorePaths:\n {6}- \.DS_Store\n {6}- desktop\.ini\n/);
    assert.equal(asked[0]?.title, "Ignore 2 files in a?");
  });

  it("ignores no signed path", async () => {
    writeFileSync(policy, policyOf(inline(keys.publicPem)));
    await commands.executeCommand(COMMANDS.verifyModel, Uri.file(at("a")));
    answer("Ignore Path");
    await commands.executeCommand(COMMANDS.ignorePath, at("a"), "model.safetensors");
    assert.deepEqual(asked, []);
    assert.doesNotMatch(readFileSync(policy, "utf8"), /ignorePaths/);
  });

  it("creates a policy of the signers that were confirmed one by one", async () => {
    await workspace.getConfiguration().update(SETTINGS.trustedKeys, [pemEntry(publicKey)], ConfigurationTarget.Global);
    answer("Accept", "Create Policy");
    await commands.executeCommand(COMMANDS.createPolicy);
    assert.deepEqual(
      asked.map(({ title }) => title),
      ["Accept key release.pub? (1 of 1)", "Create model-policy.yaml?"],
    );
    assert.match(asked[0]?.detail ?? "", /Signed 2 models: a, b/);
    assert.match(
      readFileSync(policy, "utf8"),
      / {2}name: release\.pub\n[\s\S]*models:\n {4}- glob: trusting\/\*\n {2}a/,
    );
    const { document } = window.activeTextEditor ?? {};
    assert.equal(document?.uri.fsPath, policy);
    await commands.executeCommand(COMMANDS.verifyModel, Uri.file(at("a")));
    await until("the policy decides", () => watched.verdict?.decision?.outcome === "accepted");
  });

  it("creates no policy if no signer was confirmed, and none if the signer is unknown", async () => {
    answer("Do Not Accept", "Create Policy");
    await commands.executeCommand(COMMANDS.createPolicy);
    assert.deepEqual(asked, []);
    await workspace.getConfiguration().update(SETTINGS.trustedKeys, [pemEntry(publicKey)], ConfigurationTarget.Global);
    await commands.executeCommand(COMMANDS.createPolicy);
    assert.equal(asked.length, 1);
    assert.equal(existsSync(policy), false);
  });

  it("writes no policy into a signed model, neither a new file nor through a link", async () => {
    await workspace.getConfiguration().update(SETTINGS.trustedKeys, [publicKey], ConfigurationTarget.Global);
    const errors: string[] = [];
    window.showErrorMessage = (async (text: string) => {
      errors.push(text);
    }) as typeof window.showErrorMessage;
    const linked = join(folder, ".sigstore");
    try {
      symlinkSync(at("b"), linked);
      const before = policyOf(inline(stranger.publicPem));
      writeFileSync(join(at("b"), "model-policy.yaml"), before);
      answer("Trust Signer");
      await commands.executeCommand(COMMANDS.trustSigner, at("a"));
      assert.equal(readFileSync(join(at("b"), "model-policy.yaml"), "utf8"), before);
      rmSync(linked);
      await signFolder();
      answer("Accept", "Create Policy");
      await commands.executeCommand(COMMANDS.createPolicy);
      assert.equal(existsSync(policy), false);
    } finally {
      window.showErrorMessage = showError;
      rmSync(linked, { force: true });
      rmSync(join(folder, "model.sig"), { force: true });
    }
    assert.deepEqual(asked, []);
    assert.equal(errors.length, 2);
    for (const [index, model] of [at("b"), folder].entries()) {
      assert.ok(
        errors[index]?.includes(`would be inside the signed model ${model} and invalidate its signature`),
        errors[index],
      );
      assert.match(errors[index] ?? "", /Open the folder above the model/);
    }
  });

  it("can be withdrawn for selected entries, and the models are verified again", async () => {
    await workspace.getConfiguration().update(SETTINGS.trustedKeys, [pemEntry(publicKey)], ConfigurationTarget.Global);
    await commands.executeCommand(COMMANDS.verifyModel, Uri.file(at("a")));
    await watched.reaches("verified");
    const listed: string[] = [];
    window.showQuickPick = (async (items: readonly QuickPickItem[]) => {
      listed.push(...items.map(({ label, description }) => `${label}: ${description}`));
      return items;
    }) as unknown as typeof window.showQuickPick;
    await commands.executeCommand(COMMANDS.stopTrusting);
    assert.deepEqual(listed, ["release.pub: public key"]);
    assert.deepEqual(workspace.getConfiguration().get(SETTINGS.trustedKeys), []);
    await watched.reaches("unverifiable");
  });

  /** Makes the workspace folder itself a signed model, of the models in it. */
  async function signFolder(): Promise<void> {
    const identity = { method: "key", privateKey: { label: "release.pem", pem: keys.privatePem } } as const;
    const ignorePaths = readdirSync(folder).filter((name) => name !== "trusting");
    await sign({ model: folder, signature: join(folder, "model.sig"), identity, ignorePaths, pool });
  }

  it("opens the policy at its line", async () => {
    writeFileSync(policy, policyOf(inline(keys.publicPem)));
    await commands.executeCommand(COMMANDS.openPolicy);
    const editor = window.activeTextEditor;
    assert.equal(editor?.document.uri.fsPath, policy);
    assert.match(editor?.document.lineAt(editor.selection.active.line).text ?? "", /name: team/);
  });
});
