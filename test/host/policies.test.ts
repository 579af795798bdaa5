import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigurationTarget, commands, languages, type Range, ThemeIcon, Uri, window, workspace } from "vscode";
import type { Api } from "../../src/api.ts";
import { HashPool } from "../../src/core/hashing/hash-pool.ts";
import type { Verdict } from "../../src/core/verdict.ts";
import { COMMANDS, SETTINGS } from "../../src/platform/ids.ts";
import { decorations } from "../../src/ui/badges.ts";
import { modelHover } from "../../src/ui/hover.ts";
import { SOURCE } from "../../src/ui/problems/problem-codes.ts";
import { summary } from "../../src/ui/status-bar.ts";
import { factItem, modelItem } from "../../src/ui/tree-items.ts";
import { type FactNode, factsOf } from "../../src/ui/tree-nodes.ts";
import type { KnownModel } from "../../src/workspace/registry.ts";
import { changeByte, signWith } from "../support/editor-workspace.ts";
import { changesReported, extensionApi, until, Watched } from "../support/extension-api.ts";
import { makeKeys } from "../support/keys.ts";
import { policyText } from "../support/policies.ts";

const pool = new HashPool({ workers: 0 });
const keys = makeKeys();
const stranger = makeKeys("P-384");

describe("policies in the editor", () => {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const outside = join(tmpdir(), `model-provenance-policies-${process.pid}`);
  const policy = join(folder, "model-policy.yaml");
  let api: Api;
  let model: string;
  let watched: Watched;
  let count = 0;

  before(async () => {
    api = await extensionApi();
    mkdirSync(outside, { recursive: true });
  });

  beforeEach(async () => {
    count += 1;
    model = join(folder, "governed", `m${count}`);
    mkdirSync(model, { recursive: true });
    writeFileSync(join(model, "model.safetensors"), `weights ${count}`);
    watched = new Watched(api, model);
  });

  afterEach(async () => {
    watched.dispose();
    rmSync(policy, { force: true });
    rmSync(join(folder, "governed"), { recursive: true, force: true });
    await workspace.getConfiguration().update(SETTINGS.userPolicy, undefined, ConfigurationTarget.Global);
    await commands.executeCommand(COMMANDS.findModels);
  });

  after(() => rmSync(outside, { recursive: true, force: true }));

  const inline = (pem: string): string => `key: { data: ${JSON.stringify(pem)} }`;
  const covering = (...authorities: string[]): string =>
    policyText({ name: "team-models", globs: ["governed/**"], authorities });

  async function verify(): Promise<Verdict> {
    await commands.executeCommand(COMMANDS.verifyModel, Uri.file(model));
    await until("it was checked", () => watched.verdict?.checkedAt !== undefined);
    assert.ok(watched.verdict);
    return watched.verdict;
  }

  const known = (): KnownModel => {
    assert.ok(watched.verdict);
    return { path: model, kind: "directory", folder, verdict: watched.verdict };
  };

  function policyRow(): FactNode {
    const row = factsOf(known()).find(({ id }) => id === "policy:0");
    assert.ok(row);
    return row;
  }

  it("accept a signer that no setting names, and name the authority", async () => {
    writeFileSync(policy, covering(inline(stranger.publicPem), inline(keys.publicPem)));
    await signWith(model, keys.privatePem, pool);
    await verify();
    const { decision } = await watched.reaches("verified");
    assert.equal(decision?.outcome, "accepted");
    assert.equal(policyRow().label, "Accepted by team-models › a1");
    const third = modelHover(known()).value.replaceAll("&nbsp;", " ").split("\n")[2] ?? "";
    assert.match(third, /Accepted by team\\?-models › a1/);
  });

  it("link to the line of the authority that accepted", async () => {
    writeFileSync(policy, covering(inline(stranger.publicPem), inline(keys.publicPem)));
    await signWith(model, keys.privatePem, pool);
    await verify();
    await watched.reaches("verified");
    const { command } = factItem(policyRow());
    assert.ok(command);
    await commands.executeCommand(command.command, ...(command.arguments ?? []));
    const editor = window.activeTextEditor;
    assert.equal(editor?.document.uri.fsPath, policy);
    const line = editor?.document.lineAt(editor.selection.active.line).text;
    assert.match(line ?? "", /name: a1/);
    await commands.executeCommand("workbench.action.closeActiveEditor");
  });

  it("reject a signer, with a reason for each authority", async () => {
    writeFileSync(policy, covering(inline(stranger.publicPem)));
    await signWith(model, keys.privatePem, pool);
    const { state, decision } = await verify();
    assert.notEqual(state, "verified");
    assert.equal(decision?.outcome, "refused");
    assert.equal(policyRow().label, "Not accepted by team-models");
    assert.notEqual(policyRow().children?.length ?? 0, 0);
    assert.match(modelHover(known()).value.replaceAll("&nbsp;", " "), /Not accepted by team/);
  });

  it("require a signature: an unsigned model is amber and has a badge", async () => {
    writeFileSync(policy, covering(inline(keys.publicPem)));
    await until("a signature is required", () => watched.verdict?.decision !== undefined);
    assert.equal(watched.verdict?.state, "unsigned");
    const item = modelItem(known(), [known()]);
    assert.equal(item.iconPath instanceof ThemeIcon && item.iconPath.id, "warning");
    assert.equal(decorations(known()).get(model)?.badge, "!");
    assert.equal(summary([known()]).text, "1 signature missing");
    rmSync(policy);
    await until("no signature is required", () => watched.verdict?.decision === undefined);
    assert.equal(decorations(known()).size, 0);
  });

  it("change, and the models that they cover are checked again", async () => {
    writeFileSync(policy, covering(inline(keys.publicPem)));
    await signWith(model, keys.privatePem, pool);
    await verify();
    await watched.reaches("verified");
    watched.states.length = 0;
    writeFileSync(policy, covering(inline(stranger.publicPem)));
    await until("it is refused", () => watched.verdict?.decision?.outcome === "refused");
    // The event of the first policy may be late, so that it is read once more before this one.
    const since = watched.states.slice(watched.states.lastIndexOf("stale"));
    assert.equal(since[0], "stale", watched.states.join());
    assert.ok(!since.includes("verified"), watched.states.join());
    writeFileSync(policy, covering(inline(keys.publicPem)));
    await watched.reaches("verified");
  });

  it("of the user apply in every workspace, and the workspace cannot weaken them", async () => {
    const own = join(outside, "own.yaml");
    writeFileSync(own, policyText({ name: "mine", authorities: [inline(stranger.publicPem)] }));
    await workspace.getConfiguration().update(SETTINGS.userPolicy, own, ConfigurationTarget.Global);
    writeFileSync(policy, covering(inline(keys.publicPem)));
    await signWith(model, keys.privatePem, pool);
    await verify();
    await until("both have a say", () => watched.verdict?.decision?.policies.length === 2);
    assert.equal(watched.verdict?.decision?.outcome, "refused");
    writeFileSync(own, policyText({ name: "mine", authorities: [inline(keys.publicPem)] }));
    await watched.reaches("verified");
  });

  it("follow changes of the files that they name, wherever those are", async () => {
    const named = join(folder, "governed", "who.txt");
    const own = join(outside, "resting.yaml");
    writeFileSync(named, keys.publicPem);
    writeFileSync(policy, covering("key: { path: governed/who.txt }"));
    await signWith(model, keys.privatePem, pool);
    await verify();
    await watched.reaches("verified");
    writeFileSync(named, stranger.publicPem);
    await until("it is refused", () => watched.verdict?.decision?.outcome === "refused");
    writeFileSync(named, keys.publicPem);
    await watched.reaches("verified");
    writeFileSync(join(outside, "mine.txt"), keys.publicPem);
    writeFileSync(own, policyText({ name: "mine", authorities: ["key: { path: mine.txt }"] }));
    await workspace.getConfiguration().update(SETTINGS.userPolicy, own, ConfigurationTarget.Global);
    await until("both have a say", () => watched.verdict?.decision?.policies.length === 2);
    await watched.reaches("verified");
    writeFileSync(join(outside, "mine.txt"), stranger.publicPem);
    await until("it is refused", () => watched.verdict?.decision?.outcome === "refused");
  });

  it("with an error accept no signer, and link to the error", async () => {
    writeFileSync(policy, `${covering(inline(keys.publicPem))}  surprise: true\n`);
    await signWith(model, keys.privatePem, pool);
    const { state, decision } = await verify();
    assert.notEqual(state, "verified");
    assert.equal(decision?.reasons[0]?.code, "POLICY_INVALID");
    const row = factsOf(known()).find(({ id }) => id === "policy-file:0");
    assert.equal(row?.opens?.fsPath, policy);
    const at: Range | undefined = row?.at;
    assert.ok(at !== undefined && at.start.line > 0);
  });

  it("with an error hide no failure: what changed stays red, in Problems and in code", async () => {
    writeFileSync(policy, covering(inline(keys.publicPem)));
    const signature = Uri.file(await signWith(model, keys.privatePem, pool));
    changeByte(join(model, "model.safetensors"));
    const code = join(folder, "load-governed.py");
    writeFileSync(code, `load("governed/m${count}")\n`);
    // A late event of these changes would rightly make the verdict outdated.
    await changesReported(folder);
    assert.equal((await verify()).state, "modified");
    try {
      const { uri } = await workspace.openTextDocument(Uri.file(code));
      const wrong = (of: Uri): readonly string[] =>
        languages.getDiagnostics(of).flatMap(({ source, message }) => (source === SOURCE ? [message] : []));
      await until("code and Problems warn", () => wrong(signature).length === 1 && wrong(uri).length === 1);
      watched.states.length = 0;
      const listed: number[] = [];
      const seen = languages.onDidChangeDiagnostics(() => listed.push(wrong(signature).length, wrong(uri).length));
      writeFileSync(policy, `${covering(inline(keys.publicPem))}  surprise: true\n`);
      await until("the error counts", () => watched.verdict?.decision?.reasons[0]?.code === "POLICY_INVALID");
      await until("Problems say so", () => wrong(Uri.file(policy)).some((text) => /No signer is accepted/.test(text)));
      seen.dispose();
      assert.deepEqual(
        watched.states.filter((state) => state !== "checking" && state !== "modified"),
        [],
      );
      assert.ok(listed.every((entries) => entries === 1));
      assert.deepEqual([wrong(signature).length, wrong(uri).length], [1, 1]);
      const rows = factsOf(known()).map(({ label }) => label);
      assert.ok(
        rows.some((label) => /^The policy model-policy\.yaml cannot be read, so nothing is accepted/.test(label)),
      );
      assert.ok(rows.includes("Changed (1)"), rows.join("\n"));
    } finally {
      rmSync(code, { force: true });
    }
  });
});
