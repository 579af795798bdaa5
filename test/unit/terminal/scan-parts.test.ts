import assert from "node:assert/strict";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { bundleText, fileResources, makeStatement, signBundle } from "../../support/bundles.ts";
import { makeKeys } from "../../support/keys.ts";
import { policyText } from "../../support/policies.ts";
import type { CliResult } from "../../support/run-cli.ts";
import { runMain } from "../../support/run-main.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

const SCHEMA: object = JSON.parse(
  readFileSync(new URL("../../../schemas/report.schema.json", import.meta.url), "utf8"),
);
const isReport = new Ajv2020({ strict: true, allErrors: true }).compile(SCHEMA);
const keys = makeKeys();
const FILES = { "model.safetensors": "weights" };
const SIGNATURE = bundleText(signBundle(makeStatement(fileResources(FILES)), { keys }));
const MODELS = Array.from({ length: 24 }, (_, index) => `team-${index % 3}/model-${index}`);
const PARTS = 4;

describe("scan in parts", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const at = (name: string): string => join(folder(), name);
  const ways: Readonly<Record<string, () => readonly string[]>> = {
    "without keys": () => [],
    "with a key": () => ["--public-key", at("keys/prod.pub")],
    "with a policy": () => ["--policy", at("model-policy.yaml")],
  };
  const scan = (index: number, ...more: readonly string[]): Promise<CliResult> =>
    runMain(["scan", at("store"), `--part=${index}/${PARTS}`, ...more], { cwd: folder(), env: { HOME: folder() } });
  const models = async (index: number, ...more: readonly string[]): Promise<string[]> => {
    const report = JSON.parse((await scan(index, ...more, "--json")).stdout);
    assert.equal(isReport(report), true, JSON.stringify(isReport.errors, null, 2));
    assert.deepEqual(report.part, { index, count: PARTS });
    return report.models.map(({ path }: { path: string }) => path.slice(at("store").length + 1).replaceAll("\\", "/"));
  };
  const shares = (...more: readonly string[]): Promise<string[][]> =>
    Promise.all(Array.from({ length: PARTS }, (_, index) => models(index, ...more)));

  beforeEach(() => {
    for (const model of MODELS) writeTree(at(`store/${model}`), { ...FILES, "model.sig": SIGNATURE });
    writeTree(folder(), { "keys/prod.pub": keys.publicPem });
    const authorities = ["key: { path: keys/prod.pub }"];
    writeFileSync(at("model-policy.yaml"), policyText({ globs: ["store/**"], authorities }));
  });

  for (const [way, options] of Object.entries(ways)) {
    it(`${way} verifies each model in exactly one part, always the same`, async () => {
      const found = await shares(...options());
      assert.deepEqual(found.flat().sort(), [...MODELS].sort());
      for (const share of found) assert.ok(share.length > 0 && share.length < MODELS.length / 2, String(share.length));
      assert.deepEqual(found, await shares());
    });
  }

  it("moves no other model if one is added or removed meanwhile", async () => {
    const before = await shares();
    writeTree(at("store/a-new-one"), FILES);
    const after = await shares();
    assert.deepEqual(
      after.map((share) => share.filter((name) => name !== "a-new-one")),
      before,
    );
  });

  it("fails in the part of a model that is not verified, and in no other", async () => {
    writeTree(at(`store/${MODELS[5]}`), { "model.safetensors": "changed" });
    const found = await shares();
    for (const way of ["with a key", "with a policy"]) {
      for (const [index, share] of found.entries()) {
        const { status, stdout } = await scan(index, ...(ways[way]?.() ?? []));
        assert.equal(status, share.includes(MODELS[5] ?? "") ? 1 : 0, stdout);
        assert.match(stdout, new RegExp(`Part ${index}/${PARTS}, ${share.length} models: `));
      }
    }
  });

  it("fails in every part for what could not be read", async function () {
    if (process.platform === "win32") return this.skip();
    symlinkSync(at("store/team-0"), at("store/link"));
    for (let index = 0; index < PARTS; index++) {
      assert.equal((await scan(index, ...(ways["with a policy"]?.() ?? []))).status, 1);
    }
  });

  it("rejects a part that does not exist", async () => {
    const { status, stderr } = await scan(PARTS);
    assert.equal(status, 2);
    assert.match(stderr, /--part: "4\/4" is not I\/N/);
  });
});
