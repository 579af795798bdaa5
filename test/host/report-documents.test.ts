import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { commands, Uri, window, workspace } from "vscode";
import { HashPool } from "../../src/core/hashing/hash-pool.ts";
import type { Decision } from "../../src/core/policy/decision.ts";
import type { Verdict } from "../../src/core/verdict.ts";
import { COMMANDS, REPORT_SCHEME } from "../../src/platform/ids.ts";
import { policyReport } from "../../src/ui/reports/policy-report.ts";
import { ReportDocumentProvider, reportUri } from "../../src/ui/reports/report-documents.ts";
import { signWith } from "../support/editor-workspace.ts";
import { extensionApi, until, Watched } from "../support/extension-api.ts";
import { makeKeys } from "../support/keys.ts";
import { policyText } from "../support/policies.ts";

const keys = makeKeys();
const stranger = makeKeys("P-384");
const inline = (pem: string): string => `key: { data: ${JSON.stringify(pem)} }`;

describe("the report documents", () => {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const model = join(folder, "reported", "a`|](command:x)");
  const policy = join(folder, "model-policy.yaml");
  let watched: Watched;

  before(async () => {
    mkdirSync(model, { recursive: true });
    writeFileSync(join(model, "model.safetensors"), "weights");
    await signWith(model, keys.privatePem, new HashPool({ workers: 0 }));
    watched = new Watched(await extensionApi(), model);
    const covering = policyText({
      name: "team",
      globs: ["reported/*"],
      authorities: [inline(stranger.publicPem), inline(keys.publicPem), inline(makeKeys().publicPem)],
    });
    writeFileSync(
      policy,
      `${covering}---\n${policyText({ name: "others", globs: ["x/*"], authorities: [inline(keys.publicPem)] })}`,
    );
    await commands.executeCommand(COMMANDS.findModels);
    await until("the model is known", () => watched.verdict !== undefined);
    await commands.executeCommand(COMMANDS.verifyModel, Uri.file(model));
    await watched.reaches("verified");
  });

  after(async () => {
    watched.dispose();
    await commands.executeCommand("workbench.action.closeAllEditors");
    rmSync(policy, { force: true });
    rmSync(join(folder, "reported"), { recursive: true, force: true });
    await commands.executeCommand(COMMANDS.findModels);
  });

  async function report(command: string, kind: string): Promise<string> {
    await commands.executeCommand(command, model);
    const open = () =>
      workspace.textDocuments.find(
        ({ uri, isClosed }) => uri.scheme === REPORT_SCHEME && uri.query === `${kind}:${model}` && !isClosed,
      );
    await until("the document is open", () => (open()?.getText() ?? "") !== "");
    const text = open()?.getText() ?? "";
    await commands.executeCommand("workbench.action.closeAllEditors");
    return text;
  }

  /** A late file event may start another verification, so this retries until the report is of one that ended. */
  async function reportOnceSettled(command: string, kind: string, settled: (text: string) => boolean): Promise<string> {
    for (let times = 1; ; times += 1) {
      await watched.reaches("verified");
      const text = await report(command, kind);
      if (settled(text) || times === 20) return text;
    }
  }

  it("explain the decision: the authority that accepts the signer, and the policies for other models", async () => {
    const text = await reportOnceSettled(COMMANDS.explainDecision, "decision", (text) => text.includes("Verified: "));
    assert.match(text, /^### ✓ Verified: /);
    assert.match(text, /Every policy that covers this model accepts it\./);
    assert.match(text, /#### ✓ team\n/);
    assert.match(text, /\| ✓ \| `a1` .* \| .* \|/);
    assert.doesNotMatch(text, /`a0`|`a2`/);
    assert.match(text, /- others: covers `x\/\*`/);
    assert.match(text, /reported\/a`\|\]\(command:x\)/);
    assert.doesNotMatch(text.replaceAll(/``.*?``/g, ""), /\]\(command:/);
  });

  it("show the same report as the terminal", async () => {
    const reportIn = (text: string): unknown => JSON.parse(/```+json\n([\s\S]*?)\n```/.exec(text)?.[1] ?? "{}");
    const text = await reportOnceSettled(COMMANDS.showReport, "report", (text) =>
      isDeepStrictEqual(Reflect.get(Object(reportIn(text)), "verdict"), watched.verdict),
    );
    assert.deepEqual(reportIn(text), { version: 2, command: "verify", verified: true, verdict: watched.verdict });
  });

  it("are updated if they change before the editor opens them", async () => {
    const path = join(folder, "reported", "another");
    const documents = new ReportDocumentProvider(async (kind) => kind);
    const renewed: string[] = [];
    const subscription = documents.onDidChange((uri) => renewed.push(uri.toString()));
    try {
      const [quiet, overtaken] = [reportUri("report", path, "quiet"), reportUri("decision", path, "overtaken")];
      assert.equal(await documents.provideTextDocumentContent(overtaken), "decision");
      documents.changed([path]);
      await documents.provideTextDocumentContent(quiet);
      renewed.length = 0;
      await workspace.openTextDocument(quiet);
      await workspace.openTextDocument(overtaken);
      await until("it is updated", () => renewed.length > 0);
      assert.deepEqual(renewed, [overtaken.toString()]);
    } finally {
      subscription.dispose();
      documents.dispose();
    }
  });

  it("list the authorities that reject a signer, with their reasons in table cells", () => {
    const at = { file: policy, line: 1, column: 1 };
    const decision: Decision = {
      outcome: "refused",
      path: "m",
      reasons: [],
      policies: [
        {
          policy: { name: "team", ...at },
          ...{
            source: "user",
            mode: "enforce",
            satisfied: false,
            counts: true,
            untold: 2,
            reasons: [],
            warnings: [],
          },
          authorities: [{ authority: { name: "a0", ...at }, accepted: false, message: "expected a | b" }],
        },
      ],
    };
    const verdict: Verdict = { state: "untrusted", model, signature: join(model, "model.sig"), reasons: [], decision };
    const text = policyReport({ verdict, path: "m", policies: [], broken: [], workspaceTrusted: true });
    assert.match(text, /#### ✗ team\n/);
    assert.match(text, /\| ✗ \| `a0` \(line 1\) \| `expected a \\\| b` \|/);
    assert.match(text, /… and 2 more authorities, not listed here/);
  });

  it("are all read-only", () => {
    assert.equal(window.activeTextEditor, undefined);
  });
});
