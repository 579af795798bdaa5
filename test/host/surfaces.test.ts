import assert from "node:assert/strict";
import { join } from "node:path";
import { type FileDecoration, type MarkdownString, ThemeColor, ThemeIcon, type TreeItem, Uri } from "vscode";
import type { FoundModel } from "../../src/core/model/found-model.ts";
import type { Verdict } from "../../src/core/verdict.ts";
import { ActionableError, notify, showError } from "../../src/platform/commands.ts";
import { COLOURS, COMMANDS, TREE_CONTEXT } from "../../src/platform/ids.ts";
import type { Log } from "../../src/platform/log.ts";
import { decorations } from "../../src/ui/badges.ts";
import { hoverText, modelHover } from "../../src/ui/hover.ts";
import { modelSentence } from "../../src/ui/model-text.ts";
import { summary } from "../../src/ui/status-bar.ts";
import { factItem, modelItem } from "../../src/ui/tree-items.ts";
import { factsOf } from "../../src/ui/tree-nodes.ts";
import { listNotes, unknownSignerNote } from "../../src/ui/tree-notes.ts";
import { type KnownModel, ModelRegistry } from "../../src/workspace/registry.ts";

const ROOT = join("/", "w", "models");
const SIGNER = { method: "key", fingerprint: "9f2c".repeat(16), curve: "P-256", label: "prod.pub" } as const;
const WORKFLOW_SIGNER = {
  method: "sigstore",
  identity: "https://github.com/acme/models/.github/workflows/release.yml@refs/tags/v1.2",
  identityType: "uri",
  issuer: "https://token.actions.githubusercontent.com",
  signedAt: "2025-11-21T14:02:00Z",
  certificate: {
    serialNumber: "01",
    notBefore: "2025-11-21T14:02:00Z",
    notAfter: "2025-11-21T14:12:00Z",
    authority: "CN=sigstore",
    fingerprint: "ab".repeat(32),
    logs: [],
  },
  log: { url: "https://rekor.sigstore.dev", index: "1", entry: "dsse/0.0.1" },
  timestamps: [],
  extensions: {},
  trustRoot: { label: "public", origin: "built-in" },
} as const;
const COVERAGE = {
  files: 14,
  bytes: 16_100_000_000,
  bytesRead: 16_100_000_000,
  bytesFromCache: 0,
  seconds: 9.8,
  symlinksAllowed: false,
  ignored: [
    { name: ".gitattributes", source: "default" },
    { name: "README.md", source: "signer" },
    { name: "model.sig", source: "signature" },
  ],
  unsigned: [],
  empty: [],
  algorithm: "sha256",
  serialization: "files",
} as const;

function model(name: string, verdict: Partial<Verdict>): KnownModel {
  const path = join(ROOT, name);
  return {
    path,
    kind: "directory",
    folder: join("/", "w"),
    verdict: { state: "verified", model: path, signature: join(path, "model.sig"), reasons: [], ...verdict },
  };
}

const verified = model("llama", {
  signer: SIGNER,
  coverage: COVERAGE,
  reading: "full",
  checkedAt: new Date().toISOString(),
});
const modified = model("whisper", {
  state: "modified",
  signer: SIGNER,
  coverage: COVERAGE,
  comparison: {
    matches: false,
    changed: [
      { name: "big.bin", range: { start: 0, end: 10 }, expected: "aa".repeat(32), found: "bb".repeat(32) },
      { name: "big.bin", range: { start: 10, end: 20 }, expected: "cc".repeat(32), found: "dd".repeat(32) },
    ],
    missing: [{ name: "gone.txt", ignored: false }],
    added: [{ name: "deep/more.bin" }],
  },
});
const invalid = model("skill", {
  state: "invalid",
  reasons: [{ code: "SIGNATURE_NOT_AUTHENTIC", message: "model.sig does not fit.", details: {} }],
});
const unsigned: KnownModel = {
  path: join(ROOT, "gguf"),
  kind: "directory",
  folder: join("/", "w"),
  verdict: { state: "unsigned", model: join(ROOT, "gguf"), reasons: [] },
};
const untrusted = model("phi", { state: "untrusted", signer: SIGNER, coverage: COVERAGE });

const AUTHORITY = "CN=Acme Skills Root,O=Acme";

