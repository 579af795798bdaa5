import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { commands, extensions, TabInputCustom, TabInputText, Uri, window, workspace } from "vscode";
import { HashPool } from "../../src/core/hashing/hash-pool.ts";
import type { OriginReport } from "../../src/core/origin/origin.ts";
import { Engine } from "../../src/engine/engine.ts";
import { COMMANDS, EDITORS } from "../../src/platform/ids.ts";
import { showLine, ViewerDocument } from "../../src/ui/viewer/viewer-document.ts";
import type { Origins } from "../../src/workspace/origins.ts";
import { ModelRegistry } from "../../src/workspace/registry.ts";
import { signWith } from "../support/editor-workspace.ts";
import { EXTENSION, extensionApi, until } from "../support/extension-api.ts";
import { makeKeys } from "../support/keys.ts";
import { skip } from "../support/results.ts";

const pool = new HashPool({ workers: 0 });
const keys = makeKeys();

describe("the signature viewer in its host", () => {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const model = join(folder, "viewed");
  let signature: string;

  before(async () => {
    const api = await extensionApi();
    mkdirSync(model);
    writeFileSync(join(model, "model.safetensors"), "weights");
    signature = await signWith(model, keys.privatePem, pool);
    await commands.executeCommand(COMMANDS.findModels);
    await until("the model is known", () => api.getVerdict(Uri.file(model))?.signature === signature);
  });

  after(async () => {
    await commands.executeCommand("workbench.action.closeAllEditors");
    rmSync(model, { recursive: true, force: true });
  });

  /** What the tab in front shows, and by which editor. */
  function inFront(): string {
    const input: unknown = window.tabGroups.activeTabGroup.activeTab?.input;
    if (input instanceof TabInputCustom) return `${input.viewType} ${input.uri.fsPath}`;
    return input instanceof TabInputText ? `text ${input.uri.fsPath}` : "nothing";
  }

  async function comesToFront(what: string): Promise<void> {
    await until(`${what} is in front`, () => inFront() === what, inFront);
  }

  it("opens by default for names that only OMS uses, and has nothing to save", async () => {
    await commands.executeCommand("vscode.open", Uri.file(signature));
    await comesToFront(`${EDITORS.signature} ${signature}`);
    assert.equal(window.tabGroups.activeTabGroup.activeTab?.isDirty, false);
  });

  it("leaves other names to the text editor, and opens them on request", async () => {
    const generic = join(model, "release.sig");
    writeFileSync(generic, "c2lnbmF0dXJl");
    await commands.executeCommand("vscode.open", Uri.file(generic));
    await comesToFront(`text ${generic}`);
    await commands.executeCommand(COMMANDS.showSignature, Uri.file(generic));
    await comesToFront(`${EDITORS.signature} ${generic}`);
    rmSync(generic);
  });

  it("opens from a model by the command that tree and hover run", async () => {
    await commands.executeCommand("workbench.action.closeAllEditors");
    await commands.executeCommand(COMMANDS.showSignature, model);
    await comesToFront(`${EDITORS.signature} ${signature}`);
  });

  it("reopens as text in the same place", async () => {
    await commands.executeCommand("workbench.action.closeAllEditors");
    await commands.executeCommand("vscode.open", Uri.file(signature));
    await comesToFront(`${EDITORS.signature} ${signature}`);
    await commands.executeCommand("workbench.action.reopenTextEditor");
    await comesToFront(`text ${signature}`);
    assert.equal(window.tabGroups.activeTabGroup.tabs.length, 1);
  });

  it("shares one process with all checks of the window", async function () {
    if (process.platform === "win32") return skip(this, "there is no ps");
    await commands.executeCommand(COMMANDS.verifyModel, Uri.file(model));
    await commands.executeCommand(COMMANDS.showSignature, model);
    await comesToFront(`${EDITORS.signature} ${signature}`);
    const dist = Uri.joinPath(extensions.getExtension(EXTENSION)?.extensionUri ?? Uri.file("/"), "dist").fsPath;
    const processes = execFileSync("ps", ["-A", "-o", "ppid=,args="], { encoding: "utf8" }).split("\n");
    const ours = processes.filter((line) => Number.parseInt(line, 10) === process.pid && line.includes(dist));
    assert.deepEqual(
      ours.map((line) => line.slice(line.indexOf(dist) + dist.length + 1).split(" ")[0]),
      ["engine.js"],
    );
  });

  describe("has a document that", () => {
    let registry: ModelRegistry;
    let document: ViewerDocument;
    let engine: Engine;
    let changes: number;
    let report: OriginReport | undefined;
    let read: ((path: string) => void) | undefined;
    const origins: Pick<Origins, "get" | "failure" | "request" | "onDidChange"> = {
      get: () => report,
      failure: () => undefined,
      request: () => {},
      onDidChange: (listener) => {
        read = listener;
        return { dispose: () => {} };
      },
    };

    beforeEach(async () => {
      registry = new ModelRegistry();
      report = undefined;
      document = await ViewerDocument.open(Uri.file(signature), { registry, engine, origins });
      changes = 0;
      document.onDidChange(() => {
        changes += 1;
      });
    });
    afterEach(() => document.dispose());
    before(() => {
      const { extensionUri } = extensions.getExtension(EXTENSION) ?? assert.fail();
      const entry = pathToFileURL(Uri.joinPath(extensionUri, "dist", "engine.js").fsPath);
      engine = new Engine({ entry, cache: join(folder, "cache") });
    });
    after(() => engine.dispose());

    async function label(): Promise<string> {
      return (await document.state()).state.headline.label;
    }

    it("follows the verdict of its model, and ignores other models", async () => {
      assert.equal(await label(), "Not checked yet");
      registry.add({ path: model, kind: "directory", signatures: [signature] }, folder);
      assert.equal(changes, 1);
      const { generation } = await document.snapshot();
      registry.update(model, { state: "verified", model, signature, reasons: [] });
      assert.equal(changes, 2);
      assert.equal(await label(), "Verified");
      assert.equal((await document.snapshot()).generation, generation, "no row changed");
      registry.add({ path: join(folder, "other"), kind: "directory", signatures: [] }, folder);
      assert.equal(changes, 2);
    });

    it("shows one bundle of a file with one per line: the one that decides, or the chosen one", async () => {
      const path = join(model, "claims.jsonl");
      const line = JSON.stringify(JSON.parse(readFileSync(signature, "utf8")));
      writeFileSync(path, `${line}\n${line}\n`);
      const claims = await ViewerDocument.open(Uri.file(path), { registry, engine, origins });
      const shown = async () => (await claims.snapshot()).subject.summary?.line;
      try {
        assert.equal(await shown(), 1);
        registry.add({ path: model, kind: "directory", signatures: [path] }, folder);
        const base = { signature: path, accepted: false, decisive: false, state: "unverifiable" } as const;
        const second = { ...base, line: 2, state: "verified", accepted: true, decisive: true } as const;
        const signatures = [{ ...base, line: 1 }, second];
        registry.update(model, { state: "verified", model, signature: path, signatures, reasons: [] });
        assert.equal(await shown(), 2);
        assert.equal((await claims.state()).state.headline.label, "Verified");
        showLine(Uri.file(path), 1);
        assert.equal(await shown(), 1);
        assert.equal((await claims.state()).state.headline.label, "Can't be verified here");
        showLine(Uri.file(path), undefined);
        assert.equal(await shown(), 2);
      } finally {
        claims.dispose();
        rmSync(path);
      }
    });

    it("has the state of every file, and new rows when files change", async () => {
      registry.add({ path: model, kind: "directory", signatures: [signature] }, folder);
      const before = await document.snapshot();
      assert.deepEqual([before.counts.listed, before.counts.changed], [1, 0]);
      const changed = [{ name: "model.safetensors", expected: "00", found: "01" }];
      const comparison = { matches: false, changed, missing: [], added: [{ name: "new" }] };
      registry.update(model, { state: "modified", model, signature, reasons: [], comparison });
      const after = await document.snapshot();
      assert.deepEqual([after.counts.changed, after.counts.added], [1, 1]);
      assert.ok(after.generation > before.generation);
      const { rows } = await document.rows({ filter: "all", search: "", offset: 0, count: 10 });
      assert.deepEqual(
        rows.map(({ name, state, size }) => [name, state, size]),
        [
          ["model.safetensors", "changed", "7 B"],
          ["new", "added", ""],
        ],
      );
    });

    it("shows where the model was downloaded from as soon as that is read, beside the same verdict", async () => {
      registry.add({ path: model, kind: "directory", signatures: [signature] }, folder);
      const before = await document.state();
      assert.deepEqual(before.state.sections, []);
      report = { pointers: [], claims: [{ file: "README.md", field: "license", kind: "license", value: "MIT" }] };
      changes = 0;
      read?.(join(folder, "other"));
      assert.equal(changes, 0);
      read?.(model);
      assert.equal(changes, 1);
      const { state } = await document.state();
      assert.deepEqual(state.sections[0]?.claims, [{ label: "License", value: "MIT (README.md: license)" }]);
      assert.deepEqual(state.headline, before.state.headline);
    });

    it("reads the file again when it is written, and says what is wrong with it", async () => {
      const root = (await document.snapshot()).subject.summary?.statement?.rootDigest;
      assert.match(root ?? "", /^[0-9a-f]{64}$/);
      writeFileSync(signature, "cut sh");
      await until("the change was reported", () => changes > 0);
      assert.equal((await document.snapshot()).subject.summary?.problem?.code, "BUNDLE_NOT_JSON");
      rmSync(signature);
      signature = await signWith(model, keys.privatePem, pool);
    });
  });
});
