import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createSign, generateKeyPairSync } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { startLocalSigstore } from "../support/sigstore/local-sigstore.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";
import { VECTORS } from "../support/vectors.ts";

const run = promisify(execFile);
const PRELOAD = join(import.meta.dirname, "../support/emulate-boringssl.ts");
const MOCHA = createRequire(import.meta.url).resolve("mocha/bin/mocha.js");

/** Desktop VS Code is built on BoringSSL, which wants a digest by name and knows no BLAKE2b. */
describe("the core under an emulation of BoringSSL", function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();

  it("throws where BoringSSL throws", async () => {
    const script = `
      const crypto = require("node:crypto");
      const { privateKey, publicKey } = crypto.generateKeyPairSync("ec", { namedCurve: "prime256v1" });
      const signature = crypto.createSign("sha256").update("x").sign(privateKey);
      for (const attempt of [() => crypto.verify(null, Buffer.from("x"), publicKey, signature), () => crypto.createHash("blake2b512")]) {
        try { attempt(); console.log("passed"); } catch { console.log("threw"); }
      }`;
    const { stdout } = await run(process.execPath, ["--import", PRELOAD, "-e", script]);
    assert.deepEqual(stdout.trim().split("\n"), ["threw", "threw"]);
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    assert.ok(createSign("sha256").update("x").sign(privateKey).length > 0);
  });

  it("verifies every model that the reference signed, and what we sign with any hash", async function () {
    if (VECTORS === undefined) this.skip();
    const { failures, passes } = await runTests("verifies|schemas that accept|are authentic", [
      "reference.test.ts",
      "specification.test.ts",
    ]);
    assert.equal(failures, 0);
    assert.equal(passes, 9 + 5 + 1);
  });

  it("verifies every keyless model of the reference, and accepts no other identity", async function () {
    if (VECTORS === undefined) this.skip();
    const { failures, passes } = await runTests("verifies with|is not accepted|cannot be verified", [
      "keyless.test.ts",
    ]);
    assert.equal(failures, 0);
    assert.equal(passes, 6 * (1 + 12 + 1));
  });

  it("signs models with a login", async () => {
    // The services run here, in a process without the emulation: they are not what is tried.
    const sigstore = await startLocalSigstore();
    try {
      for (const version of [1, 2] as const) {
        const model = join(folder(), `model-${version}`);
        writeTree(model, { weights: "0123456789" });
        const script = `
          const [core, model, config, token] = process.argv.slice(1);
          const load = (name) => import(core + name);
          Promise.all([load("/operations/sign/sign.ts"), load("/verification/trust-root-files.ts")]).then(async ([{ sign }, files]) => {
            const identity = { method: "sigstore", root: await files.readTrustConfigFile(config), token };
            const { signer } = await sign({ model, signature: model + "/model.sig", identity });
            console.log(signer.log.entry);
          });`;
        const { path } = sigstore.trustConfigs[version];
        const argv = [
          join(import.meta.dirname, "../../src/core"),
          model,
          path,
          await sigstore.token("alice@example.com"),
        ];
        const { stdout } = await run(process.execPath, ["--import", PRELOAD, "-e", script, ...argv]);
        assert.equal(stdout.trim(), { 1: "dsse/0.0.1", 2: "hashedrekord/0.0.2" }[version]);
      }
    } finally {
      await sigstore.stop();
    }
  });

  it("refreshes trust roots", async () => {
    const { failures, passes } = await runTests("are fetched|are refreshed", [
      "../unit/core/verification/trust-root-refresh.test.ts",
    ]);
    assert.equal(failures, 0);
    assert.equal(passes, 2);
  });

  it("corrects Sigstore's library, which rejects valid signatures there", async () => {
    const script = `
      const crypto = require("node:crypto");
      const { privateKey, publicKey } = crypto.generateKeyPairSync("ec", { namedCurve: "prime256v1" });
      const signature = crypto.createSign("sha256").update("x").sign(privateKey);
      const verify = () => require("@sigstore/core").crypto.verify(Buffer.from("x"), publicKey, signature);
      const before = verify();
      import(process.argv[1]).then(({ loadSigstore }) => loadSigstore()).then(() => console.log(before, verify()));`;
    const libraries = join(import.meta.dirname, "../../src/core/verification/sigstore/libraries.ts");
    const { stdout } = await run(process.execPath, ["--import", PRELOAD, "-e", script, libraries]);
    assert.equal(stdout.trim(), "false true");
  });
});

async function runTests(grep: string, names: readonly string[]): Promise<{ passes: number; failures: number }> {
  const files = names.map((name) => join(import.meta.dirname, name));
  const mocha = [MOCHA, "--reporter", "json", "--grep", grep, ...files];
  const { stdout } = await run(process.execPath, ["--import", PRELOAD, ...mocha]);
  return JSON.parse(stdout.slice(stdout.indexOf("{\n"))).stats;
}
