import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HashPool } from "../../../src/core/hashing/hash-pool.ts";
import type { Trust } from "../../../src/core/trust.ts";
import type { StaleCause, VerdictState } from "../../../src/core/verdict.ts";
import { Checker } from "../../../src/workspace/checker.ts";
import { Policies } from "../../../src/workspace/policies.ts";
import { type KnownModel, ModelRegistry } from "../../../src/workspace/registry.ts";
import { Revalidator } from "../../../src/workspace/revalidator.ts";
import { signWith } from "../../support/editor-workspace.ts";
import { engineHere } from "../../support/engine-here.ts";
import { makeKeys } from "../../support/keys.ts";
import { onPlatform } from "../../support/on-platform.ts";
import { policyText } from "../../support/policies.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

const keys = makeKeys();
const other = makeKeys("P-384");
const pool = new HashPool({ workers: 0 });

describe("Policies", () => {
  const root = useTemporaryFolder();
  let folder: string;
  let model: string;
  let registry: ModelRegistry;
  let policies: Policies;
  let checker: Checker;
  let revalidator: Revalidator;
  let userPolicy: string;
  let defaultUserPolicy: string;
  let ownDisk: boolean;
  let trusted: boolean;
  let trust: Trust;
  let automatic: boolean;
  let evaluate: () => void;

  beforeEach(async () => {
    folder = join(root(), "w");
    model = join(folder, "models", "m");
    writeTree(folder, { "models/m/weights.bin": "w", "keys/prod.pub": keys.publicPem });
    userPolicy = "";
    defaultUserPolicy = join(root(), "config", "model-policy.yaml");
    ownDisk = true;
    trusted = true;
    automatic = true;
    evaluate = () => {};
    trust = {};
    registry = new ModelRegistry();
    policies = new Policies({
      userPolicy: () => userPolicy,
      ownDisk: () => ownDisk,
      get defaultUserPolicy() {
        return defaultUserPolicy;
      },
      workspaceTrusted: () => trusted,
      log: () => {},
    });
    const failed = (error: unknown): void => {
      if (!String(error).includes("Cancelled")) assert.fail(String(error));
    };
    checker = new Checker({
      registry,
      policies: async (known) => {
        const source = await policies.sourceFor(known);
        evaluate();
        return source;
      },
      trust: async () => trust,
      engine: engineHere(pool),
      watch: async () => {},
      log: () => {},
    });
    revalidator = new Revalidator({
      registry,
      checker,
      policies,
      automatic: () => (automatic ? "cached" : "off"),
      covered: () => false,
      failed,
      quietMs: 1,
    });
  });

  afterEach(() => {
    revalidator.dispose();
    checker.dispose();
  });

  function found(signature: string | undefined): void {
    registry.replaceFolder(folder, [
      { path: model, kind: "directory", signatures: signature === undefined ? [] : [signature] },
    ]);
  }

  /** Does it during the next check, when the policies for it are read. */
  function once(change: () => void): void {
    evaluate = () => {
      evaluate = () => {};
      change();
    };
  }

  const inWorkspace = (text: string): void => writeFileSync(join(folder, "model-policy.yaml"), text);
  const ownFile = (): string => join(root(), "config", "model-policy.yaml");
  const own = (text: string): void => {
    mkdirSync(join(root(), "config"), { recursive: true });
    writeFileSync(ownFile(), text);
  };
  const prod = 'key: { path: "keys/prod.pub" }';
  const inline = (pem: string): string => `key: { data: ${JSON.stringify(pem)} }`;

  async function checked(): Promise<VerdictState> {
    const signature = await signWith(model, keys.privatePem, pool);
    automatic = false;
    found(signature);
    return (await checker.check(model, "files", { asked: true })).state;
  }

  const known = (): KnownModel | undefined => registry.get(model);

  /** Resolves when the model gets there; the test's own time-out fails if it never does. */
  async function reached(condition: (known: KnownModel) => boolean): Promise<KnownModel> {
    for (;;) {
      const now = known();
      if (now !== undefined && condition(now)) return now;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it("decide for the models that they cover, and name the authority that accepts", async () => {
    inWorkspace(policyText({ name: "team", globs: ["models/**"], authorities: [prod] }));
    assert.equal(await checked(), "verified");
    const [policy] = known()?.verdict.decision?.policies ?? [];
    assert.equal(policy?.policy.name, "team");
    assert.equal(policy?.authorities[0]?.authority.file, join(folder, "model-policy.yaml"));
  });

  it("know the user's file by either spelling of a Windows drive", async () => {
    defaultUserPolicy = "C:/Users/a/team.yaml";
    await onPlatform("win32", async () => {
      assert.deepEqual(
        ["c:/Users/a/team.yaml", "C:/Users/a/team.yaml", "c:/Users/b/team.yaml"].map((path) =>
          policies.isUserFile(path),
        ),
        [true, true, false],
      );
    });
    assert.equal(policies.isUserFile("c:/Users/a/team.yaml"), false);
  });

  it("keep searches from skipping folders that lead to their patterns, unless these have no literal prefix", async () => {
    inWorkspace(policyText({ globs: ["env/models/**", "**", "node_modules/*/x"], authorities: [prod] }));
    const { searched } = await policies.searchHints(folder);
    assert.deepEqual(searched, ["env/models/**", "node_modules/*/x"]);
  });

  it("decide for a model of their folder that was not found by a search", async () => {
    inWorkspace(policyText({ globs: ["models/**"], authorities: [inline(other.publicPem)] }));
    trust = { keys: [{ label: "prod.pub", pem: keys.publicPem }] };
    const signature = await signWith(model, keys.privatePem, pool);
    registry.add({ path: model, kind: "directory", signatures: [signature] }, folder);
    const { decision } = await checker.check(model, "files", { asked: true });
    assert.equal(decision?.outcome, "refused");
  });

  it("leave the decision to the settings if none covers the model", async () => {
    inWorkspace(policyText({ globs: ["elsewhere/**"], authorities: [prod] }));
    assert.equal(await checked(), "unverifiable");
    trust = { keys: [{ label: "prod.pub", pem: keys.publicPem }] };
    const verdict = await checker.check(model, "files", { asked: true });
    assert.equal(verdict.state, "verified");
    assert.equal(verdict.decision, undefined);
  });

  it("reject a signer that only the settings trust if they cover the model", async () => {
    inWorkspace(policyText({ globs: ["models/**"], authorities: [inline(other.publicPem)] }));
    trust = { keys: [{ label: "prod.pub", pem: keys.publicPem }] };
    assert.notEqual(await checked(), "verified");
    assert.equal(known()?.verdict.decision?.outcome, "refused");
  });

  it("of a workspace that is not trusted accept no signer, and can reject", async () => {
    trusted = false;
    inWorkspace(policyText({ globs: ["models/**"], authorities: [prod] }));
    assert.equal(await checked(), "untrusted");
    assert.equal(known()?.verdict.decision?.reasons[0]?.code, "POLICY_WORKSPACE_UNTRUSTED");
    own(policyText({ name: "mine", authorities: [inline(keys.publicPem)] }));
    policies.forget();
    assert.equal((await checker.check(model, "files", { asked: true })).state, "verified");
    inWorkspace(policyText({ globs: ["models/**"], authorities: ["static: { action: fail }"] }));
    policies.forget();
    const refused = await checker.check(model, "files", { asked: true });
    assert.equal(refused.state, "untrusted");
    assert.equal(refused.decision?.outcome, "refused");
  });

  it("of the user come from the path in the settings, or from the default path", async () => {
    own(policyText({ name: "default", authorities: [inline(keys.publicPem)] }));
    assert.equal(await checked(), "verified");
    userPolicy = join(root(), "named.yaml");
    writeFileSync(userPolicy, policyText({ name: "named", authorities: [inline(other.publicPem)] }));
    policies.forget();
    const { decision } = await checker.check(model, "files", { asked: true });
    assert.deepEqual(
      decision?.policies.map(({ policy }) => policy.name),
      ["named"],
    );
  });

  it("at the default path count only if the disk belongs to the user", async () => {
    own(policyText({ name: "default", authorities: [inline(keys.publicPem)] }));
    ownDisk = false;
    assert.notEqual(await checked(), "verified");
    assert.equal(known()?.verdict.decision, undefined);
    ownDisk = true;
    policies.forget();
    assert.equal((await checker.check(model, "files", { asked: true })).state, "verified");
  });

  it("are those of a relative path below the folder of the default file", () => {
    userPolicy = "team/policy.yaml";
    assert.equal(policies.userFile(), join(root(), "config", "team", "policy.yaml"));
  });

  it("accept nothing if the file that the setting names is missing or has errors", async () => {
    trust = { keys: [{ label: "prod.pub", pem: keys.publicPem }] };
    assert.equal(await checked(), "verified");
    writeFileSync(join(root(), "bad.yaml"), "kind: Nonsense\n");
    for (const file of [join(root(), "missing.yaml"), join(root(), "bad.yaml")]) {
      userPolicy = file;
      policies.forget();
      const { state, decision } = await checker.check(model, "files", { asked: true });
      assert.notEqual(state, "verified", file);
      assert.equal(decision?.reasons[0]?.code, "POLICY_INVALID", file);
    }
  });

  it("require a signature for an unsigned model, until they change", async () => {
    inWorkspace(policyText({ globs: ["models/**"], authorities: [prod] }));
    found(undefined);
    const demanded = await reached(({ verdict }) => verdict.decision !== undefined);
    assert.equal(demanded.verdict.state, "unsigned");
    assert.ok(demanded.verdict.decision?.reasons.some(({ code }) => code === "POLICY_SIGNATURE_REQUIRED"));
    rmSync(join(folder, "model-policy.yaml"));
    policies.changed();
    await reached(({ verdict }) => verdict.decision === undefined);
  });

  it("require a signature although files or the trusted signers change before they are evaluated", async () => {
    inWorkspace(policyText({ globs: ["models/**"], authorities: [prod] }));
    const demanded = ({ verdict }: KnownModel): boolean => verdict.decision !== undefined;
    for (const change of [
      () => revalidator.trustChanged("trust"),
      () => void revalidator.fileChanged(join(model, "weights.bin")),
    ]) {
      once(change);
      found(undefined);
      await reached(demanded);
      registry.remove(model);
    }
  });

  it("require a signature as soon as models are verified automatically", async () => {
    inWorkspace(policyText({ globs: ["models/**"], authorities: [prod] }));
    automatic = false;
    found(undefined);
    automatic = true;
    revalidator.automaticChanged();
    await reached(({ verdict }) => verdict.decision !== undefined);
  });

  it("that are deleted while a signature is verified have decided nothing", async () => {
    inWorkspace(policyText({ globs: ["models/**"], authorities: [inline(other.publicPem)] }));
    trust = { keys: [{ label: "prod.pub", pem: keys.publicPem }] };
    const signature = await signWith(model, keys.privatePem, pool);
    automatic = false;
    found(signature);
    once(() => {
      automatic = true;
      rmSync(join(folder, "model-policy.yaml"));
      policies.changed();
    });
    await assert.rejects(checker.check(model, "signature"), { code: "CANCELLED" });
    await reached(({ verdict }) => verdict.state === "verified" && verdict.decision === undefined);
  });

  it("make the verdicts of models that they cover outdated when they change, and no others", async () => {
    inWorkspace(policyText({ globs: ["models/**"], authorities: [prod] }));
    assert.equal(await checked(), "verified");
    automatic = true;
    const states: VerdictState[] = [];
    const causes: (StaleCause | undefined)[] = [];
    registry.onDidChange(() => {
      states.push(known()?.verdict.state ?? "unsigned");
      causes.push(known()?.verdict.staleBecause);
    });
    inWorkspace(policyText({ globs: ["models/**"], authorities: [inline(other.publicPem)] }));
    policies.changed();
    await reached(({ verdict }) => verdict.decision?.outcome === "refused");
    assert.equal(states[0], "stale");
    assert.equal(causes[0], "policy");
    rmSync(join(folder, "model-policy.yaml"));
    policies.changed();
    await reached(({ verdict }) => verdict.state === "unverifiable" && verdict.decision === undefined);
    states.length = 0;
    inWorkspace(policyText({ globs: ["elsewhere/**"], authorities: [prod] }));
    policies.changed();
    await policies.sourceFor({ path: model, folder });
    assert.deepEqual(states, []);
  });
});
