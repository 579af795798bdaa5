import assert from "node:assert/strict";
import { type SpawnSyncReturns, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { parse } from "yaml";
import { ROOT } from "../../scripts/fetch.mjs";
import { installProgram, runProgram } from "../support/built-program.ts";
import { makeKeys } from "../support/keys.ts";
import { skip } from "../support/results.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";

const Container = v.looseObject({
  command: v.array(v.string()),
  env: v.array(v.strictObject({ name: v.string(), value: v.string() })),
  volumeMounts: v.array(v.looseObject({ name: v.string(), mountPath: v.string() })),
});
const Job = v.looseObject({
  apiVersion: v.literal("batch/v1"),
  kind: v.literal("Job"),
  spec: v.looseObject({
    completionMode: v.optional(v.literal("Indexed")),
    completions: v.optional(v.number()),
    parallelism: v.optional(v.number()),
    template: v.object({
      spec: v.looseObject({
        restartPolicy: v.literal("Never"),
        containers: v.tuple([Container]),
        volumes: v.array(v.looseObject({ name: v.string() })),
      }),
    }),
  }),
});

function readJob(name: string) {
  const { spec } = v.parse(Job, parse(readFileSync(join(ROOT, "deploy", "kubernetes", `${name}.yaml`), "utf8")));
  const [container] = spec.template.spec.containers;
  return { ...spec, container, volumes: spec.template.spec.volumes };
}

describe("the Indexed Job of Kubernetes", function () {
  this.timeout(5 * 60_000);
  const folder = useTemporaryFolder();
  const at = (name: string): string => join(folder(), name);
  const digest = readJob("digest");
  const merge = readJob("merge");

  before(function () {
    if (process.platform === "win32") skip(this, "needs sh");
  });

  /** The container's command, with its variables; mounted folders lie in the temporary one. */
  function runContainer(
    { container }: ReturnType<typeof readJob>,
    program: Readonly<Record<string, string>>,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Pick<SpawnSyncReturns<string>, "status" | "stdout">> {
    const mounted = container.env.map(({ name, value }) => [name, value.startsWith("/") ? at(`.${value}`) : value]);
    const [command = "", ...args] = container.command;
    const env = { ...program, ...Object.fromEntries(mounted), ...more };
    const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "inherit"] });
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    return new Promise((resolve, reject) => {
      child.on("error", reject).on("close", (status) => resolve({ status, stdout }));
    });
  }

  it("has as many parts as pods, and mounts every volume that it names", () => {
    assert.deepEqual([digest.completionMode, digest.completions, digest.parallelism], ["Indexed", 8, 8]);
    for (const { container, volumes } of [digest, merge]) {
      const value = (wanted: string) => container.env.find(({ name }) => name === wanted)?.value;
      for (const name of ["MODEL", "MANIFESTS"]) {
        assert.ok(
          container.volumeMounts.some(({ mountPath }) => `${value(name)}/`.startsWith(`${mountPath}/`)),
          name,
        );
      }
      assert.deepEqual(
        container.volumeMounts.map(({ name }) => name),
        volumes.map(({ name }) => name),
      );
    }
    assert.equal(digest.container.env.find(({ name }) => name === "PARTS")?.value, String(digest.completions));
  });

  it("digests a model with one process for each index, and merges the parts; the signature verifies in full", async () => {
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`w/${index}.bin`, "w".repeat(index)]));
    writeTree(at("models/llama-3-8b"), files);
    const keys = makeKeys();
    writeTree(folder(), { "manifests/": "", "key.pem": keys.privatePem, "key.pub": keys.publicPem });
    const program = installProgram(folder());
    const indexes = Array.from({ length: digest.completions ?? 0 }, (_, index) => index);
    const pods = indexes.map((index) => runContainer(digest, program, { JOB_COMPLETION_INDEX: String(index) }));
    for (const [index, { status, stdout }] of (await Promise.all(pods)).entries()) {
      assert.equal(status, 0);
      assert.match(stdout, new RegExp(`^part ${index}/8: 5 files`));
    }
    const again = await runContainer(digest, program, { JOB_COMPLETION_INDEX: "3" });
    assert.match(again.stdout, /nothing was read/);
    assert.equal((await runContainer(merge, program)).status, 0);

    const key = ["key", at("models/llama-3-8b")];
    const manifest = `--manifest=${at("manifests/model.json")}`;
    const signed = runProgram(program, ["sign", ...key, `--private-key=${at("key.pem")}`, manifest]);
    assert.equal(signed.status, 0, signed.stderr);
    const verified = runProgram(program, ["verify", ...key, `--public-key=${at("key.pub")}`]);
    assert.equal(verified.status, 0, verified.stdout);
  });
});
