import assert from "node:assert/strict";
import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { COMMITS, pointerOf } from "../../support/downloads/hub-files.ts";
import { buildDownload } from "../../support/downloads/kept-downloads.ts";
import { makeKeys } from "../../support/keys.ts";
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
