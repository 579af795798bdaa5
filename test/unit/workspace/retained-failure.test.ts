import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HashPool } from "../../../src/core/hashing/hash-pool.ts";
import type { Trust } from "../../../src/core/trust.ts";
import type { VerdictState } from "../../../src/core/verdict.ts";
import { Checker } from "../../../src/workspace/checker.ts";
import { Policies } from "../../../src/workspace/policies.ts";
import { type KnownModel, ModelRegistry } from "../../../src/workspace/registry.ts";
import { Revalidator } from "../../../src/workspace/revalidator.ts";
import { VerdictStore } from "../../../src/workspace/verdict-store.ts";
import { changeByte, damageSignature, signWith } from "../../support/editor-workspace.ts";
import { engineHere } from "../../support/engine-here.ts";
import { makeKeys } from "../../support/keys.ts";
import { asOrdinaryUser } from "../../support/ordinary-user.ts";
import { policyText } from "../../support/policies.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

const keys = makeKeys();
const other = makeKeys("P-384");
const pool = new HashPool({ workers: 0 });

/** One window: what it knows, and what it does by itself. */
interface Window {
  readonly registry: ModelRegistry;
  readonly policies: Policies;
  readonly checker: Checker;
  readonly revalidator: Revalidator;
  close(): void;
}

