import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Outcome } from "../../src/core/policy/decision.ts";
import { readPolicies } from "../../src/core/policy/read-policies.ts";
import { certificateFingerprint, readCertificates } from "../../src/core/verification/certificates.ts";
import { sha256 } from "../support/bundles.ts";
import { makeCertificate } from "../support/certificates.ts";
import { makeKeys } from "../support/keys.ts";
import { certificateSignature, decide, keylessSignature, keySignature, type Signed } from "../support/policies.ts";
import { CLI } from "../support/run-cli.ts";
import { runMain } from "../support/run-main.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";

const PROJECT = join(import.meta.dirname, "../..");
const YAML = yamlBlocks("docs/policies.md");
const GOOGLE = "https://accounts.google.com";
const KEYS = makeKeys();
const ROOT = makeCertificate({ subject: "Vendor Root", ca: true }).pem;
const [ROOT_FINGERPRINT = ""] = readCertificates([{ label: "", pem: ROOT }]).map(certificateFingerprint);

describe("the policies of docs/policies.md", () => {
  const folder = useTemporaryFolder();
  beforeEach(() => writeTree(folder(), { "keys/prod.pub": KEYS.publicPem, "vendor-root.pem": ROOT }));
  const example = YAML.find((text) => text.includes("kind: ModelPolicy")) ?? "";
  const read = () => readPolicies(Buffer.from(example), join(folder(), "model-policy.yaml"));

  it("are without an error or a warning", async () => {
    const { policies, diagnostics } = await read();
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(
      policies.map(({ name }) => name),
      ["team-models", "old-models"],
    );
  });

  const workflow = (ref: string) =>
    keylessSignature(
      `https://github.com/acme/models/.github/workflows/release.yml@${ref}`,
      "https://token.actions.githubusercontent.com",
    );
  const CASES: readonly (readonly [title: string, model: string, signed: Signed, outcome: Outcome])[] = [
    ["a release", "models/llama", workflow("refs/tags/v1.2"), "accepted"],
    ["a build of a branch", "models/llama", workflow("refs/heads/main"), "refused"],
    ["Alice", "models/meta/llama", keylessSignature("alice@example.com", GOOGLE), "accepted"],
    ["a login at Acme", "models/llama", keylessSignature("bob.b@acme.example", GOOGLE), "accepted"],
    ["a login with a suffix after Acme", "models/llama", keylessSignature("bob@acme.example.org", GOOGLE), "refused"],
    [
      "a login with a letter instead of the dot",
      "models/llama",
      keylessSignature("bob@acmeXexample", GOOGLE),
      "refused",
    ],
    ["the key", "models/llama", keySignature(sha256(KEYS.publicPem)), "accepted"],
    ["the vendor", "models/llama", certificateSignature(ROOT_FINGERPRINT, "CN=Model Signing,O=Vendor"), "accepted"],
    ["another one of the vendor", "models/llama", certificateSignature(ROOT_FINGERPRINT, "CN=Web,O=Vendor"), "refused"],
    ["no signer", "models/llama", "none", "refused"],
    ["no signer, for an old model", "legacy/bert", "none", "unsigned"],
    ["a login, for an old model", "legacy/bert", keylessSignature("alice@example.com", GOOGLE), "exception"],
    [
      "a login, for a model that no policy covers",
      "else/x",
      keylessSignature("alice@example.com", GOOGLE),
      "uncovered",
    ],
  ];
  for (const [title, model, signed, outcome] of CASES) {
    it(`${title}, ${model}: ${outcome}`, async () => {
      const { policies } = await read();
      assert.equal(decide({ workspace: policies, model, signed }).outcome, outcome);
    });
  }

  describe("in continuous integration", () => {
    const recipes = yamlBlocks("README.md");
    const job = parse(recipes.find((text) => text.includes("npx")) ?? "");
    const [hook] = parse(readFileSync(join(PROJECT, ".pre-commit-hooks.yaml"), "utf8"));
    const commands: Readonly<Record<string, string>> = {
      "the job": job.models.script[0].replace(/^npx --yes model-provenance@\d+\.\d+\.\d+ | > models.xml$/g, ""),
      "the hook": hook.entry.replace(/^model-provenance /, ""),
    };

    it("use the inputs of the action and the hook", () => {
      const workflow = parse(recipes.find((text) => text.includes("runs-on")) ?? "");
      const { inputs } = parse(readFileSync(join(PROJECT, "action.yml"), "utf8"));
      for (const name of Object.keys(workflow.jobs.models.steps.at(-1).with)) assert.ok(name in inputs, name);
      const config = parse(recipes.find((text) => text.includes("pre-commit")) ?? "");
      assert.equal(config.repos[0].hooks[0].id, hook.id);
    });

    it("need less than ten lines", () => {
      assert.equal(recipes.length, 3);
      for (const text of recipes) {
        assert.ok(text.trim().split("\n").length < 10, text);
      }
    });

    for (const [title, command] of Object.entries(commands)) {
      it(`${title} passes signed models, and fails for a changed one`, async function () {
        this.timeout(30_000);
        writeTree(folder(), {
          "models/llama/config.json": "{}",
          "prod.pem": KEYS.privatePem,
          "prod.pub": KEYS.publicPem,
        });
        const llama = join(folder(), "models/llama");
        const signing = await runMain([
          "sign",
          "key",
          llama,
          "--private-key",
          join(folder(), "prod.pem"),
          "--signature",
          join(llama, "model.sig"),
        ]);
        assert.equal(signing.status, 0, signing.stderr);
        const init = await runMain(["policy", "init", folder(), "--public-key", join(folder(), "prod.pub"), "--yes"]);
        assert.equal(init.status, 0, init.stderr);
        const args = command.split(" ");
        assert.equal(args[0], "scan");
        const run = () => spawnSync(process.execPath, [CLI, ...args], { cwd: folder(), encoding: "utf8" });
        const good = run();
        assert.equal(good.status, 0, good.stdout + good.stderr);
        appendFileSync(join(llama, "config.json"), " ");
        const changed = run();
        assert.equal(changed.status, 1, changed.stdout + changed.stderr);
        assert.match(changed.stdout, /Changed since signing {2}models\/llama|<failure message="Changed since signing/);
      });
    }
  });
});

function yamlBlocks(page: string): string[] {
  const text = readFileSync(join(PROJECT, page), "utf8");
  return [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block]) => block ?? "");
}
