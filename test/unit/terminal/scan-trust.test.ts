import assert from "node:assert/strict";
import { renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleText, fileResources, makeStatement, signBundle } from "../../support/bundles.ts";
import { makeChain } from "../../support/certificates.ts";
import { makeKeys } from "../../support/keys.ts";
import { runCli } from "../../support/run-cli.ts";
import { useTemporaryFolder, writeTree } from "../../support/temporary-folder.ts";

const keys = makeKeys();
const { root, intermediate, leaf } = makeChain();
const FILES = { "config.json": "{}", "model.safetensors": "weights" };

describe("scan with a key or a root", function () {
  this.timeout(30_000);
  const folder = useTemporaryFolder();
  const scan = (...args: string[]) => runCli(["scan", "models", ...args], { cwd: folder() });
  beforeEach(() => {
    const statement = makeStatement(fileResources(FILES));
    const byKey = bundleText(signBundle(statement, { keys }));
    const byCertificate = bundleText(signBundle(statement, { certificate: leaf, chain: [intermediate] }));
    const tree = (name: string, files: Record<string, string>) =>
      Object.fromEntries(Object.entries(files).map(([file, text]) => [`models/${name}/${file}`, text]));
    writeTree(folder(), {
      ...tree("a-good", { ...FILES, "model.sig": byKey }),
      ...tree("b-changed", { ...FILES, "config.json": "[]", "model.sig": byKey }),
      ...tree("c-certified", { ...FILES, "model.sig": byCertificate }),
      ...tree("d-unsigned", FILES),
    });
    writeFileSync(join(folder(), "prod.pub"), keys.publicPem);
    writeFileSync(join(folder(), "root.pem"), root.pem);
  });

  it("verifies all in one run, one line each, and exits 1 if one is not verified", async () => {
    const { status, stdout } = await scan("--public-key", "prod.pub", "--certificate-chain", "root.pem");
    assert.equal(status, 1);
    const lines = stdout.trimEnd().split("\n");
    assert.match(lines[0] ?? "", /^✓ Verified {2}a-good {2}key prod\.pub$/);
    assert.match(lines[1] ?? "", /^✗ Changed since signing {2}b-changed {2}1 changed {2}rejected$/);
    assert.match(lines[2] ?? "", /^ {4}changed: config\.json$/);
    assert.match(stdout, /✓ Verified {2}c-certified {2}CN=Alice,O=Example$/m);
    assert.match(stdout, /○ Not signed {2}d-unsigned {2}rejected/);
    assert.equal(lines.at(-1), "4 models: 2 verified, 2 rejected");
  });

  it("cannot verify a certificate signature with a key", async () => {
    const { status, stdout } = await scan("--public-key", "prod.pub");
    assert.equal(status, 1);
    assert.match(stdout, /\? Can't be verified here {2}c-certified/);
  });

  it("exits 0 if all are verified", async () => {
    const { status, stdout } = await runCli(["scan", "models/a-good", "--public-key", "prod.pub"], { cwd: folder() });
    assert.equal(status, 0);
    assert.match(stdout, /1 model: 1 verified, 0 rejected/);
  });

  it("prints JSON, and SARIF", async () => {
    const json = JSON.parse((await scan("--public-key", "prod.pub", "--json")).stdout);
    assert.equal(json.passed, false);
    assert.deepEqual(
      json.models.map(({ state, passed }: { state: string; passed: boolean }) => [state, passed]),
      [
        ["verified", true],
        ["modified", false],
        ["unverifiable", false],
        ["unsigned", false],
      ],
    );
    const sarif = JSON.parse((await scan("--public-key", "prod.pub", "--format", "sarif")).stdout);
    assert.equal(sarif.version, "2.1.0");
  });

  describe("verifies everything it scans", () => {
    const only = (files: Readonly<Record<string, string>> = {}) => {
      for (const name of ["b-changed", "c-certified", "d-unsigned"])
        rmSync(join(folder(), "models", name), { recursive: true });
      writeTree(folder(), files);
    };
    const failure = async (): Promise<unknown> => {
      const { status, stdout } = await scan("--public-key", "prod.pub", "--json");
      assert.equal(status, 1, stdout);
      return (
        JSON.parse(stdout).failures[0]?.code ?? JSON.parse(stdout).models.map(({ state }: { state: string }) => state)
      );
    };

    it("and passes if all models are signed", async () => {
      only({ "models/notes.txt": "", "models/pyvenv.cfg": "" });
      assert.equal((await scan("--public-key", "prod.pub")).status, 0);
    });

    it("including environments and package folders", async () => {
      only({ "models/pyvenv.cfg": "", "models/lib/python3.12/site-packages/x/net.onnx": "" });
      assert.deepEqual(await failure(), ["verified", "unsigned"]);
    });

    it("and fails for a symbolic link", async function () {
      if (process.platform === "win32") this.skip();
      renameSync(join(folder(), "models/b-changed"), join(folder(), "changed"));
      writeTree(folder(), { "models/b-changed/": "" });
      only();
      symlinkSync("../changed", join(folder(), "models/link"));
      assert.equal(await failure(), "SEARCH_LINK");
    });

    it("and fails if there is nothing", async () => {
      rmSync(join(folder(), "models"), { recursive: true });
      writeTree(folder(), { "models/notes.txt": "" });
      assert.equal(await failure(), "SEARCH_NOTHING_FOUND");
      assert.equal((await scan("--public-key", "prod.pub", "--allow-empty")).status, 0);
    });
  });

  it("has another exit status for a failure than for wrong usage", async () => {
    writeFileSync(join(folder(), "text.pub"), "hello");
    const unreadable = await scan("--public-key", "text.pub");
    assert.equal(unreadable.status, 2);
    assert.match(unreadable.stderr, /text\.pub is not a public key/);
    assert.equal((await scan("--public-key", "missing.pub")).status, 2);
    const both = await scan("--public-key", "prod.pub", "--policy", "p.yaml");
    assert.equal(both.status, 2);
    assert.match(both.stderr, /Give either --policy, or keys and certificates/);
    assert.match((await scan("--root", ".")).stderr, /--root needs --policy/);
    assert.match((await scan("--allow-empty")).stderr, /--allow-empty needs --policy/);
  });
});