describe("a failure", () => {
  const root = useTemporaryFolder();
  let folder: string;
  let model: string;
  let signature: string;
  let policy: string;
  let kept: string;
  let trust: Trust;
  let automatic: boolean;
  let states: VerdictState[];
  let windows: Window[];

  beforeEach(async () => {
    folder = join(root(), "w");
    model = join(folder, "models", "m");
    policy = join(folder, ".sigstore", "model-policy.yaml");
    writeTree(folder, {
      "models/m/weights.bin": "w",
      ".sigstore/model-policy.yaml": policyText({
        name: "team",
        globs: ["models/**"],
        authorities: [`key: { data: ${JSON.stringify(keys.publicPem)} }`],
      }),
    });
    signature = await signWith(model, keys.privatePem, pool);
    trust = {};
    kept = "[]";
    automatic = true;
    states = [];
    windows = [];
  });

  afterEach(() => {
    for (const window of windows.splice(0)) window.close();
  });

  async function open(): Promise<Window> {
    const failed = (error: unknown): void => {
      if (!String(error).includes("Cancelled")) assert.fail(String(error));
    };
    const registry = new ModelRegistry();
    const storage = {
      get: (): unknown => JSON.parse(kept),
      update: async (_key: string, value: unknown): Promise<void> => {
        kept = JSON.stringify(value);
      },
    };
    const memory = new VerdictStore({ registry, storage, failed });
    const policies = new Policies({
      userPolicy: () => "",
      defaultUserPolicy: join(root(), "config", "model-policy.yaml"),
      workspaceTrusted: () => true,
      ownDisk: () => true,
      log: () => {},
    });
    const checker = new Checker({
      registry,
      policies: (known) => policies.sourceFor(known),
      trust: async () => trust,
      engine: engineHere(pool),
      watch: async () => {},
      log: () => {},
    });
    const revalidator = new Revalidator({
      registry,
      checker,
      policies,
      automatic: () => (automatic ? "cached" : "off"),
      covered: () => false,
      failed,
      quietMs: 1,
    });
    await memory.load();
    registry.replaceFolder(folder, [{ path: model, kind: "directory", signatures: [signature] }]);
    registry.onDidChange(() => states.push(registry.get(model)?.verdict.state ?? "unsigned"));
    const window = {
      registry,
      policies,
      checker,
      revalidator,
      close: () => {
        memory.dispose();
        revalidator.dispose();
        checker.dispose();
      },
    };
    windows.push(window);
    return window;
  }

  /** Resolves when the model gets there; the test's own time-out says if it never does. */
  async function reached({ registry }: Window, condition: (known: KnownModel) => boolean): Promise<KnownModel> {
    for (;;) {
      const now = registry.get(model);
      if (now !== undefined && condition(now)) return now;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  const isUnreadable = ({ verdict }: KnownModel): boolean => verdict.decision?.reasons[0]?.code === "POLICY_INVALID";
  const typo = (): void => writeFileSync(policy, "kind: ModelPolicy\nmetadata: { name: team }\nspec: [\n");

  /** A window that has found out that the model changed. */
  async function changed(): Promise<Window> {
    changeByte(join(model, "weights.bin"));
    const window = await open();
    await reached(window, ({ verdict }) => verdict.state === "modified");
    states.length = 0;
    return window;
  }

  it("is kept if a policy cannot be read: the model stays changed, with the policy as the reason", async () => {
    const window = await changed();
    typo();
    window.policies.changed();
    const { verdict } = await reached(window, isUnreadable);
    assert.equal(verdict.state, "modified");
    assert.deepEqual(
      verdict.comparison?.changed.map(({ name }) => name),
      ["weights.bin"],
    );
    assert.equal(verdict.signer?.method, "key");
    assert.equal(verdict.decision?.outcome, "refused");
    assert.equal(verdict.reasons.length, 1);
    assert.match(
      verdict.reasons[0]?.message ?? "",
      /^The policy model-policy\.yaml cannot be read, so nothing is accepted \(line \d+: /,
    );
    assert.deepEqual(
      states.filter((state) => state !== "modified" && state !== "checking"),
      [],
    );
  });

  it("is reported alone, without the policy's errors, when the policy can be read", async () => {
    const window = await changed();
    const { readFileSync } = await import("node:fs");
    const text = readFileSync(policy);
    typo();
    window.policies.changed();
    await reached(window, isUnreadable);
    writeFileSync(policy, text);
    window.policies.changed();
    const { verdict } = await reached(window, (known) => known.verdict.state === "modified" && !isUnreadable(known));
    assert.ok(verdict.reasons.every(({ code }) => code !== "POLICY_INVALID"));
    changeByte(join(model, "weights.bin"));
    await window.revalidator.fileChanged(join(model, "weights.bin"));
    await reached(window, ({ verdict: { state } }) => state === "verified");
  });

  it("is kept when files are touched while a policy cannot be read", async () => {
    const window = await changed();
    typo();
    window.policies.changed();
    await reached(window, isUnreadable);
    await window.revalidator.fileChanged(join(model, "weights.bin"));
    await reached(window, (known) => known.verdict.state === "stale");
    await reached(window, (known) => isUnreadable(known) && known.verdict.state === "modified");
  });

  it("is kept when a policy is deleted", async () => {
    const window = await changed();
    rmSync(policy);
    window.policies.changed();
    const { verdict } = await reached(
      window,
      (known) => known.verdict.decision === undefined && known.verdict.state !== "checking",
    );
    assert.equal(verdict.state, "modified");
    assert.deepEqual(
      verdict.reasons.map(({ code }) => code),
      ["KEY_UNKNOWN"],
    );
    // Other files are another matter.
    await window.revalidator.fileChanged(join(model, "weights.bin"));
    await reached(window, ({ verdict: { state } }) => state === "unverifiable");
  });

  it("is kept if the policy's folder cannot be opened, and then no signer is accepted", async function () {
    if (process.platform === "win32") return this.skip();
    const window = await changed();
    // Settings that trust the signer would decide if there were no policy.
    trust = { keys: [{ label: "prod.pub", pem: keys.publicPem }] };
    await asOrdinaryUser(root(), { [join(folder, ".sigstore")]: 0o000 }, async () => {
      window.policies.changed();
      const { verdict } = await reached(window, isUnreadable);
      assert.equal(verdict.state, "modified");
    });
  });

  it("is kept if a policy changed and nothing is verified automatically", async () => {
    const window = await changed();
    automatic = false;
    typo();
    window.policies.changed();
    await window.policies.sourceFor({ path: model, folder });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(window.registry.get(model)?.verdict.state, "modified");
  });

  it("outlives the window while a policy cannot be read", async () => {
    (await changed()).close();
    typo();
    const next = await open();
    const { verdict } = await reached(next, isUnreadable);
    assert.equal(verdict.state, "modified");
    assert.deepEqual(
      verdict.comparison?.changed.map(({ name }) => name),
      ["weights.bin"],
    );
    next.close();
    const last = await open();
    assert.equal((await reached(last, isUnreadable)).verdict.state, "modified");
  });

  it("of a signature that is not valid outlives policy and window, too, until it is replaced by a valid one", async () => {
    damageSignature(signature);
    const window = await open();
    const { verdict } = await reached(window, ({ verdict: { state } }) => state === "invalid");
    typo();
    window.policies.changed();
    const still = await reached(window, isUnreadable);
    assert.equal(still.verdict.state, "invalid");
    assert.equal(still.verdict.reasons[0]?.message, verdict.reasons[0]?.message);
    window.close();
    const next = await open();
    assert.equal((await reached(next, isUnreadable)).verdict.state, "invalid");
    next.close();
    writeFileSync(
      policy,
      policyText({ globs: ["models/**"], authorities: [`key: { data: ${JSON.stringify(other.publicPem)} }`] }),
    );
    await signWith(model, other.privatePem, pool);
    await reached(await open(), ({ verdict: { state } }) => state === "verified");
  });

  it("does not apply to what was verified: that becomes outdated", async () => {
    const window = await open();
    await reached(window, ({ verdict }) => verdict.state === "verified");
    typo();
    window.policies.changed();
    const { verdict } = await reached(window, isUnreadable);
    assert.equal(verdict.state, "unverifiable");
    assert.equal(verdict.reasons[0]?.code, "POLICY_INVALID");
  });
});
