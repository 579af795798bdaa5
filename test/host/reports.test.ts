import assert from "node:assert/strict";
import { join } from "node:path";
import { commands, env, Uri, workspace } from "vscode";
import type { Verdict } from "../../src/core/verdict.ts";
import type { Signer } from "../../src/core/verification/signer.ts";
import { COMMANDS } from "../../src/platform/ids.ts";
import { modelReport } from "../../src/ui/reports/model-report.ts";
import type { KnownModel } from "../../src/workspace/registry.ts";
import { extensionApi, Watched } from "../support/extension-api.ts";

const HOSTILE = "x`y](command:workbench.action.quit) <img src=x> @alice #1 https://evil.example\n# heading";
const FOLDER = join("/", "home", "alice", "project");
const SIGNER = { method: "key", fingerprint: "9f2c".repeat(16), curve: "P-256", label: "prod.pub" } as const;

function model(verdict: Partial<Verdict>, name = "llama"): KnownModel {
  const path = join(FOLDER, "models", name);
  const whole: Verdict = {
    state: "verified",
    model: path,
    signature: join(path, "model.sig"),
    reasons: [],
    ...verdict,
  };
  return { path, kind: "directory", folder: FOLDER, verdict: whole };
}

describe("a report in Markdown", () => {
  it("has verdict, differences, signer, reason and path in this order, and times in UTC", () => {
    const report = modelReport(
      model({
        state: "modified",
        signer: SIGNER,
        reasons: [{ code: "FILE_CHANGED", message: "big.bin is not what was signed.", details: {} }],
        rootDigest: "ab".repeat(32),
        reading: "full",
        checkedAt: "2026-11-21T14:02:33Z",
        coverage: {
          ...{ files: 14, bytes: 16_100_000_000, bytesRead: 16_100_000_000, bytesFromCache: 0, seconds: 9.8 },
          ...{ symlinksAllowed: false, unsigned: [], empty: [], algorithm: "sha256", serialization: "files" },
          ignored: [
            { name: "README.md", source: "signer" },
            { name: "model.sig", source: "signature" },
          ],
          hidden: { names: [".github/ci.yml"], count: 1, complete: false },
        },
        comparison: {
          matches: false,
          changed: [{ name: "big.bin", expected: "aa".repeat(32), found: "bb".repeat(32) }],
          missing: [],
          added: [{ name: "more.bin" }],
        },
      }),
    );
    assert.equal(
      report,
      `### ✗ Changed since signing: \`llama\`

- Changed (1)
  - \`big.bin\`: expected \`${"aa".repeat(32)}\`, found \`${"bb".repeat(32)}\`
- Added (1)
  - \`more.bin\`
- Signed by \`key prod.pub\` (P-256, SHA-256 \`${"9f2c".repeat(16)}\`)
- Reasons
  - \`big.bin is not what was signed.\`
- 14 files, 16.1 GB, every byte read, 2026-11-21 14:02 UTC
- Excluded (1)
  - \`README.md\`
- Excluded by default, not git's own (1+)
  - \`.github/ci.yml\`
  - the list is incomplete
- Root digest: \`sha256:${"ab".repeat(32)}\`
- Model: \`project/models/llama\`
`,
    );
  });

  it("keeps all untrusted text in code spans", () => {
    const signer: Signer = {
      method: "certificate",
      subject: HOSTILE,
      issuer: HOSTILE,
      alternativeNames: [],
      serialNumber: "1",
      notBefore: "",
      notAfter: "",
      root: HOSTILE,
      fingerprints: [],
    };
    const comparison = {
      matches: false,
      changed: [{ name: HOSTILE, expected: HOSTILE, found: HOSTILE }],
      missing: [{ name: HOSTILE, ignored: false }],
      added: [{ name: HOSTILE }],
    };
    const reasons = [{ code: "INTERNAL", message: HOSTILE, details: {} }] as const;
    const report = modelReport(model({ state: "modified", signer, comparison, reasons }, "a`b [c](d)"));
    const ours = report.replaceAll(/(`+)(?!`).+?(?<!`)\1(?!`)/g, "");
    assert.doesNotMatch(ours, /evil|alice|img|command:|heading|\[|<|@/);
    assert.ok(report.includes("evil.example"), "what was written is still to be read");
  });

  it("lists a limited number of names", () => {
    const added = Array.from({ length: 150 }, (_, index) => ({ name: `${index}.bin` }));
    const report = modelReport(
      model({ state: "modified", comparison: { matches: false, changed: [], missing: [], added } }),
    );
    assert.ok(report.includes("  - … and 50 more\n"));
    assert.ok(!report.includes("`100.bin`"));
  });

  it("has the previous verdict of a model that is being checked", () => {
    const known = model({ signer: SIGNER });
    const checking = { ...known.verdict, state: "checking" } as const;
    assert.ok(modelReport({ ...known, verdict: checking, before: known.verdict }).startsWith("### ✓ Verified"));
  });
});

describe("copying reports", () => {
  const root = workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const paths = ["gguf", "onnx"].map((name) => join(root, name));
  const uris = paths.map((path) => Uri.file(path));

  before(async () => {
    const api = await extensionApi();
    for (const path of paths) {
      const watched = new Watched(api, path);
      await watched.reaches("unsigned");
      watched.dispose();
    }
  });

  it("of several selected models gives an array in JSON, and one after the other in Markdown", async () => {
    await commands.executeCommand(COMMANDS.copyReport, uris[0], uris);
    const reports: { readonly verdict: Verdict }[] = JSON.parse(await env.clipboard.readText());
    assert.deepEqual(
      reports.map(({ verdict }) => verdict.model),
      paths,
    );
    await commands.executeCommand(COMMANDS.copyReportAsMarkdown, uris[0], uris);
    const headings = (await env.clipboard.readText()).split("\n").filter((line) => line.startsWith("###"));
    assert.deepEqual(headings, ["### ○ Not signed: `gguf`", "### ○ Not signed: `onnx`"]);
  });

  it("of a folder gives all models below it", async () => {
    await commands.executeCommand(COMMANDS.copyReportAsMarkdown, Uri.file(root));
    const text = await env.clipboard.readText();
    for (const name of ["gguf", "onnx", "release-notes-skill", "tiny-llama"]) {
      assert.ok(text.includes(`: \`${name}\`\n`), text);
    }
  });
});
