import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { cacheFolder } from "../../../src/terminal/program-folders.ts";
import { sha256 } from "../../support/bundles.ts";
import { makeKeys } from "../../support/keys.ts";
import { policiesOf, policyText } from "../../support/policies.ts";
import { canMakeTerminal, runInTerminal } from "../../support/pseudo-terminal.ts";
import { runMain } from "../../support/run-main.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";
import { VECTORS } from "../../support/vectors.ts";

const SCHEMA: object = JSON.parse(
  readFileSync(new URL("../../../schemas/report.schema.json", import.meta.url), "utf8"),
);
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(SCHEMA);
/** Not the validator itself: as a type guard it would take the type of what it is given away. */
const fits = (report: unknown): boolean => validate(report);
const keys = makeKeys();
const KEY = "key: { path: prod.pub }";
const PASS = "static: { action: pass, message: until 2027 }";

describe("policies on the command line", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const at = (name: string): string => join(folder(), name);
  const run = (...args: string[]) =>
    runMain(args, { cwd: folder(), env: { HOME: folder(), XDG_CONFIG_HOME: at("config") } });
  const policy = (name: string, ...parts: Parameters<typeof policyText>): string => {
    writeFileSync(at(name), policyText(...parts));
    return at(name);
  };
  const sign = async (model: string): Promise<void> => {
    const signature = at(`${model}/model.sig`);
    const { status, stderr } = await run(
      "sign",
      "key",
      at(model),
      "--private-key",
      at("prod.pem"),
      "--signature",
      signature,
    );
    assert.equal(status, 0, stderr);
  };

  beforeEach(async () => {
    writeTree(folder(), {
      "prod.pem": keys.privatePem,
      "prod.pub": keys.publicPem,
      "other.pub": makeKeys().publicPem,
      "models/llama/config.json": "{}",
      "models/bert/model.gguf": "GGUF",
    });
    await sign("models/llama");
  });

  describe("verify --policy", () => {
    it("needs no key, and names the authority that accepted and its line", async () => {
      const file = policy("model-policy.yaml", {
        globs: ["models/*"],
        authorities: [PASS.replace("pass", "fail"), KEY],
      });
      const { status, stdout } = await run("verify", at("models/llama"), "--policy", file);
      assert.equal(status, 0, stdout);
      assert.match(stdout, /^✓ Verified {2}llama\n {2}signed by {2}key prod\.pub /);
      assert.match(stdout, /\n {2}accepted {3}team › a1\n/);
      assert.match(stdout, /\n✓ llama is what key prod\.pub signed, unchanged\.\n$/);
      const long = await run("verify", at("models/llama"), "--policy", file, "--long");
      assert.match(
        long.stdout,
        /\n {2}policy {5}Accepted by team › a1 {2}model-policy\.yaml:3\n {15}✓ a1: signed with prod\.pub {2}model-policy\.yaml:10\n/,
      );
    });

    it("explains why each authority rejects", async () => {
      const file = policy("p.yaml", {
        authorities: ["key: { path: other.pub }", "keyless: { identities: [{ issuer: i, subject: s }] }"],
      });
      const { status, stdout } = await run("verify", at("models/llama"), "--policy", file);
      assert.equal(status, 1);
      assert.match(
        stdout,
        /Not accepted by team {2}p\.yaml:3\n +✗ a0: not signed with other\.pub {2}p\.yaml:8\n +✗ a1: requires a login or CI identity, but it was signed with a key/,
      );
    });

    it("accepts several policies, which all have to accept", async () => {
      const first = policy("a.yaml", { authorities: [KEY] });
      const second = policy("b.yaml", { name: "strict", authorities: ["key: { path: other.pub }"] });
      const { status, stdout } = await run("verify", at("models/llama"), "--policy", first, "--policy", second);
      assert.equal(status, 1);
      assert.match(stdout, /\? llama is what key prod\.pub signed, unchanged, but no policy accepts this signer\.\n$/);
    });

    it("is not verified if it is allowed by an exception", async () => {
      const file = policy("p.yaml", { authorities: [PASS] });
      const unsigned = await run("verify", at("models/bert"), "--policy", file);
      assert.equal(unsigned.status, 1);
      assert.match(unsigned.stdout, /^! Allowed by exception {2}bert\n/);
      assert.match(unsigned.stdout, /team allows it by exception: until 2027/);
    });

    it("compares patterns with the path in the policy's folder, or in --root", async () => {
      const file = policy("p.yaml", { globs: ["llama"], authorities: [KEY] });
      const outside = await run("verify", at("models/llama"), "--policy", file);
      assert.equal(outside.status, 1);
      assert.match(outside.stdout, /No policy covers models\/llama\./);
      assert.equal((await run("verify", at("models/llama"), "--policy", file, "--root", at("models"))).status, 0);
    });

    it("uses no policy that has an error, and shows the line", async () => {
      writeFileSync(at("p.yaml"), policyText({ authorities: ["key: { path: none.pub }"] }));
      const { status, stdout, stderr } = await run("verify", at("models/llama"), "--policy", at("p.yaml"));
      assert.equal(status, 2);
      assert.equal(stdout, "");
      assert.match(
        stderr,
        /^p\.yaml:9:20: error: There is no file none\.pub in the workspace folder\. \[file-missing\]\n/,
      );
      assert.match(stderr, /p\.yaml has errors\. Nothing was verified\.\n$/);
    });

    it("prints JSON that matches the schema", async () => {
      const file = policy("p.yaml", { authorities: [KEY] });
      for (const flags of [["--json"], ["--format", "json"]]) {
        const { status, stdout } = await run("verify", at("models/llama"), "--policy", file, ...flags);
        assert.equal(status, 0);
        const report = JSON.parse(stdout);
        assert.ok(fits(report), JSON.stringify(validate.errors, null, 2));
        assert.equal(report.verdict.decision.outcome, "accepted");
      }
    });

    it("prints a SLSA Verification Summary", async () => {
      const file = policy("p.yaml", { authorities: [KEY] });
      const summary = async () =>
        JSON.parse((await run("verify", at("models/llama"), "--policy", file, "--format", "vsa")).stdout);
      const passed = await summary();
      assert.equal(passed._type, "https://in-toto.io/Statement/v1");
      assert.equal(passed.predicateType, "https://slsa.dev/verification_summary/v1");
      const { predicate } = passed;
      assert.deepEqual(
        [predicate.verificationResult, predicate.verifiedLevels, predicate.resourceUri],
        ["PASSED", ["OMS_SIGNED"], "models/llama"],
      );
      assert.equal(predicate.policy.digest.sha256, sha256(readFileSync(file)));
      assert.match(predicate.policy.uri, /^file:\/\/\/.*\/p\.yaml$/);
      assert.equal(predicate.inputAttestations[0].digest.sha256, sha256(readFileSync(at("models/llama/model.sig"))));
      assert.match(predicate.timeVerified, /^\d{4}-\d\d-\d\dT.*Z$/);
      const digest = await run("digest", at("models/llama"), "--ignore-paths", at("models/llama/model.sig"));
      assert.ok(digest.stdout.includes(passed.subject[0].digest.sha256), digest.stdout);
      appendFileSync(at("models/llama/config.json"), " ");
      const failed = await summary();
      assert.deepEqual([failed.predicate.verificationResult, failed.predicate.verifiedLevels], ["FAILED", ["FAILED"]]);
      assert.notEqual(failed.subject[0].digest.sha256, passed.subject[0].digest.sha256);
      const again = await run("digest", at("models/llama"), "--ignore-paths", at("models/llama/model.sig"));
      assert.ok(again.stdout.includes(failed.subject[0].digest.sha256), again.stdout);
    });

    it("verifies a keyless signature without the network", async function () {
      if (VECTORS === undefined) this.skip();
      symlinkSync(join(VECTORS, "reference/v1.1.0-sigstore"), at("keyless"));
      const identity = { issuer: "https://sigstore.verify.ibm.com/oauth2", subject: "stefanb@us.ibm.com" };
      const file = policy("p.yaml", { authorities: [`keyless: ${JSON.stringify({ identities: [identity] })}`] });
      const { status, stdout, stderr } = await run(
        "verify",
        at("keyless"),
        "--policy",
        file,
        "--offline",
        "--root",
        folder(),
      );
      assert.equal(status, 0, stdout + stderr);
      assert.match(stdout, /warning: team: the signer excluded ignore-me/);
    });

    it("reports wrong usage", async () => {
      const file = policy("p.yaml", { authorities: [KEY] });
      for (const [words, says] of [
        [["--policy", file, "--format", "xml"], /--format: "xml" is not one of text, json, vsa/],
        [["--policy", file, "--json", "--format", "vsa"], /exclude each other/],
        [["--policy", file, "--public-key", "x"], /There is no option --public-key/],
        [["--policy"], /--policy needs a value/],
      ] as const) {
        const { status, stderr } = await run("verify", at("models/llama"), ...words);
        assert.equal(status, 2, words.join(" "));
        assert.match(stderr, says);
      }
    });
  });

  describe("scan --policy", () => {
    const scan = (file: string, ...more: string[]) => run("scan", folder(), "--policy", file, ...more);

    it("exits 0 if all models pass, and prints why", async () => {
      const file = policy("p.yaml", { authorities: [KEY, PASS] });
      const { status, stdout } = await scan(file);
      assert.equal(status, 0, stdout);
      assert.match(stdout, /^! Allowed by exception {2}models\/bert\n/);
      assert.match(
        stdout,
        /\n✓ Verified {2}models\/llama {2}key prod\.pub\nNo signature required: 3 files .*\n2 models: 1 verified, 1 allowed, 0 rejected\n$/,
      );
    });

    it("exits 1 if one is rejected, or covered by no policy", async () => {
      const strict = await scan(policy("p.yaml", { authorities: [KEY] }));
      assert.equal(strict.status, 1);
      assert.match(
        strict.stdout,
        /! Not signed {2}models\/bert {2}rejected\n(.*\n)* +team: a signature is required, and there is none\./,
      );
      const narrow = await scan(policy("p.yaml", { globs: ["models/llama"], authorities: [KEY] }));
      assert.equal(narrow.status, 1);
      assert.match(narrow.stdout, /No policy covers models\/bert\.\n.*\n2 models: 1 verified, 1 rejected\n$/);
    });

    it("only warns if the policy only warns", async () => {
      const { status, stdout } = await scan(policy("p.yaml", { mode: "warn", authorities: [KEY] }));
      assert.equal(status, 0);
      assert.match(stdout, /2 models: 1 verified, 1 allowed, 0 rejected\n$/);
    });

    it("treats a folder that a policy names as a model, whatever is in it", async () => {
      writeTree(folder(), { "data/rows.csv": "a" });
      const { status, stdout } = await scan(policy("p.yaml", { globs: ["models/**", "data"], authorities: [KEY] }));
      assert.equal(status, 1);
      assert.match(stdout, /! Not signed {2}data {2}rejected/);
    });

    it("continues after a model that cannot be read", async () => {
      writeFileSync(at("models/bert/model.sig"), "{");
      const { status, stdout } = await scan(policy("p.yaml", { authorities: [KEY] }));
      assert.equal(status, 1);
      assert.match(stdout, /models\/bert/);
      assert.match(stdout, /✓ Verified {2}models\/llama/);
    });

    it("prints JSON that matches the schema", async () => {
      const { status, stdout, stderr } = await scan(policy("p.yaml", { authorities: [KEY] }), "--json");
      assert.equal(status, 1);
      const report = JSON.parse(stdout);
      assert.ok(fits(report), JSON.stringify(validate.errors, null, 2));
      assert.equal(report.passed, false);
      assert.deepEqual(
        report.models.map(({ state, passed }: { state: string; passed: boolean }) => [state, passed]),
        [
          ["unsigned", false],
          ["verified", true],
        ],
      );
      assert.match(stderr, /2 models: 1 verified, 1 rejected/);
    });

    it("prints SARIF, with a rule for each kind of result", async () => {
      appendFileSync(at("models/llama/config.json"), " ");
      writeTree(folder(), { "models/ä b/x.gguf": "x" });
      const { status, stdout } = await scan(
        policy("p.yaml", { globs: ["models/llama", "models/bert"], authorities: [KEY] }),
        "--format",
        "sarif",
      );
      assert.equal(status, 1);
      const log = JSON.parse(stdout);
      assert.equal(log.version, "2.1.0");
      const [{ tool, results }] = log.runs;
      assert.equal(tool.driver.name, "model-provenance");
      const uris = results.map(
        (result: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }) =>
          result.locations[0]?.physicalLocation.artifactLocation.uri,
      );
      assert.deepEqual(uris, ["models/bert", "models/llama/model.sig", "models/%C3%A4%20b"]);
      const rules = new Set(tool.driver.rules.map(({ id }: { id: string }) => id));
      for (const { ruleId, level, message } of results) {
        assert.ok(rules.has(ruleId), ruleId);
        assert.equal(level, "error");
        assert.ok(message.text.length > 0);
      }
      assert.match(results[1].message.text, /changed: config\.json/);
    });

    it("as SARIF, with addresses from the current folder where the policy is below it", async () => {
      writeTree(folder(), { "sub/bert/model.safetensors": "b", "sub/prod.pub": readFileSync(at("prod.pub")) });
      const file = policy("sub/p.yaml", { globs: ["bert", "missing"], authorities: [KEY] });
      const { stdout } = await run("scan", at("sub"), "--policy", file, "--format", "sarif");
      const uris = [...stdout.matchAll(/"uri": ?"([^"]+)"/g)].map(([, uri]) => uri);
      assert.deepEqual(uris.sort(), ["sub/bert", "sub/p.yaml"]);
    });

    it("prints SARIF with exceptions as notes and warnings as warnings", async () => {
      const levels = async (...parts: Parameters<typeof policyText>) => {
        const { stdout, status } = await scan(policy("p.yaml", ...parts), "--format", "sarif");
        assert.equal(status, 0);
        return JSON.parse(stdout).runs[0].results.map(({ level }: { level: string }) => level);
      };
      assert.deepEqual(await levels({ authorities: [PASS, KEY] }), ["note"]);
      assert.deepEqual(await levels({ mode: "warn", authorities: [KEY] }), ["warning"]);
    });

    it("prints JUnit, with every name escaped", async () => {
      if (process.platform !== "win32") writeTree(folder(), { 'models/<&"\u001b>/x.gguf': "x" });
      const { stdout } = await scan(
        policy("p.yaml", { globs: ["models/llama"], authorities: [KEY] }),
        "--format",
        "junit",
      );
      assert.match(
        stdout,
        /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="model-provenance" tests="\d" failures="\d" errors="0" skipped="0">/,
      );
      assert.match(stdout, /<testcase classname="models" name="models\/llama" time="\d+\.\d{3}"\/>/);
      assert.match(stdout, /<failure message="Not signed: not signed" type="unsigned">/);
      if (process.platform !== "win32") assert.ok(stdout.includes('name="models/&lt;&amp;&quot;\\x1b&gt;"'), stdout);
      const skipped = await scan(policy("p.yaml", { authorities: [KEY, PASS] }), "--format", "junit");
      assert.match(skipped.stdout, /<skipped message="Allowed by exception: not signed"\/>/);
    });

    it("reports wrong usage", async () => {
      const file = policy("p.yaml", { authorities: [KEY] });
      assert.match((await scan(file, "--format", "xml")).stderr, /is not one of text, json, sarif, junit/);
      assert.match((await scan(file, "--json", "--format", "sarif")).stderr, /exclude each other/);
      const { status, stderr } = await run("scan", folder(), "--format", "sarif");
      assert.equal(status, 2);
      assert.match(stderr, /--format needs --policy/);
    });
  });

  describe("policy check", () => {
    it("reports errors and warnings with their lines", async () => {
      const file = policy("p.yaml", {
        authorities: ["key: { pth: prod.pub }", "keyless: { identities: [{ issuer: i, subjectRegExp: a }] }"],
      });
      const { status, stdout } = await run("policy", "check", file);
      assert.equal(status, 1);
      assert.match(
        stdout,
        /p\.yaml:9:14: error: spec\.authorities\[0\]\.key has no field "pth"\. There are path and data\. \[unknown-field\]/,
      );
      assert.match(stdout, /✗ .*: 0 policies, 0 authorities, 2 errors, 0 warnings\n$/);
    });
    it("exits 0 if there are only warnings", async () => {
      const file = policy("p.yaml", { authorities: ["keyless: { identities: [{ issuer: i, subjectRegExp: a }] }"] });
      const { status, stdout } = await run("policy", "check", file);
      assert.equal(status, 0);
      assert.match(
        stdout,
        /warning: .*not anchored.* \[regexp-unanchored\]\n✓ .*: 1 policy, 1 authority, 0 errors, 1 warning\n$/,
      );
    });
    it("prints JSON that matches the schema", async () => {
      for (const [authority, status] of [
        [KEY, 0],
        ["key: {}", 1],
      ] as const) {
        const result = await run("policy", "check", policy("p.yaml", { authorities: [authority] }), "--json");
        assert.equal(result.status, status);
        assert.ok(fits(JSON.parse(result.stdout)), JSON.stringify(validate.errors, null, 2));
      }
    });
    it("reports a file that does not exist", async () => {
      const { status, stdout } = await run("policy", "check", at("none.yaml"));
      assert.equal(status, 1);
      assert.match(stdout, /none\.yaml:1:1: error: none\.yaml cannot be read: there is no such file\. \[unreadable\]/);
    });
  });

  describe("policy explain", () => {
    it("finds the policies of the workspace and the user, and reads no file of the model", async () => {
      policy("model-policy.yaml", { authorities: [KEY] });
      writeTree(folder(), {
        "config/model-provenance/model-policy.yaml": policyText({ name: "mine", authorities: [PASS] }),
      });
      rmSync(at("models/llama/config.json"));
      const { status, stdout } = await run("policy", "explain", at("models/llama"));
      if (process.platform !== "linux") return;
      assert.equal(status, 0, stdout);
      assert.match(stdout, /^○ Not checked yet \(signature and signer only; --files reads the files\) {2}llama\n/);
      assert.match(stdout, /Allowed by an exception in mine/);
      assert.match(stdout, /Accepted by team › a0/);
      assert.match(stdout, /✓ llama: Every policy that covers this model accepts it\.\n$/);
      const files = await run("policy", "explain", at("models/llama"), "--files");
      assert.equal(files.status, 1);
      assert.match(files.stdout, /✗ llama: A policy rejects it\.\n$/);
    });
    it("reports a model that no policy covers", async () => {
      const file = policy("p.yaml", { globs: ["x"], authorities: [KEY] });
      const { status, stdout } = await run("policy", "explain", at("models/llama"), "--policy", file);
      assert.equal(status, 1);
      assert.match(stdout, /path {7}models\/llama\n/);
      assert.match(stdout, /✗ llama: No policy that can accept signers covers it\.\n$/);
    });
    it("prints JSON that matches the schema", async () => {
      const { stdout } = await run(
        "policy",
        "explain",
        at("models/bert"),
        "--policy",
        policy("p.yaml", { authorities: [KEY] }),
        "--json",
      );
      const report = JSON.parse(stdout);
      assert.ok(fits(report), JSON.stringify(validate.errors, null, 2));
      assert.equal(report.verdict.decision.outcome, "refused");
    });
  });

  describe("policy init", () => {
    it("asks for each signer, and writes a policy that accepts what was confirmed", async function () {
      if (!canMakeTerminal()) this.skip();
      const args = ["policy", "init", folder(), "--public-key", at("prod.pub")];
      const { status, shown } = await runInTerminal(args, [{ waitFor: "Accept? [y/N]", type: "y\n" }], {
        cwd: folder(),
      });
      assert.equal(status, 0, shown);
      assert.match(shown, /key .*prod\.pub \(sha256 [0-9a-f]{64}\)/);
      assert.match(shown, /signed 1 model: models\/llama/);
      const verified = await run("verify", at("models/llama"), "--policy", at("model-policy.yaml"));
      assert.equal(verified.status, 0, verified.stdout + verified.stderr);
    });
    it("writes nothing if the answer is no", async function () {
      if (!canMakeTerminal()) this.skip();
      const args = ["policy", "init", folder(), "--public-key", at("prod.pub")];
      const { status, shown } = await runInTerminal(args, [{ waitFor: "Accept? [y/N]", type: "\n" }], {
        cwd: folder(),
      });
      assert.equal(status, 1, shown);
      assert.match(shown, /No signer was accepted, so no policy was written/);
      assert.equal(existsSync(at("model-policy.yaml")), false);
    });
    it("names each policy after its signer, with a pattern for a folder that is theirs alone", async () => {
      for (const name of ["skills/a", "skills/b", "mixed/c", "mixed/d", "mixed/e", "skills/unsigned"]) {
        writeTree(at(name), { "model.onnx": name });
      }
      const other = makeKeys();
      writeTree(folder(), { "keys/team.pem": other.privatePem, "keys/team.pub": other.publicPem });
      for (const name of ["skills/a", "skills/b", "mixed/c", "mixed/d"]) await sign(name);
      const given = ["--private-key", at("keys/team.pem"), "--signature", at("mixed/e/model.sig")];
      assert.equal((await run("sign", "key", at("mixed/e"), ...given)).status, 0);
      const keys = ["--public-key", at("prod.pub"), "--public-key", at("keys/team.pub")];
      const { status, stderr } = await run("policy", "init", folder(), ...keys, "--yes");
      assert.equal(status, 0, stderr);
      assert.match(
        stderr,
        /Also covers models that none of these signers has signed, so it rejects them: skills\/unsigned\./,
      );
      const text = readFileSync(at("model-policy.yaml"), "utf8");
      const policies = await policiesOf(text, folder());
      assert.deepEqual(
        policies.map(({ name, models, authorities }) => [
          name,
          models.map(({ pattern }) => pattern),
          authorities.map((authority) => authority.name),
        ]),
        [
          ["prod.pub", ["mixed/c", "mixed/d", "models/llama", "skills/*"], ["prod.pub"]],
          ["team.pub", ["mixed/e"], ["team.pub"]],
        ],
      );
      assert.match(text, /^# key prod\.pub$/m);
      assert.match(text, /^# Future models in these folders are covered too/m);
      for (const name of ["skills/a", "mixed/d", "mixed/e"]) {
        assert.equal((await run("verify", at(name), "--policy", at("model-policy.yaml"))).status, 0, name);
      }
      const strange = await run("verify", at("skills/unsigned"), "--policy", at("model-policy.yaml"));
      assert.equal(strange.status, 1);
    });
    it("names models without an authentic signer", async () => {
      const { status, stderr } = await run("policy", "init", folder(), "--yes");
      assert.equal(status, 1);
      assert.match(stderr, /models\/llama: signed with an unknown key: give it with --public-key/);
      assert.match(stderr, /models\/bert: not signed/);
    });
    it("asks no question without a terminal, and replaces no file", async () => {
      const unasked = await run("policy", "init", folder());
      assert.equal(unasked.status, 2);
      assert.match(unasked.stderr, /there is no terminal to ask on/);
      policy("model-policy.yaml", { authorities: [PASS] });
      const there = await run("policy", "init", folder(), "--public-key", at("prod.pub"), "--yes");
      assert.equal(there.status, 2);
      assert.match(there.stderr, /is there already; it is not replaced/);
    });
  });

  describe("refuse to write a policy into a signed model", () => {
    it("because it would be an unsigned file", async () => {
      await sign("models/llama");
      symlinkSync(at("models/llama"), at("linked"));
      for (const [where, ...more] of [
        ["models/llama"],
        [".", "--output", at("models/llama/model-policy.yaml")],
        [".", "--output", at("models/llama/deeper/model-policy.yaml")],
        [".", "--output", at("linked/model-policy.yaml")],
      ] as const) {
        const args = ["policy", "init", at(where), "--public-key", at("prod.pub"), "--yes", ...more];
        const { status, stderr } = await run(...args);
        assert.equal(status, 2, stderr);
        assert.ok(stderr.includes(`would be in the signed model ${at("models/llama")} and`), stderr);
        assert.ok(stderr.includes(`run policy init for ${at("models")}, or name a file elsewhere`), stderr);
      }
      assert.equal(existsSync(at("models/llama/model-policy.yaml")), false);
      const verified = await run("verify", "key", at("models/llama"), "--public-key", at("prod.pub"));
      assert.equal(verified.status, 0, verified.stderr);
    });
  });

  it("report a subcommand that there is not", async () => {
    for (const words of [["frobnicate"], []]) {
      const { status, stderr } = await run("policy", ...words);
      assert.equal(status, 2, words.join(" "));
      assert.match(stderr, /one of check, explain, init, pin/);
    }
  });
  it("have help", async () => {
    assert.match((await run("policy", "--help")).stdout, /check +Report errors/);
    for (const name of ["check", "explain", "init"]) {
      const { status, stdout } = await run("policy", name, "--help");
      assert.equal(status, 0);
      assert.match(stdout, new RegExp(`^Usage: model-provenance policy ${name} `));
    }
  });

  it("keep trust roots in the platform's cache folder", () => {
    assert.match(
      cacheFolder("trust-roots", { XDG_CACHE_HOME: "/c" }, "linux"),
      /^[/\\]c[/\\]model-provenance[/\\]trust-roots$/,
    );
    assert.match(cacheFolder("trust-roots", {}, "darwin"), /Library.Caches.model-provenance/);
    assert.match(cacheFolder("trust-roots", { LOCALAPPDATA: "/l" }, "win32"), /l.model-provenance/);
    assert.match(cacheFolder("trust-roots", { XDG_CACHE_HOME: "relative" }, "linux"), /\.cache.model-provenance/);
  });
});
