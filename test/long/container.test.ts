import assert from "node:assert/strict";
import { appendFileSync, chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../scripts/fetch.mjs";
import { makeSamples } from "../../scripts/samples/make.ts";
import { modelProvenance } from "../../scripts/start/terminal.ts";
import { ensurePodman, importBaseImages, Podman } from "../support/podman.ts";
import { skip } from "../support/results.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";

const IMAGE = "localhost/model-provenance";
const MEGABYTE = 1_000_000;

describe("the container image", function () {
  this.timeout(60_000);
  const samples = useTemporaryFolder();
  let storage = "";
  let podman: Podman;

  before(function () {
    this.timeout(15 * 60_000);
    const missing = ensurePodman();
    if (missing !== undefined) skip(this, missing);
    storage = mkdtempSync(join(tmpdir(), "podman-"));
    podman = new Podman(storage);
    importBaseImages(podman, storage);
    podman.must("build", "--pull=never", "--isolation=chroot", "--tag", IMAGE, ROOT);
  });

  after(() => {
    if (storage === "") return;
    podman.run("rm", "--all", "--force");
    podman.run("rmi", "--all", "--force");
    rmSync(storage, { recursive: true, force: true });
  });

  /** As the Containerfile has it, but for what could reach beyond the container. */
  function run(...args: readonly string[]) {
    const mount = `${samples()}:/models:ro`;
    // Podman's own limits are higher than a container that this test runs in may set.
    const limits = ["--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024"];
    return podman.run("run", "--rm", "--network=none", "--read-only", ...limits, "-v", mount, ...args);
  }

  it("is not root, and has Node and the program, but neither npm nor git", () => {
    assert.equal(podman.must("image", "inspect", "--format={{.Config.User}}", IMAGE), "1000:1000");
    const programs = "node model-provenance npm npx git";
    const { stdout } = run("--entrypoint=sh", IMAGE, "-c", `id -u; for p in ${programs}; do command -v $p; done`);
    assert.deepEqual(stdout.trim().split("\n"), ["1000", "/usr/local/bin/node", "/usr/local/bin/model-provenance"]);
  });

  it("adds Node and at most 10 MB to Debian", () => {
    const size = (name: string) => Number(podman.must("image", "inspect", "--format={{.Size}}", name));
    const node = 130 * MEGABYTE;
    assert.ok(size(IMAGE) - size("docker.io/library/debian:bookworm-slim") < node + 10 * MEGABYTE);
  });

  it("writes no cache into the models", () => {
    const { stdout } = run("--entrypoint=sh", IMAGE, "-c", "echo $HOME");
    assert.equal(stdout, "/tmp\n");
  });

  it("says how it is used, where nothing is asked of it", () => {
    const { status, stdout } = run(IMAGE);
    assert.equal(status, 0);
    assert.match(stdout, /^Usage: model-provenance/m);
  });

  it("verifies and scans models that it can only read, without a network", () => {
    makeSamples(samples());
    chmodSync(samples(), 0o755);
    const here = (...args: readonly string[]): void => {
      const { status, text } = modelProvenance(samples(), args);
      assert.equal(status, 0, text);
    };
    here("sign", "key", "tiny-llama", "--private-key", "keys/p256.pem");
    here("policy", "init", ".", "--public-key", "keys/p256.pub.pem", "--yes");

    const verified = run(IMAGE, "verify", "key", "tiny-llama", "--public-key", "keys/p256.pub.pem");
    assert.equal(verified.status, 0, verified.stderr);
    assert.match(verified.stdout, /^✓ Verified/);
    const scanned = run(IMAGE, "scan", "tiny-llama", "--policy", "model-policy.yaml");
    assert.equal(scanned.status, 0, scanned.stdout + scanned.stderr);

    appendFileSync(join(samples(), "tiny-llama", "config.json"), " ");
    const changed = run(IMAGE, "scan", "tiny-llama", "--policy", "model-policy.yaml");
    assert.equal(changed.status, 1, changed.stderr);
    assert.match(changed.stdout, /config\.json/);
  });
});