/** Signed under a root that is not trusted. */
function missingRoot(name: string): KnownModel {
  const reason = { code: "CERTIFICATE_NO_ROOTS", message: "No root.", details: { authority: AUTHORITY } } as const;
  return model(name, { state: "unverifiable", reasons: [reason] });
}

/** As a check leaves it while a policy has errors. */
function unreadable(name: string, state: Verdict["state"]): KnownModel {
  const reason = { code: "POLICY_INVALID", message: "The policy p.yaml cannot be read.", details: {} } as const;
  const decision = { outcome: "refused", path: name, policies: [], reasons: [reason] } as const;
  return model(name, { state, decision, reasons: [reason] });
}

describe("badges", () => {
  it("mark a verified model, and nothing in it", () => {
    const shown = decorations(verified);
    assert.deepEqual([...shown.keys()], [verified.path]);
    assert.equal(shown.get(verified.path)?.badge, "✓");
    assert.equal(colour(shown.get(verified.path)), COLOURS.green);
    assert.equal(shown.get(verified.path)?.propagate, false);
  });

  it("mark a changed model, the files that changed or were added, and the folders above", () => {
    const shown = decorations(modified);
    assert.deepEqual(
      [...shown].map(([path, { badge }]) => [path, badge]),
      [
        [join(modified.path, "big.bin"), "✗"],
        [join(modified.path, "deep", "more.bin"), "+"],
        [modified.path, "✗"],
      ],
    );
    assert.equal(shown.get(modified.path)?.propagate, true);
    assert.match(shown.get(modified.path)?.tooltip ?? "", /1 changed, 1 missing, 1 added/);
  });

  it("say in the tooltip what was signed, by whom and when, also at the changed file", () => {
    const checkedAt = "2025-11-22T10:00:00Z";
    const shown = decorations({ ...modified, verdict: { ...modified.verdict, signer: WORKFLOW_SIGNER, checkedAt } });
    const tooltip = shown.get(join(modified.path, "big.bin"))?.tooltip ?? "";
    assert.match(
      tooltip,
      /^Changed since ci: acme\/models release\.yml@v1\.2 signed it\. Signed .*2025.*\. Checked .*2025/,
    );
    assert.match(shown.get(modified.path)?.tooltip ?? "", /1 changed.*Signed .*2025.*Checked .*2025/);
  });

  it("are short enough for the editor, and absent where there is nothing to report", () => {
    for (const known of [verified, modified, invalid, untrusted]) {
      for (const { badge } of decorations(known).values()) assert.ok(badge !== undefined && [...badge].length <= 2);
    }
    for (const state of ["unsigned", "unchecked", "checking", "unverifiable", "stale"] as const) {
      assert.equal(decorations(model("x", { state })).size, 0);
    }
  });
});

describe("hovers", () => {
  it("have verdict, signer, reason and how it was checked", () => {
    const text = plain(modelHover(verified));
    const order = ["Verified", "prod.pub", "trusted key", "14", "Excluded", "Show", "Verify", "Copy"];
    const places = order.map((word) => text.indexOf(word));
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    assert.ok(!places.includes(-1), text);
    assert.doesNotMatch(text, /model\.sig,/, "the signature itself is not listed as excluded");
  });

  it("name the differing files in the second line, each once", () => {
    const lines = modelHover(modified).value.split("\n");
    assert.match(lines[1] ?? "", /big\.bin/);
    assert.equal(modelHover(modified).value.split("big").length, 2);
  });

  it("can run only the commands that they name, and make no icon from untrusted text", () => {
    const { isTrusted, supportThemeIcons, supportHtml } = modelHover(verified);
    assert.ok(typeof isTrusted === "object");
    assert.ok(isTrusted.enabledCommands.every((id) => Object.values<string>(COMMANDS).includes(id)));
    assert.notEqual(supportThemeIcons, true);
    assert.notEqual(supportHtml, true);
  });

  it("show a hostile name as text", () => {
    const label = "x](command:workbench.action.quit) <img src=x> **b** `c` $(check) \u202egpj";
    const { value } = modelHover(model("x", { signer: { ...SIGNER, label } }));
    const expected =
      "x\\]\\(command:workbench.action.quit\\) &#60;img src\\=x&#62; \\*\\*b\\*\\* \\`c\\` \\$\\(check\\) \ufffdgpj";
    assert.ok(value.includes(expected), value);
    assert.doesNotMatch(value, /\]\(command:workbench/);
    assert.doesNotMatch(value, /\u202e/);
  });
});

