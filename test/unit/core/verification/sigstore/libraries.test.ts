import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const SIGSTORE = join(import.meta.dirname, "../../../../../src/core/verification/sigstore/libraries.ts");

describe("Sigstore's libraries", () => {
  it("are not used if the platform's cryptography is wrong: then no signature is reported as invalid", async () => {
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

  it("do not change the platform's own module", async () => {
    const script = `
      const crypto = require("node:crypto");
      const { verify } = crypto;
      import(process.argv[1]).then(({ loadSigstore }) => loadSigstore()).then(() => console.log(crypto.verify === verify));`;
    const { stdout } = await run(process.execPath, ["-e", script, SIGSTORE]);
    assert.equal(stdout.trim(), "true");
  });
});
