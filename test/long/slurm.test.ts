import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/fetch.mjs";
import { ensureReference, type Reference } from "../interop/reference.ts";
import { installProgram, runProgram } from "../support/built-program.ts";
import { makeKeys } from "../support/keys.ts";
import { skip } from "../support/results.ts";
import { ensureSlurm, type Slurm, startSlurm, until } from "../support/slurm.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";

const MIB = 1024 * 1024;
const PARTS = 8;
const [DIGEST, MERGE] = ["digest", "merge"].map((name) => join(ROOT, "deploy", "slurm", `${name}.sbatch`));
/** Milliseconds for all tasks of the array. */
const RUN = 180_000;

describe("a job array of Slurm", function () {
  this.timeout(10 * 60_000);
  const folder = useTemporaryFolder();
  const at = (name: string): string => join(folder(), name);
  let slurm: Slurm | undefined;
  let reference: Reference | undefined;

  before(function () {
    const missing = ensureSlurm();
    if (missing !== undefined) skip(this, missing);
    const found = ensureReference();
    if ("missing" in found) return skip(this, found.missing);
    reference = found;
  });
  afterEach(async () => {
    await slurm?.stop();
    slurm = undefined;
  });

  it("digests a model in eight parts, one killed and run again; we and the reference verify the signature", async () => {
    assert.ok(DIGEST !== undefined && MERGE !== undefined && reference !== undefined);
    const keys = makeKeys();
    writeTree(folder(), { "key.pem": keys.privatePem, "key.pub": keys.publicPem, "log/": "", "slurm/": "" });
    // The first file takes seconds to digest and no space; it is all that part 0 has.
    writeTree(at("llama"), { "weights/large.bin": "", "config.json": "{}", "a/b/c.txt": "c", empty: "" });
    truncateSync(at("llama/weights/large.bin"), 4096 * MIB);
    for (let index = 1; index < 12; index++)
      writeTree(at("llama"), { [`weights/${index}.bin`]: randomBytes(index * MIB) });
    const env = installProgram(folder());
    const started = await startSlurm(at("slurm"), env);
    slurm = started;
    const submit = (...options: string[]): string =>
      started.run("sbatch", "--parsable", `--output=${at("log/%A-%a.txt")}`, "--cpus-per-task=1", ...options);
    const array = [`--array=0-${PARTS - 1}`, DIGEST, at("llama"), at("parts"), String(PARTS)];
    const manifests = (): string[] => readdirSync(at("parts")).sort();
    const all = Array.from({ length: PARTS }, (_, index) => `${index}.json`);

    const first = submit(...array);
    await until(() => readsFile(at("llama/weights/large.bin")), "part 0 to read its file", RUN);
    started.run("scancel", "--signal=KILL", "--full", `${first}_0`);
    await until(() => started.run("squeue", "--noheader", `--jobs=${first}`) === "", "the array to end", RUN);
    assert.match(started.run("scontrol", "show", "job", `${first}_0`), /JobState=(FAILED|CANCELLED|NODE_FAIL)/);
    assert.deepEqual(manifests(), all.slice(1), "the killed part left nothing");

    const early = runProgram(env, ["digest", at("llama"), `--merge=${at("parts")}`, `--output=${at("all.json")}`]);
    assert.deepEqual([early.status, early.stdout], [2, ""]);
    assert.match(early.stderr, /Of 8 parts, 1 is missing in .*parts: run digest --part for 0\/8\./);

    const before = all.slice(1).map((name) => statSync(at(`parts/${name}`)).mtimeMs);
    const second = submit(...array);
    submit("--wait", `--dependency=afterok:${second}`, MERGE, at("llama"), at("parts"), at("all.json"));
    assert.deepEqual(manifests(), all);
    assert.match(readFileSync(at(`log/${second}-0.txt`), "utf8"), /^part 0\/8: 1 file, 4\.3 GB; read in/m);
    for (let index = 1; index < PARTS; index++)
      assert.match(readFileSync(at(`log/${second}-${index}.txt`), "utf8"), /is up to date, nothing was read/);
    assert.deepEqual(
      all.slice(1).map((name) => statSync(at(`parts/${name}`)).mtimeMs),
      before,
    );

    const key = ["key", at("llama")];
    const signed = runProgram(env, ["sign", ...key, `--private-key=${at("key.pem")}`, `--manifest=${at("all.json")}`]);
    assert.equal(signed.status, 0, signed.stderr);
    assert.match(signed.stderr, /No content was read/);
    const verified = runProgram(env, ["verify", ...key, `--public-key=${at("key.pub")}`]);
    assert.equal(verified.status, 0, verified.stdout + verified.stderr);
    assert.match(verified.stdout, /✓ Verified[\s\S]*15 signed, 4\.4 GB read in/);
    const theirs = ["--signature", "llama/model.sig", "--public_key", "key.pub"];
    const byReference = reference.cli(["verify", "key", "llama", ...theirs], folder());
    assert.ok(byReference.ok, byReference.text);
  });
});

/** Whether a process of this machine has that file open. */
function readsFile(path: string): boolean {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .some((pid) => {
      try {
        return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === path);
      } catch {
        return false; // it has ended
      }
    });
}
