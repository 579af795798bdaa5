import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { makeKeys } from "../../support/keys.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

const run = promisify(execFile);
const CORE = join(import.meta.dirname, "../../../src/core");

/** Prints which of Sigstore's packages a process has loaded after it signed and verified with a key. */
const SCRIPT = `
  const [core, model, privateKey, publicKey] = process.argv.slice(1);
  const { readFileSync } = require("node:fs");
  const pem = (path) => ({ label: path, pem: readFileSync(path, "utf8") });
  const signature = model + "/model.sig";
  const load = (name) => import(core + name);
  Promise.all([load("/operations/sign/sign.ts"), load("/operations/verify/verify.ts"), load("/operations/inspect.ts"), load("/operations/digest/digest.ts")]).then(async ([{ sign }, { verify }]) => {
    await sign({ model, signature, identity: { method: "key", privateKey: pem(privateKey) } });
    const { state } = await verify({ model, signature, trust: { keys: [pem(publicKey)] } });
    const loaded = Object.keys(require.cache).filter((path) => /@sigstore|tuf|make-fetch-happen/.test(path));
    console.log(JSON.stringify({ state, loaded, all: Object.keys(require.cache).length }));
  });`;

describe("signing and verifying with a key", () => {
  const folder = useTemporaryFolder();

  it("loads none of Sigstore's packages", async () => {
    const keys = makeKeys();
    writeTree(folder(), { "model/weights": "x" });
    writeFileSync(join(folder(), "key.pem"), keys.privatePem);
    writeFileSync(join(folder(), "key.pub"), keys.publicPem);
    const argv = [CORE, ...["model", "key.pem", "key.pub"].map((name) => join(folder(), name))];
    const { stdout } = await run(process.execPath, ["-e", SCRIPT, ...argv]);
    const { state, loaded } = JSON.parse(stdout);
    assert.equal(state, "verified");
    assert.deepEqual(loaded, []);
  });

  it("leaves loading them to keyless signatures", async () => {
    const script = `
      import(process.argv[1] + "/verification/sigstore/libraries.ts").then(({ loadSigstore }) => loadSigstore()).then(() => {
        console.log(Object.keys(require.cache).some((path) => path.includes("@sigstore")));
      });`;
    const { stdout } = await run(process.execPath, ["-e", script, CORE]);
    assert.equal(stdout.trim(), "true");
  });
});