describe("the log", () => {
  it("has a line for each message, and one for each failure", () => {
    const lines: string[] = [];
    const write = (level: string) => (text: string) => lines.push(`${level}: ${text.split("\n")[0]}`);
    const log = { info: write("info"), warn: write("warn"), error: write("error") } as unknown as Log;
    notify(log, "information", "Signed llama.");
    notify(log, "warning", "phi can't be verified here.");
    showError(log, new ActionableError("None is signed.", { label: "Search Again", run: () => undefined }));
    assert.deepEqual(lines, [
      "info: Signed llama.",
      "warn: phi can't be verified here.",
      "error: Error: None is signed.",
    ]);
  });
});

describe("lines of a hover", () => {
  it("wrap between words, begin no list, and have no table columns", () => {
    const [, line = ""] = hoverText("title", ["1. one two  three | four"]).split("\n");
    assert.match(line, /^1\.&nbsp;one two&nbsp; ?three &#124; four$/);
  });
});

describe("the status bar", () => {
  const cases: readonly (readonly [string, readonly KnownModel[], string, string | undefined])[] = [
    ["all verified", [verified, verified], "2 models", undefined],
    ["some verified", [verified, unsigned], "1 of 2 models", undefined],
    ["none checked", [unsigned], "1 model", undefined],
    ["none verified", [missingRoot("a"), missingRoot("b"), unsigned], "3 models, none verified", undefined],
    ["one changed", [verified, modified], "1 of 2 models failed verification", "statusBarItem.errorBackground"],
    ["one not valid", [verified, invalid], "1 of 2 models failed verification", "statusBarItem.errorBackground"],
    ["both", [modified, invalid, untrusted], "2 of 3 models failed verification", "statusBarItem.errorBackground"],
    [
      "a policy that cannot be read",
      [unreadable("phi", "unverifiable"), verified],
      "Policy can't be read, no signer accepted",
      "statusBarItem.warningBackground",
    ],
    [
      "a policy that cannot be read, beside a change",
      [unreadable("phi", "unverifiable"), unreadable("whisper", "modified")],
      "1 of 2 models failed verification, policy can't be read",
      "statusBarItem.errorBackground",
    ],
    ["a signer not accepted", [verified, untrusted], "1 signer not accepted", "statusBarItem.warningBackground"],
    [
      "progress",
      [verified, { ...model("y", { state: "checking" }), progress: { bytesDone: 34, bytesTotal: 100 } }],
      "34 %",
      undefined,
    ],
  ];
  it("counts the models of one run while they are verified, but never hides a failure", () => {
    const checking = model("y", { state: "checking" });
    const progress = { done: 120, total: 344 };
    assert.equal(summary([verified, checking], progress).text, "120 of 344");
    assert.equal(summary([verified, modified, checking], progress).text, "1 of 3 models failed verification");
    assert.equal(summary([verified, checking], { done: 0, total: 1 }).text, "Checking…");
  });

  for (const [title, models, text, background] of cases) {
    it(`shows the worst state: ${title}`, () => {
      const shown = summary(models);
      assert.equal(shown.text, text);
      assert.equal(shown.background, background);
    });
  }
});

describe("the tree", () => {
  it("has an accessible label with the state in words", () => {
    const item = modelItem(modified, [modified]);
    assert.equal(item.label, "whisper");
    assert.equal(item.description, "1 changed, 1 missing, 1 added");
    assert.equal(item.contextValue, TREE_CONTEXT.signed);
    assert.match(item.accessibilityInformation?.label ?? "", /^whisper, Changed since signing\. /);
    assert.equal(iconOf(item), "error");
    assert.equal(modelItem(unsigned, [unsigned]).contextValue, TREE_CONTEXT.unsigned);
  });

  it("signs an unsigned model by Enter, and opens nothing else", () => {
    const { command } = modelItem(unsigned, [unsigned]);
    assert.equal(command?.command, COMMANDS.signModel);
    assert.deepEqual(command?.arguments, [unsigned.path]);
    assert.equal(modelItem(verified, [verified]).command, undefined);
  });

  it("shows below each model that a policy cannot be read", () => {
    const known = unreadable("phi", "unverifiable");
    assert.equal(modelItem(known, [known]).description, "policy cannot be read");
    for (const state of ["unverifiable", "modified", "untrusted"] as const) {
      const rows = factsOf(unreadable("phi", state));
      assert.deepEqual(
        rows.filter(({ label }) => label === "The policy p.yaml cannot be read.").map(({ icon }) => icon),
        ["warning"],
        state,
      );
    }
  });

  it("distinguishes models of the same name", () => {
    const twin = { ...verified, path: join(ROOT, "other", "llama") };
    assert.equal(modelItem(verified, [verified, twin]).label, join("models", "llama"));
    assert.equal(modelItem(twin, [verified, twin]).label, join("models", "other", "llama"));
  });

  it("shortens a long identity in the middle", () => {
    const label = `${"a".repeat(60)}-${"z".repeat(60)}`;
    const description = String(modelItem(model("m", { signer: { ...SIGNER, label } }), []).description);
    assert.ok(description.length <= 48);
    assert.match(description, /^key a+…z+$/);
  });

  it("lists signer, differences and coverage below a model; each file opens", () => {
    const facts = factsOf(modified);
    assert.deepEqual(
      facts.map(({ label }) => label),
      ["Signed by key prod.pub", "Changed (1)", "Missing (1)", "Added (1)", "14 files, 16.1 GB"],
    );
    const [changed] = facts[1]?.children ?? [];
    assert.equal(changed?.opens?.fsPath, Uri.file(join(modified.path, "big.bin")).fsPath);
    assert.equal(changed?.description, "2 parts differ");
    assert.match(
      changed?.tooltip ?? "",
      /^big\.bin\nBytes 0 to 10:\nExpected (aa){32}\nFound (bb){32}\nBytes 10 to 20:/,
    );
    assert.equal(facts[2]?.children?.[0]?.opens, undefined);
    const [left] = facts[4]?.children ?? [];
    assert.equal(left?.label, "Excluded (2)");
    assert.deepEqual(
      left?.children?.map(({ label, description }) => [label, description]),
      [
        [".gitattributes", "excluded by default"],
        ["README.md", "excluded by the signer"],
      ],
    );
  });

  it("warns of what the default paths hide besides git's own files, in the tree and in the hover", () => {
    const hidden = { names: [".git/[x](command:y)", ".github/ci.yml"], count: 3, complete: true };
    const known = model("hiding", { signer: SIGNER, coverage: { ...COVERAGE, hidden } });
    const files = factsOf(known).find(({ id }) => id === "files");
    const row = files?.children?.find(({ id }) => id === "hidden");
    assert.equal(row?.label, "Excluded by default, not git's own (3)");
    assert.deepEqual([row.icon, row.colour], ["warning", "amber"]);
    assert.deepEqual(
      row.children?.map(({ label }) => label),
      [...hidden.names, "… and 1 more"],
    );
    const { value } = modelHover(known);
    assert.match(plain(modelHover(known)), /⚠ Excluded by default, not git's own \(3\): .*ci\.yml … and 1 more/);
    assert.doesNotMatch(value, /\]\(command:y/);
  });

  it("shows the expected and the actual digest of a changed file", () => {
    const change = { name: "a.bin", expected: "aa".repeat(32), found: "bb".repeat(32) };
    const comparison = { matches: false, changed: [change], missing: [], added: [] };
    const known = model("one", { state: "modified", comparison });
    const [row] = factsOf(known)[0]?.children ?? [];
    assert.equal(row?.description, "expected aaaa…, found bbbb…");
  });

  it("lists a limited number of files", () => {
    const added = Array.from({ length: 900 }, (_, index) => ({ name: `${index}.bin` }));
    const comparison = { matches: false, changed: [], missing: [], added };
    const known = model("many", { state: "modified", comparison });
    const rows = factsOf(known)[0]?.children ?? [];
    assert.equal(rows.length, 501);
    assert.equal(rows.at(-1)?.label, "… and 400 more");
  });

  it("offers to trust a signer that no policy accepts, but not if the model is allowed by exception", () => {
    const row = (known: KnownModel) => factsOf(known).find(({ id }) => id === "trust");
    const offered = row(untrusted);
    assert.equal(offered?.label, "Not accepted");
    assert.equal(offered.description, "Trust Signer…");
    const item = factItem(offered);
    assert.equal(item.command?.command, COMMANDS.trustSigner);
    assert.deepEqual(item.command?.arguments, [untrusted.path]);
    assert.equal(row(verified), undefined);
    const decision = { outcome: "exception", path: "phi", policies: [], reasons: [] } as const;
    assert.equal(row(model("phi", { state: "untrusted", signer: SIGNER, decision })), undefined);
    const reasons = [{ code: "KEY_UNKNOWN", message: "Its key is not known.", details: {} }] as const;
    assert.equal(row(model("phi", { state: "unverifiable", reasons }))?.label, "Unknown key");
  });

  it("shows a workflow by repository, file and version, and the name of its identity provider", () => {
    const known = model("ci", { signer: WORKFLOW_SIGNER });
    const [signer] = factsOf(known);
    assert.equal(signer?.label, "Signed by ci: acme/models release.yml@v1.2");
    assert.match(signer?.description ?? "", /^GitHub Actions, .*2025/);
    assert.match(signer?.tooltip ?? "", /\/\.github\/workflows\/release\.yml@refs\/tags\/v1\.2/);
    assert.equal(signer?.command?.command, COMMANDS.showSignature);
    const elsewhere = { ...WORKFLOW_SIGNER, issuer: "https://token.actions.example.com" };
    const [other] = factsOf(model("ci", { signer: elsewhere }));
    assert.match(other?.label ?? "", /^Signed by https:/);
  });

  it("lists a snapshot of a Hub cache under its repository, and with its revision if there are two", () => {
    const snapshot = (digit: string): KnownModel =>
      model(join("models--acme--tiny", "snapshots", digit.repeat(40)), {});
    const [one, two] = [snapshot("a"), snapshot("b")];
    assert.equal(modelItem(one, [one, verified]).label, "acme/tiny");
    assert.equal(modelItem(one, [one, two]).label, "acme/tiny @ aaaaaaaa");
  });

  it("says above the list that nothing is signed, and that not all was searched", () => {
    const registry = new ModelRegistry();
    const found = (name: string, signature?: string): FoundModel => ({
      path: join(ROOT, name),
      kind: "directory",
      signatures: signature === undefined ? [] : [join(ROOT, name, signature)],
    });
    assert.deepEqual(listNotes(registry), { above: [], below: [] });
    registry.replaceFolder(ROOT, [found("a"), found("b")], { bound: 500_000, skippedFolders: { count: 0, first: [] } });
    const { above, below } = listNotes(registry);
    assert.equal(above[0]?.label, "No model is signed yet");
    assert.equal(factItem(above[0]).command?.command, COMMANDS.signModel);
    assert.equal(below[0]?.label, "Not all of models was searched");
    assert.match(below[0].description ?? "", /500.000/);
    registry.replaceFolder(ROOT, [found("a", "model.sig"), found("b")]);
    assert.deepEqual(listNotes(registry), { above: [], below: [] });
  });

  it("lists a signature whose model is missing, and opens it", () => {
    const registry = new ModelRegistry();
    const path = join(ROOT, "old", "model.sig");
    const strays = { count: 1, first: [{ path, subject: "llama" }] };
    registry.replaceFolder(ROOT, [], { skippedFolders: { count: 0, first: [] }, strays });
    const [note] = listNotes(registry).below;
    assert.equal(note?.label, "Signature of llama: no such model here");
    assert.equal(note.description, join("old", "model.sig"));
    assert.equal(factItem(note).command?.command, COMMANDS.showSignature);
  });

  it("lists the signatures of a model with the verdict of each, and opens each", () => {
    const base = { accepted: false, decisive: false } as const;
    const path = join(ROOT, "several");
    const signatures = [
      { ...base, signature: join(path, "model.sig"), state: "unverifiable" },
      { ...base, signature: join(path, "claims.jsonl"), line: 2, state: "verified", decisive: true },
    ] as const;
    const row = factsOf(model("several", { signatures })).find(({ id }) => id === "signatures");
    assert.equal(row?.label, "2 signatures");
    assert.deepEqual(
      row.children?.map(({ label }) => label),
      ["model.sig", "claims.jsonl, line 2"],
    );
    assert.deepEqual(
      row.children?.map(({ description }) => description),
      ["Can't be verified here", "Verified, decides"],
    );
    assert.equal(row.children?.[0]?.command?.command, COMMANDS.showSignature);
  });

  it("leads to the root certificate if nothing is trusted: above the list, below each model and in hovers", () => {
    const registry = new ModelRegistry();
    const names = ["a", "b", "c"];
    registry.replaceFolder(
      ROOT,
      names.map((name) => ({ path: join(ROOT, name), kind: "directory", signatures: [join(ROOT, name, "model.sig")] })),
    );
    for (const name of names) registry.update(join(ROOT, name), missingRoot(name).verdict);
    const [note] = listNotes(registry).above;
    assert.ok(note);
    assert.equal(note.label, "Trust Root Certificate…");
    assert.equal(note.description, "Acme Skills Root");
    assert.equal(
      unknownSignerNote(registry),
      "3 models name a certificate authority that you don't trust. It calls itself Acme Skills Root.",
    );
    assert.match(note.tooltip ?? "", /It calls itself Acme Skills Root\.\nCN=Acme Skills Root,O=Acme$/);
    assert.equal(note.command?.command, COMMANDS.trustSigner);
    assert.deepEqual(note.command?.arguments, [join(ROOT, "a")]);
    const [row] = factsOf(missingRoot("a"));
    assert.equal(row?.label, "Unknown certificate authority");
    assert.equal(row.description, "Trust Root Certificate…");
    assert.match(plain(modelHover(missingRoot("a"))), /\[Trust Root Certificate…\]/);
  });

  it("shows a certificate by its common name, with the whole name in the tooltip", () => {
    const signer = {
      method: "certificate",
      subject: "CN=Alice,OU=Models,O=Acme",
      issuer: "CN=Acme CA,O=Acme",
      alternativeNames: [],
      serialNumber: "01",
      notBefore: "2025-11-21T14:02:00Z",
      notAfter: "2035-11-21T14:02:00Z",
      root: AUTHORITY,
      fingerprints: [],
    } as const;
    const known = model("certified", { signer });
    const [row] = factsOf(known);
    assert.equal(row?.label, "Signed by Alice");
    assert.equal(row.description, "Acme CA");
    assert.match(row.tooltip ?? "", /^Signed by CN=Alice,OU=Models,O=Acme\nIssued by CN=Acme CA,O=Acme\n/);
    assert.match(plain(modelHover(known)), /Signed by Alice, issued by Acme CA/);
  });

  it("lists below the models which folders were not searched", () => {
    const registry = new ModelRegistry();
    const skippedFolders = {
      count: 12,
      first: [
        { path: join(ROOT, "env"), reason: "environment" },
        { path: join(ROOT, "node_modules"), reason: "name" },
      ],
    } as const;
    registry.replaceFolder(ROOT, [], { skippedFolders });
    assert.deepEqual(listNotes(registry).below, []);
    registry.replaceFolder(ROOT, [{ path: join(ROOT, "a"), kind: "directory", signatures: [] }], { skippedFolders });
    const [note] = listNotes(registry).below;
    assert.equal(note?.label, "12 folders were not searched");
    assert.equal(note?.description, "env (environment)");
    assert.equal(note?.tooltip, "env (environment)\nnode_modules (packages)\n… and 10 more");
    assert.equal(factItem(note).command?.command, COMMANDS.showOutput);
  });

  it("shows the whole reason if a signature is invalid", () => {
    const [reason] = factsOf(invalid);
    assert.equal(reason?.label, "model.sig does not fit.");
    assert.equal(modelSentence(invalid), "The signature of skill is not valid: model.sig does not fit.");
  });
});

/** Markdown roughly as it is displayed. */
function plain({ value }: MarkdownString): string {
  return value.replaceAll("&nbsp;", " ").replaceAll("\\", "");
}

function colour(decoration: FileDecoration | undefined): string | undefined {
  return decoration?.color instanceof ThemeColor ? decoration.color.id : undefined;
}

function iconOf({ iconPath }: TreeItem): string | undefined {
  return iconPath instanceof ThemeIcon ? iconPath.id : undefined;
}
