import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { HashPool } from "../../../src/core/hashing/hash-pool.ts";
import type { PemSource } from "../../../src/core/trust.ts";
import { Checker } from "../../../src/workspace/checker.ts";
import { ModelRegistry } from "../../../src/workspace/registry.ts";
import { type AutomaticChecks, Revalidator } from "../../../src/workspace/revalidator.ts";
import { changeByte, signWith } from "../../support/editor-workspace.ts";
import { engineHere } from "../../support/engine-here.ts";
import { makeKeys } from "../../support/keys.ts";
import { noPolicies } from "../../support/policies.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

const keys = makeKeys();
const other = makeKeys("P-384");
const pool = new HashPool({ workers: 0 });

describe("Revalidator", () => {
  const root = useTemporaryFolder();
  let registry: ModelRegistry;
  let checker: Checker;
  let revalidator: Revalidator;
  let trusted: PemSource[];
  let automatic: AutomaticChecks;
  let covered: boolean;
  let model: string;
  let states: string[];

  beforeEach(async () => {
    registry = new ModelRegistry();
    trusted = [{ label: "release.pub", pem: keys.publicPem }];
    automatic = "signatures";
    covered = false;
    const services = {
      trust: async () => ({ keys: trusted }),
      engine: engineHere(pool),
      watch: async () => {},
      log() {},
    };
    checker = new Checker({ registry, ...services });
    revalidator = new Revalidator({
      registry,
      checker,
      policies: noPolicies(root()),
      automatic: () => automatic,
      covered: () => covered,
      failed: () => {},
      quietMs: 1,
    });
    writeTree(root(), { "m/weights.bin": "w", "m/.git/HEAD": "ref", "m/deep/vocab.txt": "v" });
    model = join(root(), "m");
    await signWith(model, keys.privatePem, pool);
    states = [];
  });

  afterEach(() => {
    revalidator.dispose();
    checker.dispose();
  });

  function found(): void {
    registry.replaceFolder(root(), [{ path: model, kind: "directory", signatures: [join(model, "model.sig")] }]);
  }

  async function verified(): Promise<void> {
    found();
    await checker.check(model, "files", { asked: true });
    assert.equal(state(), "verified");
    registry.onDidChange(() => states.push(`${state()}`));
  }

  /** Where files are checked automatically. */
  async function signerBecomesKnown(): Promise<void> {
    const known = trusted;
    trusted = [];
    automatic = "cached";
    found();
    await reached("unverifiable");
    trusted = known;
    revalidator.trustChanged("trust");
  }

  const state = () => registry.get(model)?.verdict.state;

  /** Resolves when the model gets there; the test's own time-out fails if it never does. */
  async function reached(wanted: string, more: () => boolean = () => true): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = (): boolean => state() === wanted && more();
      if (look()) return resolve();
      const subscription = registry.onDidChange(() => {
        if (!look()) return;
        subscription.dispose();
        resolve();
      });
    });
  }

  it("verifies a signature as soon as the model is found, and reads no file", async () => {
    found();
    await reached("unchecked", () => registry.get(model)?.verdict.signer !== undefined);
    assert.equal(registry.get(model)?.verdict.coverage, undefined);
  });

  it("reads everything automatically only if the setting says so", async () => {
    automatic = "full";
    found();
    await reached("verified");
  });

  it("verifies a new model whose files change while its check still waits", async () => {
    automatic = "cached";
    writeTree(root(), { "first/weights.bin": "w" });
    const first = join(root(), "first");
    await signWith(first, keys.privatePem, pool);
    registry.add({ path: first, kind: "directory", signatures: [join(first, "model.sig")] }, undefined);
    found();
    // The first one runs, this one waits.
    writeTree(root(), { "m/notes.txt": "n" });
    await revalidator.fileChanged(join(model, "notes.txt"));
    await reached("modified");
  });

  it("makes a verdict outdated at once, and checks again when no more changes come", async () => {
    await verified();
    changeByte(join(model, "deep", "vocab.txt"));
    const reported = revalidator.fileChanged(join(model, "deep", "vocab.txt"));
    assert.equal(state(), "stale", "at once");
    assert.equal(registry.get(model)?.verdict.staleBecause, "files");
    await reported;
    await reached("modified");
    assert.deepEqual(states, ["stale", "checking", "modified"]);
    changeByte(join(model, "deep", "vocab.txt"));
    await revalidator.fileChanged(join(model, "deep", "vocab.txt"));
    await reached("verified");
  });

  it("ignores changes of files that the signature excludes, and of the signature file as long as it is the same", async () => {
    await verified();
    await revalidator.fileChanged(join(model, ".git", "HEAD"));
    await revalidator.fileChanged(join(model, "model.sig"));
    await revalidator.fileChanged(join(root(), "mm", "weights.bin"));
    assert.deepEqual(states, []);
  });

  it("ignores late reports about a model that is watched, but not about the folders around it", async () => {
    await verified();
    covered = true;
    await revalidator.fileChanged(join(model, "deep", "vocab.txt"), true);
    await revalidator.fileChanged(model, true);
    assert.deepEqual(states, []);
    await revalidator.fileChanged(root(), true);
    assert.equal(states[0], "stale");
  });

  it("makes a pinned model of Ollama's store outdated where one of its blobs changes", async () => {
    automatic = "off";
    covered = true;
    const manifest = join(root(), "manifests-v2", "ollama.com", "library", "tiny", "1b");
    registry.add({ path: manifest, kind: "file", name: "library/tiny:1b", signatures: [] }, undefined);
    registry.update(manifest, { state: "pinned", model: manifest, reasons: [] });
    await revalidator.fileChanged(join(root(), "elsewhere", "sha256-0"), true);
    assert.equal(registry.get(manifest)?.verdict.state, "pinned");
    await revalidator.fileChanged(join(root(), "blobs", "sha256-0"), true);
    assert.equal(registry.get(manifest)?.verdict.state, "stale");
  });

  it("reacts to a signature that is written again", async () => {
    await verified();
    await signWith(model, other.privatePem, pool);
    await revalidator.fileChanged(join(model, "model.sig"));
    assert.equal(states[0], "stale");
    await reached("unverifiable");
  });

  it("reacts to a deleted folder above", async () => {
    await verified();
    await revalidator.fileChanged(root());
    assert.equal(states[0], "stale");
  });

  it("checks nothing automatically when that is off, and still makes verdicts outdated", async () => {
    await verified();
    automatic = "off";
    writeFileSync(join(model, "more.bin"), "x");
    await revalidator.fileChanged(join(model, "more.bin"));
    assert.equal(state(), "stale");
    automatic = "signatures";
    revalidator.automaticChanged();
    await reached("modified");
  });

  it("makes verdicts outdated that rest on a key that is no longer trusted", async () => {
    await verified();
    trusted = [];
    revalidator.trustChanged("trust");
    assert.equal(registry.get(model)?.verdict.staleBecause, "trust");
    await revalidator.fileChanged(join(model, "weights.bin"));
    assert.equal(registry.get(model)?.verdict.staleBecause, "files", "that says more");
    assert.equal(registry.get(model)?.before?.state, "verified");
    await reached("unverifiable");
    trusted = [{ label: "release.pub", pem: keys.publicPem }];
    revalidator.trustChanged("trust");
    await reached("verified");
  });

  it("checks the files of a model whose signature was replaced by one that can be verified", async () => {
    automatic = "cached";
    await signWith(model, other.privatePem, pool);
    found();
    await reached("unverifiable");
    await signWith(model, keys.privatePem, pool);
    await revalidator.fileChanged(join(model, "model.sig"));
    await reached("verified");
  });

  it("checks a model again whose files could not be read, when one of them changes", async () => {
    automatic = "cached";
    found();
    await reached("verified");
    registry.update(model, { state: "unverifiable", model, reasons: [], signature: join(model, "model.sig") });
    await revalidator.fileChanged(join(model, "weights.bin"));
    await reached("verified");
  });

  it("repeats a check that waited because the signer became known, when files change meanwhile", async () => {
    await signerBecomesKnown();
    await revalidator.fileChanged(join(model, "weights.bin"));
    await reached("verified");
  });

  it("reads the files of models whose signature was verified, when the setting lets it", async () => {
    found();
    await reached("unchecked", () => registry.get(model)?.verdict.signer !== undefined);
    automatic = "cached";
    revalidator.automaticChanged();
    await reached("verified");
  });

  it("verifies a signature that a search finds while a requested check reads the files", async () => {
    automatic = "cached";
    found();
    await reached("verified");
    const more = join(root(), "team.sig");
    const asked = checker.check(model, "files", { asked: true });
    await reached("checking");
    registry.replaceFolder(root(), [{ path: model, kind: "directory", signatures: [join(model, "model.sig"), more] }]);
    assert.equal((await asked).state, "stale");
  });

  it("checks the files of a model whose signer has become known, where files are checked automatically", async () => {
    await signerBecomesKnown();
    await reached("verified");
  });
});
