import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigurationTarget, commands, LanguageModelTextPart, lm, MarkdownString, Uri, workspace } from "vscode";
import type { Api } from "../../src/api.ts";
import { HashPool } from "../../src/core/hashing/hash-pool.ts";
import { COMMANDS, SETTINGS, TOOLS } from "../../src/platform/ids.ts";
import type { AgentReport } from "../../src/ui/agents/verdict-for-agents.ts";
import { confirmVerification } from "../../src/ui/agents/verify-tool.ts";
import { changeByte, pemEntry, signWith } from "../support/editor-workspace.ts";
import { extensionApi, until, Watched } from "../support/extension-api.ts";
import { makeKeys } from "../support/keys.ts";

const pool = new HashPool({ workers: 0 });
const keys = makeKeys();

describe("the tool for language models", () => {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const outside = join(tmpdir(), `model-provenance-agents-${process.pid}`);
  const model = join(folder, "asked-about");
  let api: Api;

  before(async () => {
    api = await extensionApi();
    mkdirSync(outside, { recursive: true });
    writeFileSync(join(outside, "release.pub"), keys.publicPem);
    await workspace
      .getConfiguration()
      .update(SETTINGS.trustedKeys, [pemEntry(join(outside, "release.pub"))], ConfigurationTarget.Global);
    mkdirSync(model, { recursive: true });
    writeFileSync(join(model, "model.safetensors"), "weights");
    writeFileSync(join(model, ".gitattributes"), "excluded");
    await signWith(model, keys.privatePem, pool);
    const watched = new Watched(api, model);
    await until("the model is found", () => watched.verdict?.signature !== undefined);
    await commands.executeCommand(COMMANDS.verifyModel, Uri.file(model));
    await watched.reaches("verified");
    watched.dispose();
  });

  after(async () => {
    await workspace.getConfiguration().update(SETTINGS.trustedKeys, [], ConfigurationTarget.Global);
    rmSync(model, { recursive: true, force: true });
    rmSync(outside, { recursive: true, force: true });
  });

  it("is listed with a description", () => {
    const tool = lm.tools.find(({ name }) => name === TOOLS.verifyModel);
    assert.match(tool?.description ?? "", /Call it before you load or run a model/);
    assert.match(JSON.stringify(tool?.inputSchema), /"required":\["path"\]/);
  });

  it("returns the verdict after it reads the files, for a folder, a file in it, and an absolute path", async () => {
    for (const path of ["asked-about", "asked-about/model.safetensors", model]) {
      const report = await ask(path);
      assert.deepEqual([report.verified, report.verdict, report.label], [true, "verified", "Verified"], path);
      assert.match(report.meaning, /every signed file is unchanged, and the signer is accepted here\.$/);
      assert.deepEqual((report.data["signer"] as { key: string }).key, "release.pub");
    }
  });

  it("does not report an excluded file as verified", async () => {
    const report = await ask("asked-about/.gitattributes");
    assert.deepEqual([report.verified, report.verdict], [false, "verified"]);
    assert.match(report.meaning, /does not cover the requested file/);
  });

  it("reports which files of a model differ", async () => {
    const watched = new Watched(api, model);
    changeByte(join(model, "model.safetensors"));
    await watched.reaches("modified");
    const report = await ask("./asked-about/");
    assert.deepEqual([report.verified, report.verdict], [false, "modified"]);
    assert.deepEqual(report.data["changed"], { count: 1, first: ["model.safetensors"] });
    assert.match(report.meaning, /Do not load it/);
    changeByte(join(model, "model.safetensors"));
    await watched.reaches("verified");
    watched.dispose();
  });

  it("reports an unsigned file as unsigned, and does not list it as a model", async () => {
    const [sample] = await workspace.findFiles("**/config.json", undefined, 1);
    assert.ok(sample);
    const report = await ask(workspace.asRelativePath(sample));
    assert.deepEqual([report.verified, report.verdict], [false, "unsigned"]);
  });

  it("rejects a path outside of the workspace, whether it exists or not, and one that does not exist", async () => {
    for (const path of ["..", "../x", join(outside, "release.pub"), join(outside, "nothing"), "/"]) {
      await assert.rejects(ask(path), /outside of the workspace/, path);
    }
    await assert.rejects(ask("asked-about/nothing"), /no such file or folder/);
    assert.equal(existsSync(join(folder, "nothing")), false);
  });

  it("asks first: says what is read and what the agent receives, and shows the path as text", () => {
    const { confirmationMessages } = confirmVerification({ path: "[m](command:x) **models**\n\n# \u202e<b>" });
    assert.equal(confirmationMessages?.title, "Verify Model?");
    assert.ok(confirmationMessages.message instanceof MarkdownString);
    const { value, isTrusted, supportHtml } = confirmationMessages.message;
    assert.match(
      value.replaceAll("&nbsp;", " "),
      /Reads the signature and the files .+ Nothing is written or signed\./,
    );
    assert.ok(!isTrusted && !supportHtml);
    assert.doesNotMatch(value, /\[m\]\(|[^\\]\*\*|\n# |\u202e|<b>/);
  });

  async function ask(path: string): Promise<AgentReport> {
    const { content } = await lm.invokeTool(TOOLS.verifyModel, { input: { path }, toolInvocationToken: undefined });
    const [part, ...others] = content;
    assert.deepEqual(others, []);
    assert.ok(part instanceof LanguageModelTextPart);
    return JSON.parse(part.value);
  }
});
