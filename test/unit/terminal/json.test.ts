import assert from "node:assert/strict";
import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { bundleText, fileResources, makeStatement, sha256, signBundle } from "../../support/bundles.ts";
import { makeChain } from "../../support/certificates.ts";
import { makeKeys } from "../../support/keys.ts";
import { runMain } from "../../support/run-main.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";
import { VECTORS } from "../../support/vectors.ts";

const SCHEMA: object = JSON.parse(
  readFileSync(new URL("../../../schemas/report.schema.json", import.meta.url), "utf8"),
);
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(SCHEMA);
const keys = makeKeys("P-521");
const chain = makeChain();

/** Everything that --json prints is what the published schema says. */
describe("JSON reports", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const at = (name: string): string => join(folder(), name);

  beforeEach(() => {
    writeTree(at("llama"), { "config.json": "{}", "model.bin": "0123456789", "notes.txt": "n", "empty.txt": "" });
    writeTree(folder(), {
      "key.pem": keys.privatePem,
      "key.pub": keys.publicPem,
      "alice.pem": chain.leaf.pem,
      "alice.key": chain.leaf.keys.privatePem,
      "between.pem": chain.intermediate.pem,
      "root.pem": chain.root.pem,
    });
  });

  /** Runs a command with `--json`; names that are files of the folder become paths. */
  const run = async (words: string, status = 0): Promise<Record<string, unknown>> => {
    const args = words.split(" ").map((word) => (/^(llama|[a-z]+\.(pem|pub|key|sig))/.test(word) ? at(word) : word));
    const result = await runMain([...args, "--json"]);
    assert.equal(result.status, status, result.stderr);
    const report: Record<string, unknown> = JSON.parse(result.stdout);
    assert.ok(validate(report), JSON.stringify(validate.errors, null, 2));
    return report;
  };
  const verify = "verify key llama --signature model.sig --public-key key.pub";
  const stateOf = ({ verdict }: Record<string, unknown>): unknown => (verdict as { state: unknown }).state;

  it("cover signing and verifying with a key", async () => {
    const signed = await run(
      "sign key llama --private-key key.pem --signature model.sig --ignore-paths llama/notes.txt",
    );
    assert.equal(signed["signature"], at("model.sig"));
    const verified = await run(verify);
    assert.equal(verified["verified"], true);
    assert.equal(stateOf(verified), "verified");
  });

  it("list what the default paths hide", async () => {
    writeTree(at("llama"), { ".github/workflows/ci.yml": "" });
    const hidden = { names: [".github/workflows/ci.yml"], count: 1, complete: true };
    const coverageOf = (report: unknown) => (report as { coverage: { hidden: unknown } }).coverage.hidden;
    assert.deepEqual(coverageOf(await run("digest llama")), hidden);
    assert.deepEqual(coverageOf(await run("sign key llama --private-key key.pem --signature model.sig")), hidden);
    assert.deepEqual(coverageOf((await run(verify))["verdict"]), hidden);
  });

  it("cover a model that changed", async () => {
    await run("sign key llama --private-key key.pem --signature model.sig");
    appendFileSync(at("llama/model.bin"), "x");
    rmSync(at("llama/config.json"));
    writeFileSync(at("llama/new.bin"), "");
    const report = await run(verify, 1);
    assert.equal(report["verified"], false);
    assert.deepEqual((report["verdict"] as { comparison: unknown }).comparison, {
      matches: false,
      changed: [{ name: "model.bin", expected: sha256("0123456789"), found: sha256("0123456789x") }],
      missing: [{ name: "config.json", ignored: false }],
      added: [{ name: "new.bin" }],
    });
  });

  it("cover shards, another hash and unsigned files", async () => {
    await run("sign key llama --private-key key.pem --signature model.sig --hash blake3 --shard-size 4B");
    await run("inspect model.sig");
    await run("digest llama --shard-size 4B");
    writeFileSync(at("llama/new.bin"), "n");
    assert.equal(stateOf(await run(`${verify} --ignore-unsigned-files`)), "verified");
    writeFileSync(at("llama/model.bin"), "0123x56789");
    assert.equal(stateOf(await run(`${verify} --ignore-unsigned-files`, 1)), "modified");
  });

  it("cover certificates: an accepted one, and another identity", async () => {
    await run(
      "sign certificate llama --private-key alice.key --signing-certificate alice.pem --certificate-chain between.pem --signature model.sig",
    );
    const check = "verify certificate llama --signature model.sig --certificate-chain root.pem";
    assert.equal(stateOf(await run(check)), "verified");
    assert.equal(stateOf(await run(`${check} --identity-subject bob@example.org`, 1)), "untrusted");
    await run("inspect model.sig");
  });

  it("cover signatures that are missing, damaged, or by another key", async () => {
    assert.equal(stateOf(await run(verify, 1)), "unsigned");
    assert.equal(stateOf(await run("verify key llama --public-key key.pub", 1)), "unsigned");
    writeFileSync(at("model.sig"), "{}");
    assert.equal(stateOf(await run(verify, 1)), "invalid");
    const statement = makeStatement(fileResources({ "config.json": "{}" }));
    writeFileSync(at("model.sig"), bundleText(signBundle(statement, { keys: makeKeys() })));
    assert.equal(stateOf(await run(verify, 1)), "unverifiable");
  });

  it("cover the deprecated version 0.2", async function () {
    if (VECTORS === undefined) return this.skip();
    const model = join(VECTORS, "reference/v0.2.0-certificate");
    const root = join(VECTORS, "reference/keys/certificate/ca-cert.pem");
    const signature = join(model, "model.sig");
    await run(`inspect ${signature}`);
    const result = await runMain([
      "verify",
      "certificate",
      model,
      "--signature",
      signature,
      "--certificate-chain",
      root,
      "--json",
    ]);
    const report: unknown = JSON.parse(result.stdout);
    assert.ok(validate(report), JSON.stringify(validate.errors, null, 2));
    assert.match(result.stdout, /"legacy": true/);
  });

  it("cover a search", async () => {
    writeTree(at("llama"), { "model.safetensors": "x" });
    await run("sign key llama --private-key key.pem --signature llama/model.sig");
    writeTree(folder(), { "other/model.safetensors": "x" });
    const { stdout } = await runMain(["scan", folder(), "--json"]);
    const report: unknown = JSON.parse(stdout);
    assert.ok(validate(report), JSON.stringify(validate.errors, null, 2));
    assert.deepEqual(report, {
      version: 2,
      command: "scan",
      folder: folder(),
      models: [
        { path: at("llama"), kind: "directory", state: "unchecked", signature: at("llama/model.sig") },
        { path: at("other"), kind: "directory", state: "unsigned" },
      ],
    });
  });

  it("cover failures of arguments, model and usage", async () => {
    const missing = await run("sign key llamas --private-key key.pem --signature model.sig", 1);
    assert.deepEqual(Object.keys(missing), ["version", "command", "error"]);
    assert.equal((missing["error"] as { code: string }).code, "MODEL_NOT_FOUND");
    assert.equal(((await run("sign key llama", 2))["error"] as { kind: string }).kind, "usage");
    assert.equal(((await run("inspect none.sig", 1))["error"] as { code: string }).code, "SIGNATURE_NOT_FOUND");
    assert.equal((await run("improve llama", 2))["command"], "improve");
  });

  it("match a schema that rejects what no command prints", () => {
    assert.equal(validate({ version: 2, command: "verify", verified: true }), false);
    assert.equal(validate({ version: 1, command: "scan", folder: "/", models: [] }), false);
    assert.equal(validate({ version: 2, command: "scan", folder: "/", models: [], more: 1 }), false);
  });
});
