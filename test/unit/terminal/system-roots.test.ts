import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificate, makeChain } from "../../support/certificates.ts";
import { runCli } from "../../support/run-cli.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

const { root, intermediate, leaf } = makeChain();

describe("verify certificate --system-roots", function () {
  this.timeout(30_000);
  const folder = useTemporaryFolder();
  const run = (args: string, env: Readonly<Record<string, string>> = {}) =>
    runCli(args.split(" "), { cwd: folder(), env });
  const verify = async (env: Readonly<Record<string, string>> = {}) => {
    const { status, stdout, stderr } = await run("verify certificate llama --system-roots", env);
    return { status, first: stdout.split("\n")[0], stderr };
  };

  beforeEach(async () => {
    writeTree(folder(), {
      "llama/config.json": "{}",
      "alice.pem": leaf.pem,
      "alice.key": leaf.keys.privatePem,
      "between.pem": intermediate.pem,
    });
    const signed = await run(
      "sign certificate llama --private-key alice.key --signing-certificate alice.pem --certificate-chain between.pem",
    );
    assert.equal(signed.status, 0, signed.stderr);
  });

  it("distinguishes certificates under the system's roots from others", async () => {
    const { status, first } = await verify();
    assert.equal(status, 1);
    assert.equal(first, "? Can't be verified here  llama");
  });

  it("skips a root that cannot be read", async function () {
    if (process.platform !== "linux") this.skip(); // elsewhere they are in no file that the environment names
    const twice = { oid: "1.2.3.4", critical: false, value: Buffer.of(5, 0) };
    const unreadable = makeCertificate({ subject: "Old Root", ca: true, extensions: [twice, twice] });
    writeFileSync(join(folder(), "system.pem"), unreadable.pem + root.pem);
    mkdirSync(join(folder(), "none"));
    const environment = { SSL_CERT_FILE: join(folder(), "system.pem"), SSL_CERT_DIR: join(folder(), "none") };
    assert.deepEqual(await verify(environment), { status: 0, first: "✓ Verified  llama", stderr: "" });

    writeFileSync(join(folder(), "given.pem"), unreadable.pem);
    const given = await run("verify certificate llama --certificate-chain given.pem");
    assert.equal(given.status, 2, "it is an error where a person chose it");
  });
});
