import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { makeKeys } from "./keys.ts";
import { type PolicyParts, policyText } from "./policies.ts";
import { runMain } from "./run-main.ts";
import { useTemporaryFolder, writeTree } from "./temporary-folder.ts";

const SCHEMA: object = JSON.parse(readFileSync(new URL("../../schemas/report.schema.json", import.meta.url), "utf8"));
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(SCHEMA);
export const prodKeys = makeKeys();
const others = makeKeys();
export const KEY = "key: { path: keys/prod.pub }";

export interface ScanJson {
  readonly passed: boolean;
  readonly models: readonly { readonly path: string; readonly state: string; readonly passed: boolean }[];
  readonly failures: readonly {
    readonly code: string;
    readonly message: string;
    readonly passed: boolean;
    readonly paths: readonly string[];
    readonly count: number;
  }[];
  readonly searched: {
    readonly folders: number;
    readonly files: number;
    readonly skipped: readonly { readonly path: string; readonly reason: string }[];
    readonly notRequired: number;
    readonly exempted: { readonly count: number; readonly paths: readonly string[] };
  };
}

/**
 * For each test of the suite it is called in, a folder with a signed model `models/llama`, the keys `prod` and `other`,
 * and a policy for `models/**` that accepts `prod`.
 */
export function useGatedFolder() {
  const folder = useTemporaryFolder();
  const at = (name: string): string => join(folder(), name);
  const run = (...args: string[]) => runMain(args, { cwd: folder(), env: { HOME: folder() } });
  const policy = (parts: Partial<PolicyParts> = {}): void =>
    writeFileSync(at("model-policy.yaml"), policyText({ globs: ["models/**"], authorities: [KEY], ...parts }));
  const scan = (...more: string[]) => run("scan", folder(), "--policy", at("model-policy.yaml"), ...more);

  const sign = async (
    model: string,
    key = "prod",
    signature = `${model}/model.sig`,
    ...more: string[]
  ): Promise<void> => {
    const privateKey = at(`keys/${key}.pem`);
    const { status, stderr } = await run(
      "sign",
      "key",
      at(model),
      "--private-key",
      privateKey,
      "--signature",
      at(signature),
      ...more,
    );
    assert.equal(status, 0, stderr);
  };
  const tamper = (model = "models/llama"): void => appendFileSync(at(`${model}/config.json`), " ");

  const report = async (status: number, ...more: string[]): Promise<ScanJson> => {
    const result = await scan("--json", ...more);
    assert.equal(result.status, status, result.stdout + result.stderr);
    const json: ScanJson = JSON.parse(result.stdout);
    assert.ok(validate(json) as boolean, JSON.stringify(validate.errors, null, 2));
    assert.equal(json.passed, status === 0);
    return json;
  };
  const verdicts = ({ models }: ScanJson): string[] =>
    models.map(({ path, state }) => `${path.slice(folder().length + 1).replaceAll("\\", "/")} ${state}`);
  const failures = (json: ScanJson): string[] =>
    json.failures.map(({ code, paths }) => [code, ...[...paths].sort()].join(" "));

  /** The scan fails, and says so in every format with the same code and sentence. */
  const failsEverywhere = async (code: string, sentence: RegExp, ...paths: string[]): Promise<void> => {
    const json = await report(1);
    const found = json.failures.find((failure) => failure.code === code);
    assert.ok(found, JSON.stringify(json.failures));
    assert.match(found.message, sentence);
    assert.deepEqual(found.paths, paths);
    const text = await scan();
    assert.equal(text.status, 1);
    assert.ok(
      text.stdout.includes(`\n✗ ${found.message}\n`) || text.stdout.startsWith(`✗ ${found.message}\n`),
      text.stdout,
    );
    assert.match(text.stdout, /\d failures? of the search\n$/);
    const sarif = await scan("--format", "sarif");
    assert.equal(sarif.status, 1);
    const [{ tool, results }] = JSON.parse(sarif.stdout).runs;
    const result = results.find(({ ruleId }: { ruleId: string }) => ruleId === code);
    assert.deepEqual([result.level, result.message.text], ["error", found.message]);
    assert.ok(result.locations.length > 0);
    assert.ok(tool.driver.rules.some(({ id }: { id: string }) => id === code));
    const junit = await scan("--format", "junit");
    assert.equal(junit.status, 1);
    assert.match(junit.stdout, new RegExp(`<testcase classname="search" name="${code}`));
    assert.match(junit.stdout, new RegExp(`<failure message="[^"]*" type="${code}">`));
    assert.match(junit.stdout, /<testsuites name="model-provenance" tests="\d+" failures="[1-9]/);
  };

  beforeEach(async () => {
    writeTree(folder(), {
      "keys/prod.pem": prodKeys.privatePem,
      "keys/prod.pub": prodKeys.publicPem,
      "keys/other.pem": others.privatePem,
      "keys/other.pub": others.publicPem,
      "models/llama/config.json": "{}",
      "models/llama/model.safetensors": "weights",
    });
    await sign("models/llama");
    policy();
  });

  return { folder, at, run, policy, scan, sign, tamper, report, verdicts, failures, failsEverywhere };
}
