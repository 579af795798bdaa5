import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { COMMITS, sha256Of } from "../../support/downloads/hub-files.ts";
import { buildDownload } from "../../support/downloads/kept-downloads.ts";
import { buildOllamaStore } from "../../support/downloads/ollama-store.ts";
import { makeKeys } from "../../support/keys.ts";
import { policyText } from "../../support/policies.ts";
import { skip } from "../../support/results.ts";
import { runMain } from "../../support/run-main.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

const SCHEMA: object = JSON.parse(
  readFileSync(new URL("../../../schemas/report.schema.json", import.meta.url), "utf8"),
);
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(SCHEMA);

interface ScannedJson {
  readonly state: string;
  readonly passed: boolean;
  readonly verdict: {
    readonly decision: { readonly outcome: string };
    readonly pin?: { readonly note?: string; readonly source?: string; readonly pinnedOn?: string };
    readonly comparison?: {
      readonly changed: readonly { readonly name: string }[];
      readonly missing: readonly { readonly name: string }[];
      readonly added: readonly { readonly name: string }[];
    };
    readonly reasons: readonly { readonly code: string }[];
  };
}

describe("pinned bytes", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const at = (name: string) => join(folder(), name);
  const run = (...args: string[]) => runMain(args, { cwd: folder(), env: { XDG_CACHE_HOME: at("cache") } });
  const pin = async (model = "models/llama", ...args: string[]) => {
    const result = await run("policy", "pin", at(model), "--yes", ...args);
    assert.equal(result.status, 0, result.stderr);
    return result;
  };
  const scan = async (status: number): Promise<{ models: readonly ScannedJson[]; stdout: string }> => {
    const policy = ["--policy", at("model-policy.yaml")];
    const result = await run("scan", at("models"), ...policy, "--json");
    assert.equal(result.status, status, result.stdout + result.stderr);
    const report: unknown = JSON.parse(result.stdout);
    assert.ok(
      validate(report),
      JSON.stringify(
        validate.errors?.filter(({ instancePath }) => instancePath !== ""),
        null,
        2,
      ),
    );
    return {
      ...(report as { readonly models: readonly ScannedJson[] }),
      stdout: (await run("scan", at("models"), ...policy)).stdout,
    };
  };

  beforeEach(() => {
    writeTree(folder(), { "models/llama/model.safetensors": "weights", "models/llama/config.json": "{}" });
  });

  it("pass a scan, are reported as pinned, and never as verified", async () => {
    await pin("models/llama", "--note", "reviewed by alice");
    const { models, stdout } = await scan(0);
    const [model] = models;
    assert.equal(model?.state, "pinned");
    assert.equal(model?.passed, true);
    assert.equal(model?.verdict.decision.outcome, "pinned");
    assert.equal(model?.verdict.pin?.note, "reviewed by alice");
    assert.match(model?.verdict.pin?.pinnedOn ?? "", /^\d{4}-\d{2}-\d{2}$/);
    assert.match(stdout, /^= Same bytes as pinned {2}models\/llama {2}pinned \d{4}-/m);
    assert.match(stdout, /1 model: 0 verified, 1 pinned, 0 rejected/);
  });

  it("are no verification: verify --policy fails, and says why", async () => {
    await pin();
    const { status, stdout } = await run("verify", at("models/llama"), "--policy", at("model-policy.yaml"));
    assert.equal(status, 1);
    assert.match(
      stdout,
      /= llama is not signed\. It has the same bytes as pinned in model-policy\.yaml on \d{4}-\d{2}-\d{2}\.\n$/,
    );
    assert.doesNotMatch(stdout, /Verified|signed,/);
    assert.match(stdout, /^ {2}files {6}2, 9 B read in /m);
  });

  it("fail if they changed, with the names from the lock file", async () => {
    writeTree(folder(), { "models/llama/gone.txt": "x" });
    await pin();
    writeFileSync(at("models/llama/config.json"), "[]");
    rmSync(at("models/llama/gone.txt"));
    writeTree(folder(), { "models/llama/added.py": "" });
    const { models, stdout } = await scan(1);
    const [model] = models;
    assert.equal(model?.state, "modified");
    assert.equal(model?.passed, false);
    assert.ok(model?.verdict.comparison !== undefined);
    const { changed, missing, added } = model.verdict.comparison;
    assert.deepEqual(
      changed.map(({ name }) => name),
      ["config.json"],
    );
    assert.deepEqual(
      missing.map(({ name }) => name),
      ["gone.txt"],
    );
    assert.deepEqual(
      added.map(({ name }) => name),
      ["added.py"],
    );
    assert.match(stdout, /✗ Changed since pinned {2}models\/llama/);
  });

  it("have the same state without names if the lock file is missing", async () => {
    await pin();
    rmSync(at("model-policy.lock.json"));
    assert.equal((await scan(0)).models[0]?.state, "pinned");
    appendFileSync(at("models/llama/config.json"), " ");
    const [model] = (await scan(1)).models;
    assert.equal(model?.state, "modified");
    assert.equal(model?.verdict.comparison, undefined);
    assert.deepEqual(
      model?.verdict.reasons.map(({ code }) => code),
      ["POLICY_PIN"],
    );
  });

  it("are never taken from the lock file against the policy", async () => {
    await pin();
    writeFileSync(at("models/llama/config.json"), "[]");
    const lock = at("model-policy.lock.json");
    // The pin of the changed bytes, made with another policy.
    await pin("models/llama", "--policy", at("other.yaml"));
    writeFileSync(lock, readFileSync(at("other.lock.json")));
    const [model] = (await scan(1)).models;
    assert.equal(model?.state, "modified");
    assert.equal(model?.verdict.comparison, undefined);
    writeFileSync(lock, "{");
    assert.equal((await scan(1)).models[0]?.state, "modified");
  });

  it("do not apply to a model that neither a lock file nor a policy of its own names", async () => {
    await pin();
    const policy = readFileSync(at("model-policy.yaml"), "utf8").replace("glob: models/llama", "glob: models/*");
    writeFileSync(at("model-policy.yaml"), policy);
    writeTree(folder(), { "models/other/model.safetensors": "x" });
    const states = (await scan(1)).models.map(({ state, passed }) => [state, passed]);
    assert.deepEqual(states, [
      ["pinned", true],
      ["unsigned", false],
    ]);
  });

  it("are for unsigned models: a signature by an unknown key, or a damaged one, does not pass", async () => {
    await pin();
    writeFileSync(at("models/llama/model.sig"), "{}");
    assert.equal((await scan(1)).models[0]?.state, "invalid");
    rmSync(at("models/llama/model.sig"));
    writeTree(folder(), { "key.pem": makeKeys().privatePem });
    await run("sign", "key", at("models/llama"), "--private-key", at("key.pem"), "--signature", at("models/llama.sig"));
    assert.equal((await scan(1)).models[0]?.passed, false);
    const again = await run("policy", "pin", at("models/llama"), "--yes");
    assert.equal(again.status, 2);
    assert.match(again.stderr, /is signed/);
  });

  it("of a download have its package URL if all files match the record", async () => {
    buildDownload(at("models/hub"), "cache-full");
    const snapshot = `models/hub/models--acme--tiny/snapshots/${COMMITS.first}`;
    await pin(snapshot);
    assert.match(readFileSync(at("model-policy.yaml"), "utf8"), /source: pkg:huggingface\/acme\/tiny@1{10}/);
    appendFileSync(at(`${snapshot}/config.json`), " ");
    rmSync(at("model-policy.yaml"));
    rmSync(at("model-policy.lock.json"));
    const { stderr } = await pin(snapshot);
    assert.match(stderr, /config\.json differs from its download record/);
    assert.doesNotMatch(readFileSync(at("model-policy.yaml"), "utf8"), /source/);
  });

  it("are not accepted for a model with symlinks of a Hugging Face cache if the policy denies these", async function () {
    if (process.platform === "win32") this.skip();
    buildDownload(at("models"), "cache-shared");
    rmSync(at("models/llama"), { recursive: true });
    const model = `models/models--acme--tiny/snapshots/${COMMITS.first}`;
    await pin(model);
    assert.equal((await scan(0)).models[0]?.state, "pinned");
    const allowing = readFileSync(at("model-policy.yaml"), "utf8");
    const denying = `${allowing.trimEnd()}\n  verification: { hubCacheLinks: deny }\n`;
    writeFileSync(at("model-policy.yaml"), denying);
    const [snapshot] = (await scan(1)).models;
    assert.equal(snapshot?.passed, false);
    assert.notEqual(snapshot?.state, "pinned");
    assert.deepEqual(
      snapshot?.verdict.reasons.map(({ code }) => code),
      ["SIGNATURE_NOT_FOUND", "POLICY_PIN"],
    );
    const again = await run("policy", "pin", at(model), "--yes");
    assert.equal(again.status, 1);
    assert.match(again.stderr, /cannot be pinned: ".*" is a link/);
  });

  it("are accepted by each policy for itself if only one that warns denies symlinks of a Hugging Face cache", async function () {
    if (process.platform === "win32") this.skip();
    buildDownload(at("models"), "cache-shared");
    rmSync(at("models/llama"), { recursive: true });
    await pin(`models/models--acme--tiny/snapshots/${COMMITS.first}`);
    const allowing = readFileSync(at("model-policy.yaml"), "utf8");
    const warning = allowing.replace(/^spec:$/m, "spec:\n  mode: warn").replace(/name: pinned-models/, "name: warning");
    const text = `${allowing}---\n${warning.trimEnd()}\n  verification: { hubCacheLinks: deny }\n`;
    writeFileSync(at("model-policy.yaml"), text);
    const { models } = await scan(0);
    assert.equal(models[0]?.verdict.decision.outcome, "warned");
    assert.ok(models[0]?.verdict.reasons.some(({ code }) => code === "POLICY_SYMLINKS"));
  });

  it("have not changed where another policy requires a signature", async () => {
    await pin();
    const key = `key: { data: ${JSON.stringify(makeKeys().publicPem)} }`;
    const strict = policyText({ name: "signed", globs: ["models/**"], authorities: [key] });
    appendFileSync(at("model-policy.yaml"), `---\n${strict}`);
    const [model] = (await scan(1)).models;
    assert.equal(model?.state, "unsigned");
    assert.ok(model?.verdict.reasons.some(({ code }) => code === "POLICY_SIGNATURE_REQUIRED"));
    appendFileSync(at("models/llama/config.json"), " ");
    assert.equal((await scan(1)).models[0]?.state, "modified");
  });

  it("are added once to a policy that covers the model, or as a separate policy", async () => {
    const key = `key: { data: ${JSON.stringify(makeKeys().publicPem)} }`;
    const before = policyText({ globs: ["models/**"], authorities: [key] });
    writeFileSync(at("model-policy.yaml"), before);
    await pin();
    const text = readFileSync(at("model-policy.yaml"), "utf8");
    assert.ok(text.startsWith(before.trimEnd()));
    assert.match(text, /name: pinned llama/);
    assert.equal((await scan(0)).models[0]?.state, "pinned");
    assert.match((await pin()).stderr, /pins these bytes already/);
    assert.equal(readFileSync(at("model-policy.yaml"), "utf8"), text);
    writeTree(folder(), { "elsewhere/m.onnx": "x" });
    await pin("elsewhere");
    assert.match(readFileSync(at("model-policy.yaml"), "utf8"), /^---\n[\s\S]*glob: elsewhere/m);
  });

  it("are not written without a confirmation, nor over a lock file of another form", async () => {
    const { status, stderr } = await run("policy", "pin", at("models/llama"));
    assert.equal(status, 2);
    assert.match(stderr, /--yes/);
    assert.equal(existsSync(at("model-policy.yaml")), false);
    writeFileSync(at("model-policy.lock.json"), "not a lock");
    const broken = await run("policy", "pin", at("models/llama"), "--yes");
    assert.match(broken.stderr, /is not a lock file/);
    assert.equal(readFileSync(at("model-policy.lock.json"), "utf8"), "not a lock");
  });

  it("have changed where a link was added, or the last file removed", async function () {
    if (process.platform === "win32") skip(this, "links need a right there");
    await pin();
    symlinkSync("config.json", at("models/llama/link"));
    const { models, stdout } = await scan(1);
    assert.equal(models[0]?.state, "modified");
    assert.match(stdout, /^✗ Changed since pinned {2}models\/llama[\s\S]*"link" is a link or no regular file/m);
    for (const name of ["link", "config.json", "model.safetensors"]) rmSync(at(`models/llama/${name}`));
    assert.equal((await scan(1)).models[0]?.state, "modified");
  });

  it("are named as such in the report of JUnit", async () => {
    await pin();
    const { stdout } = await run("scan", at("models"), "--policy", at("model-policy.yaml"), "--format", "junit");
    assert.match(stdout, /<system-out>Same bytes as pinned: pinned \d{4}-\d{2}-\d{2}<\/system-out>/);
  });

  it("of a model in Ollama's store are those of the blobs that its manifest names", async function () {
    if (process.platform === "win32") skip(this, "links need a right there");
    const parts = { model: Buffer.from("weights"), template: Buffer.from("t") };
    const path = "models/manifests-v2/ollama.com/library/tiny/1b";
    rmSync(at("models/llama"), { recursive: true });
    buildOllamaStore(at("models"), { "manifests-v2/ollama.com/library/tiny/1b": parts });
    await pin(path);
    const { models } = await scan(0);
    assert.deepEqual(
      models.map(({ state, passed }) => [state, passed]),
      [["pinned", true]],
    );
    const blob = `sha256-${sha256Of(parts.model)}`;
    writeFileSync(at(`models/blobs/${blob}`), "w3ights");
    const [changed] = (await scan(1)).models;
    assert.equal(changed?.state, "modified");
    assert.deepEqual(
      changed?.verdict.comparison?.changed.map(({ name }) => name),
      [blob],
    );
    rmSync(at(path));
    symlinkSync(at("model-policy.yaml"), at(path));
    const { status, stdout } = await run("scan", at("models"), "--policy", at("model-policy.yaml"));
    assert.equal(status, 1);
    assert.match(stdout, /is a symbolic link and was not followed/);
  });

  it("of a path with an asterisk need a policy that covers it: a new one would cover other models, too", async () => {
    if (process.platform === "win32") return;
    writeTree(folder(), { "models/a*b/m.onnx": "x" });
    const { status, stderr } = await run("policy", "pin", at("models/a*b"), "--yes");
    assert.equal(status, 2);
    assert.match(stderr, /contains an asterisk/);
    await pin();
    assert.equal((await run("policy", "pin", at("models/a*b"), "--yes")).status, 2);
    writeFileSync(
      at("model-policy.yaml"),
      readFileSync(at("model-policy.yaml"), "utf8").replace("models/llama", "models/**"),
    );
    await pin("models/a*b");
  });

  it("are not those of a model that the policy file would be in", async () => {
    const { status, stderr } = await run("policy", "pin", folder(), "--yes");
    assert.equal(status, 2);
    assert.match(stderr, /model-policy\.yaml would be in the model and change its bytes/);
    const inner = await run("policy", "pin", at("models"), "--yes", "--policy", at("models/model-policy.yaml"));
    assert.equal(inner.status, 2);
    assert.equal(existsSync(at("models/model-policy.yaml")), false);
  });

  it("are not reported as pinned by policy explain if they were not compared", async () => {
    await pin();
    const { stdout, status } = await run("policy", "explain", at("models/llama"));
    assert.equal(status, 1);
    assert.match(stdout, /were not compared/);
    assert.match(stdout, /^\? llama: Its bytes were not compared; --files reads them\.$/m);
    const read = await run("policy", "explain", at("models/llama"), "--files");
    assert.equal(read.status, 0);
    assert.match(read.stdout, /^✓ llama: It is not signed\. Its bytes are those that a policy pins\.$/m);
    assert.doesNotMatch(stdout, /Same bytes/);
  });
});
