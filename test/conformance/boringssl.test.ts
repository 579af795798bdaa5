import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createSign, generateKeyPairSync } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { VECTORS } from "../support/vectors.ts";

const run = promisify(execFile);
const PRELOAD = join(import.meta.dirname, "../support/emulate-boringssl.ts");
const MOCHA = createRequire(import.meta.url).resolve("mocha/bin/mocha.js");

/** Desktop VS Code is built on BoringSSL, which wants a digest by name and knows no BLAKE2b. */
describe("under an emulation of BoringSSL", function () {
  this.timeout(60_000);

  it("the emulation throws as BoringSSL does", async () => {
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

  it("every model signed by the reference verifies, and what is written here, with any hash", async function () {
    if (VECTORS === undefined) this.skip();
    const files = ["reference.test.ts", "specification.test.ts"].map((name) => join(import.meta.dirname, name));
    const { stdout } = await run(process.execPath, [
      "--import",
      PRELOAD,
      MOCHA,
      "--reporter",
      "json",
      "--grep",
      "verifies|schemas accept|are authentic",
      ...files,
    ]);
    const { stats } = JSON.parse(stdout.slice(stdout.indexOf("{\n")));
    assert.equal(stats.failures, 0);
    assert.equal(stats.passes, 9 + 5 + 1);
  });
});
