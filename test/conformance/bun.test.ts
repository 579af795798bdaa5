import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fetchPackage, pinned, ROOT } from "../../scripts/fetch.mjs";
import { bundleFaults } from "../support/bundle-faults.ts";
import { makeChain } from "../support/certificates.ts";
import { makeKeys } from "../support/keys.ts";
import { skip } from "../support/results.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";
import { VECTORS } from "../support/vectors.ts";

const CLI = join(ROOT, "dist", "cli.js");
const PUBLIC = ["--identity", "stefanb@us.ibm.com", "--identity-provider", "https://sigstore.verify.ibm.com/oauth2"];
const PRIVATE = ["--identity", "alice@example.com", "--identity-provider", "http://127.0.0.1:19001/dex"];

/** Bun is linked with BoringSSL, as desktop VS Code is: what that cannot do, shows in it and in no Node from npm. */
describe("the program on a real BoringSSL (Bun)", function () {
  this.timeout(120_000);
  const folder = useTemporaryFolder();
  let bun = "";
  before(function () {
    const wanted = pinned("bun");
    if (wanted === undefined) return skip(this, "needs Bun, which npm does not have for this machine");
    try {
      bun = join(fetchPackage(wanted), "bin", process.platform === "win32" ? "bun.exe" : "bun");
      chmodSync(bun, 0o755);
    } catch (error) {
      skip(this, `needs npm's registry for Bun: ${error instanceof Error ? error.message : error}`);
    }
  });

  function run(...args: readonly string[]) {
    const env = { ...process.env, XDG_CACHE_HOME: join(folder(), "cache") };
    return spawnSync(bun, [CLI, ...args], { cwd: folder(), encoding: "utf8", env });
  }

  function succeeds(...args: readonly string[]): string {
    const { status, stdout, stderr } = run(...args);
    assert.equal(status, 0, stdout + stderr);
    return stdout;
  }

  /** Says what is wrong, without a stack trace. */
  function fails(...args: readonly string[]): string {
    const { status, stdout, stderr } = run(...args);
    assert.ok(status === 1 || status === 2, `status ${status}: ${stdout}${stderr}`);
    assert.doesNotMatch(stdout + stderr, /^\s+at |panic|TypeError|Segmentation/m);
    return stdout + stderr;
  }

  it("runs on BoringSSL", () => {
    const { stdout } = spawnSync(bun, ["-e", "console.log(process.versions.boringssl)"], { encoding: "utf8" });
    assert.match(stdout, /^[0-9a-f]{40}\n$/);
  });

  for (const kind of ["P-256", "P-384", "P-521"] as const) {
    it(`signs and verifies with a key on ${kind}, and finds a change`, () => {
      const { privatePem, publicPem } = makeKeys(kind);
      writeTree(folder(), { "llama/weights.bin": "x", "key.pem": privatePem, "key.pub": publicPem });
      succeeds("sign", "key", "llama", "--private-key", "key.pem");
      succeeds("verify", "key", "llama", "--public-key", "key.pub");
      writeFileSync(join(folder(), "llama/weights.bin"), "y");
      assert.match(fails("verify", "key", "llama", "--public-key", "key.pub"), /Changed since signing/);
    });
  }

  for (const hash of ["blake2b", "blake3"]) {
    it(`hashes with ${hash}`, () => {
      const { privatePem, publicPem } = makeKeys();
      writeTree(folder(), { "llama/weights.bin": "x", "key.pem": privatePem, "key.pub": publicPem });
      succeeds("sign", "key", "llama", "--private-key", "key.pem", "--hash", hash);
      succeeds("verify", "key", "llama", "--public-key", "key.pub");
    });
  }

  it("signs and verifies with a certificate, and rejects another root", () => {
    const { root, intermediate, leaf } = makeChain();
    writeTree(folder(), {
      ...{ "llama/weights.bin": "x", "leaf.key": leaf.keys.privatePem, "leaf.pem": leaf.pem },
      ...{ "intermediate.pem": intermediate.pem, "root.pem": root.pem, "other.pem": makeChain().root.pem },
    });
    const signing = ["--signing-certificate", "leaf.pem", "--certificate-chain", "intermediate.pem"];
    succeeds("sign", "certificate", "llama", "--private-key", "leaf.key", ...signing);
    succeeds("verify", "certificate", "llama", "--certificate-chain", "root.pem");
    fails("verify", "certificate", "llama", "--certificate-chain", "other.pem");
  });

  describe("on models signed by the reference implementation", () => {
    if (VECTORS === undefined) {
      it("is skipped without the test vectors (set OMS_VECTORS)");
      return;
    }
    const reference = join(VECTORS, "reference");
    const keys = join(reference, "keys/certificate");
    const vectors = [
      ...readdirSync(reference)
        .filter((name) => /^v[\d.]+-/.test(name))
        .map((name) => join(reference, name)),
      ...["rekor-v1", "rekor-v2"].map((name) => join(VECTORS ?? "", "private-sigstore", name)),
    ];
    const trust = (path: string): readonly string[] => {
      if (path.endsWith("-elliptic-key")) return ["key", "--public-key", join(keys, "signing-key-pub.pem")];
      if (path.endsWith("-certificate")) return ["certificate", "--certificate-chain", join(keys, "ca-cert.pem")];
      if (path.includes("private-sigstore")) {
        return ["sigstore", ...PRIVATE, "--trust-config", join(path, "../trust_config.json")];
      }
      return ["sigstore", ...PUBLIC, "--offline"];
    };

    for (const path of vectors) {
      it(`verifies ${path.slice(VECTORS.length + 1)}, and rejects it with one byte changed`, () => {
        cpSync(path, join(folder(), "m"), { recursive: true });
        const single = /v(0\.3\.1|1\.0\.0)-elliptic-key$/.test(path);
        const model = single ? "m/signme-1" : "m";
        const ignored = path.includes("v1.0.1-") ? ["--ignore-paths", "m/ignore-me"] : [];
        const [method = "", ...options] = trust(path);
        const args = ["verify", method, model, "--signature", "m/model.sig", ...options, ...ignored];
        succeeds(...args);
        const file = join(folder(), existsSync(join(folder(), "m/signme-1")) ? "m/signme-1" : "m/config.json");
        chmodSync(file, 0o644);
        const bytes = readFileSync(file);
        bytes[0] = (bytes[0] ?? 0) ^ 1;
        writeFileSync(file, bytes);
        assert.match(fails(...args), /Changed since signing/);
      });
    }

    it("rejects keyless signatures with a bit changed anywhere, without a stack trace", () => {
      cpSync(join(VECTORS ?? "", "private-sigstore/rekor-v2"), join(folder(), "m"), { recursive: true });
      const signature = join(folder(), "m/model.sig");
      const config = join(VECTORS ?? "", "private-sigstore/trust_config.json");
      let tried = 0;
      for (const { where, what, changed } of bundleFaults(readFileSync(signature), 97)) {
        if (!what.relied) continue;
        writeFileSync(signature, changed);
        assert.doesNotMatch(fails("verify", "m", ...PRIVATE, "--trust-config", config), /^✓/m, where);
        tried++;
      }
      assert.ok(tried > 10, `${tried}`);
    });

    it("rejects the invalid bundles of the specification, without a stack trace", () => {
      const spec = join(VECTORS ?? "", "spec/test-vectors/v1.0");
      writeTree(folder(), { "m/x": "x", "key.pub": makeKeys().publicPem });
      const files = ["invalid", "invalid-payload"].flatMap((group) =>
        readdirSync(join(spec, group)).map((name) => join(spec, group, name)),
      );
      assert.equal(files.length, 5);
      for (const file of files) fails("verify", "key", "m", "--signature", file, "--public-key", "key.pub");
    });
  });
});
