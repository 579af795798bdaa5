import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const SIGSTORE = join(import.meta.dirname, "../../../../../src/core/verification/sigstore/libraries.ts");

describe("Sigstore's libraries", () => {
  it("cannot be used where the platform's cryptography is wrong: no signature is reported as invalid then", async () => {
    const script = `
      const crypto = require("node:crypto");
      crypto.verify = () => false;
      require("node:module").syncBuiltinESMExports();
      import(process.argv[1]).then(({ loadSigstore }) => loadSigstore()).then(
        () => console.log("loaded"),
        ({ code, kind }) => console.log(code, kind),
      );`;
    const { stdout } = await run(process.execPath, ["-e", script, SIGSTORE]);
    assert.equal(stdout.trim(), "SIGSTORE_PLATFORM unable");
  });

  it("leave the platform's own module as it was", async () => {
    const script = `
      const crypto = require("node:crypto");
      const { verify } = crypto;
      import(process.argv[1]).then(({ loadSigstore }) => loadSigstore()).then(() => console.log(crypto.verify === verify));`;
    const { stdout } = await run(process.execPath, ["-e", script, SIGSTORE]);
    assert.equal(stdout.trim(), "true");
  });
});
