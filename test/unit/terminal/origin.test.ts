import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Origin } from "../../../src/core/origin/origin.ts";
import { COMMITS, pointerOf } from "../../support/downloads/hub-files.ts";
import { buildDownload } from "../../support/downloads/kept-downloads.ts";
import { buildOllamaStore } from "../../support/downloads/ollama-store.ts";
import { makeKeys } from "../../support/keys.ts";
import { policyText } from "../../support/policies.ts";
import { runMain } from "../../support/run-main.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

const SCHEMA: object = JSON.parse(
  readFileSync(new URL("../../../schemas/report.schema.json", import.meta.url), "utf8"),
);
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(SCHEMA);
const SNAPSHOT = `models--acme--tiny/snapshots/${COMMITS.first}`;

describe("model-provenance origin", () => {
  const folder = useTemporaryFolder();
  const run = (...args: string[]) => runMain(args, { env: { XDG_CACHE_HOME: join(folder(), "cache") } });
  const json = async (...args: string[]) => {
    const { status, stdout } = await run(...args, "--json");
    const report: unknown = JSON.parse(stdout);
    assert.ok(validate(report), JSON.stringify(validate.errors, null, 2));
    return { status, report };
  };

  it("prints the record and that the files match it, and exits with 0", async () => {
    buildDownload(folder(), "cache-full");
    const { status, stdout } = await run("origin", join(folder(), SNAPSHOT));
    assert.equal(status, 0);
    assert.match(stdout, /^ {2}record {5}huggingface\.co\/acme\/tiny at 1111111$/m);
    assert.match(stdout, /^ {2}purl {7}pkg:huggingface\/acme\/tiny@1{10}2{10}3{10}4{10}$/m);
    assert.match(stdout, /README\.md says it is based on acme\/base-model \(unverified claim\)\.$/m);
    const last = stdout.trimEnd().split("\n").at(-1);
    assert.equal(
      last,
      "○ All 5 files match the download record of huggingface.co/acme/tiny at 1111111. The record is on this machine and is not signed.",
    );
    assert.doesNotMatch(stdout, /verified(?! claim)|✓/);
  });

  it("names a file that differs, and exits with 1", async () => {
    buildDownload(folder(), "cache-copies");
    appendFileSync(join(folder(), SNAPSHOT, "model.safetensors"), "x");
    const { status, stdout } = await run("origin", join(folder(), SNAPSHOT));
    assert.equal(status, 1);
    assert.match(stdout, /^! model\.safetensors differs from its download record: changed or damaged\.$/m);
    assert.match(stdout, /^○ 4 of 5 files match the download record/m);
  });

  it("prints JSON that matches the schema, with and without a record", async () => {
    buildDownload(folder(), "folder-patterns");
    const { status, report } = await json("origin", folder());
    assert.equal(status, 0);
    assert.deepEqual(report, {
      version: 2,
      command: "origin",
      model: folder(),
      origin: {
        source: "huggingface",
        revision: COMMITS.first,
        basis: "record",
        files: {
          match: ["config.json", "tokenizer.json"],
          changed: [],
          missing: ["README.md", "model.safetensors", "onnx/model.onnx"],
          extra: [],
          unrecorded: [],
        },
      },
      pointers: [],
      claims: [{ file: "config.json", field: "_name_or_path", kind: "source", value: "acme/base-model" }],
    });
    rmSync(join(folder(), ".cache"), { recursive: true });
    writeFileSync(join(folder(), "model.safetensors"), pointerOf(Buffer.alloc(4300)));
    const bare = await json("origin", folder());
    assert.equal(bare.status, 0);
    assert.deepEqual((bare.report as { pointers: unknown }).pointers, [{ name: "model.safetensors", size: 4300 }]);
    assert.match(
      (await run("origin", folder())).stdout,
      /^○ model\.safetensors is not downloaded: a Git LFS pointer to 4\.3 kB\.$/m,
    );
  });

  it("reports that there is no record, which is no failure, and that there is no model, which is one", async () => {
    writeTree(folder(), { "model.safetensors": "x" });
    const { status, stdout } = await run("origin", folder());
    assert.equal(status, 0);
    assert.match(stdout, /○ No download record was found\n$/);
    assert.equal((await run("origin", join(folder(), "none"))).status, 1);
  });

  it("adds a column to scan, by names and sizes, and a field to its JSON", async () => {
    buildDownload(folder(), "cache-copies");
    appendFileSync(join(folder(), SNAPSHOT, "config.json"), " ");
    const { stdout } = await run("scan", folder());
    assert.match(stdout, /Not signed .*huggingface\.co\/acme\/tiny at 1111111 {2}1 changed since download$/m);
    const { report } = await json("scan", folder());
    const { models } = report as { models: readonly { state: string; origin: { files: unknown } }[] };
    assert.equal(models[0]?.state, "unsigned");
    assert.deepEqual(models[0]?.origin.files, {
      match: [],
      changed: ["config.json"],
      missing: [],
      extra: [],
      unrecorded: [],
      unchecked: ["README.md", "model.safetensors", "onnx/model.onnx", "tokenizer.json"],
    });
  });

  it("is a field of what verify prints as JSON, by names and sizes, and changes no verdict", async () => {
    buildDownload(join(folder(), "models"), "cache-copies");
    const model = join(folder(), "models", SNAPSHOT);
    const keys = makeKeys();
    const key = `key: { data: ${JSON.stringify(keys.publicPem)} }`;
    writeTree(folder(), {
      "key.pem": keys.privatePem,
      "key.pub": keys.publicPem,
      "model-policy.yaml": policyText({ globs: ["models/**"], authorities: [key] }),
    });
    type Verified = { verified: boolean; verdict: { state: string }; origin?: Origin };
    const verify = async (status: number, ...args: string[]): Promise<Verified> => {
      const { report, ...found } = await json("verify", ...args);
      assert.equal(found.status, status);
      return report as Verified;
    };
    const byKey = ["key", model, "--public-key", join(folder(), "key.pub")];
    const unsigned = await verify(1, ...byKey);
    assert.equal(unsigned.verdict.state, "unsigned");
    assert.equal(unsigned.origin?.repository, "acme/tiny");
    assert.equal(unsigned.origin?.revision, COMMITS.first);
    assert.deepEqual(unsigned.origin?.files.match, []);
    assert.equal(unsigned.origin?.files.unchecked?.length, 5);
    await run("sign", "key", model, "--private-key", join(folder(), "key.pem"));
    const signed = await verify(0, ...byKey);
    assert.equal(signed.verified, true);
    assert.deepEqual(signed.origin, {
      ...unsigned.origin,
      files: { ...unsigned.origin?.files, unrecorded: ["model.sig"] },
    });
    const byPolicy = await verify(0, model, "--policy", join(folder(), "model-policy.yaml"));
    assert.deepEqual(byPolicy.origin, signed.origin);
    appendFileSync(join(model, "config.json"), " ");
    const changed = await verify(1, ...byKey);
    assert.equal(changed.verdict.state, "modified");
    assert.deepEqual(changed.origin?.files.changed, ["config.json"]);
    rmSync(join(folder(), "models/models--acme--tiny/trees"), { recursive: true });
    rmSync(join(folder(), "models/models--acme--tiny/refs"), { recursive: true });
    writeTree(folder(), { "plain/model.safetensors": "x" });
    const none = await verify(1, "key", join(folder(), "plain"), "--public-key", join(folder(), "key.pub"));
    assert.equal("origin" in none, false);
  });

  it("lists the models of Ollama's store under their names, and signs none of their manifests", async () => {
    const path = "manifests/registry.ollama.ai/library/tiny/1b";
    buildOllamaStore(folder(), { [path]: { model: Buffer.from("weights"), template: Buffer.from("t") } });
    const { stdout, status } = await run("scan", folder());
    assert.equal(status, 0);
    assert.match(
      stdout,
      /^○ Not signed +manifests\/registry\.ollama\.ai\/library\/tiny\/1b {2}Ollama library\/tiny:1b$/m,
    );
    const { report } = await json("scan", folder());
    const [model] = (report as { models: readonly { kind: string; origin: Origin }[] }).models;
    assert.equal(model?.kind, "file");
    assert.equal(model?.origin.source, "ollama");
    assert.equal(model?.origin.files.unchecked?.length, 3);
    const store = join(folder(), path);
    assert.match(
      (await run("origin", store)).stdout,
      /^○ All 3 files match the download record of Ollama library\/tiny:1b\./m,
    );
    writeTree(folder(), { "key.pem": makeKeys().privatePem });
    const signing = await run("sign", "key", store, "--private-key", join(folder(), "key.pem"));
    assert.equal(signing.status, 2);
    assert.match(signing.stderr, /it is Ollama's manifest of library\/tiny:1b, and the files are in /);
    assert.equal(existsSync(`${store}.sig`), false);
  });

  it("adds a line to the verdict in a scan that verifies, and does not change it", async () => {
    buildDownload(folder(), "folder-full");
    writeFileSync(join(folder(), "key.pub"), makeKeys().publicPem);
    const { report } = await json("scan", folder(), "--public-key", join(folder(), "key.pub"));
    type Scanned = { passed: boolean; verdict: { state: string }; origin: { revision: string } };
    const [model] = (report as { models: readonly Scanned[] }).models;
    assert.equal(model?.verdict.state, "unsigned");
    assert.equal(model?.passed, false);
    assert.equal(model?.origin.revision, COMMITS.first);
  });
});
