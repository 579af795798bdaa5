import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fetchNode, npm, pathWith, pinned, ROOT } from "../../scripts/fetch.mjs";
import { toolPath } from "../../scripts/tool.ts";
import { makeKeys } from "../support/keys.ts";
import { writeTree } from "../support/temporary-folder.ts";
import { MANIFEST } from "./manifest.ts";

const MEGABYTE = 1_000_000;

/** Everything that the npm package may hold. */
const ALLOWED = [
  /^(package\.json|README\.md|CHANGELOG\.md|SECURITY\.md|LICENSE|api\.d\.ts)$/,
  /^dist\/(cli\.js|cli-(main|packages)\.cjs|(hash-worker|pkcs11-process)\.cjs|third-party-notices\.txt)$/,
  /^dist\/library\/[\w-]+\.js$/,
  /^dist\/types\/core\/[\w/-]+\.d\.ts$/,
  /^schemas\/[\w.-]+\.json$/,
];

const LIBRARY = `
import { digest } from "model-provenance/digest";
import { ProvenanceError } from "model-provenance/errors";
import { inspect, type Inspection } from "model-provenance/inspect";
import { type SignResult, sign } from "model-provenance/sign";
import { readTrustConfigFile } from "model-provenance/trust-root-files";
import { verify } from "model-provenance/verify";

const functions: readonly unknown[] = [digest, inspect, sign, verify, readTrustConfigFile];
const failure: unknown = await inspect("missing.sig").catch((error: unknown) => error);
console.log(...functions.map((one) => typeof one), failure instanceof ProvenanceError && failure.code);
export type Signed = SignResult["rootDigest"];
export const wrong: number = ({} as Inspection).path;
`;

const REQUIRED = `
const { verify } = require("model-provenance/verify");
const { readFileSync } = require("node:fs");
const keys = [{ label: "key.pub", pem: readFileSync("key.pub", "utf8") }];
verify({ model: "llama", signature: "llama/model.sig", trust: { keys } }).then(({ state }) => console.log(state));
`;

describe("the npm package", () => {
  let folder = "";
  let installed = "";
  before(function () {
    this.timeout(120_000);
    folder = realpathSync.native(mkdtempSync(join(tmpdir(), "npm-package-")));
    npm(["pack", "--ignore-scripts", "--pack-destination", folder], ROOT);
    const [tarball] = readdirSync(folder);
    assert.ok(tarball !== undefined);
    writeTree(folder, { "package.json": '{ "type": "module", "private": true }' });
    npm(["install", "--no-fund", "--no-audit", `./${tarball}`], folder);
    installed = join(folder, "node_modules", "model-provenance");
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it("contains the listed files, and no others", () => {
    const files = readdirSync(installed, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) =>
        join(parentPath, name)
          .slice(installed.length + 1)
          .replaceAll("\\", "/"),
      );
    assert.deepEqual(
      files.filter((file) => !ALLOWED.some((pattern) => pattern.test(file))),
      [],
    );
    for (const { types, default: code } of Object.values(MANIFEST.exports)) {
      for (const file of [types, code]) assert.ok(file === undefined || files.includes(file.slice(2)), file);
    }
    assert.ok(files.length < 150, `${files.length} files`);
  });

  it("contains the loader of PKCS #11 modules, which rejects a file that is no module", function () {
    if (process.platform === "win32") this.skip();
    writeTree(folder, { "llama/config.json": "{}", "text.so": "not a library" });
    const program = join(folder, "node_modules", ".bin", "model-provenance");
    const uri = `pkcs11:token=a;object=b?module-path=${join(folder, "text.so")}`;
    const env = { ...process.env, PATH: pathWith(process.execPath) };
    const args = ["sign", "pkcs11-key", "llama", "--pkcs11-uri", uri];
    const { status, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8", env });
    assert.equal(status, 2);
    assert.match(stderr, /The PKCS #11 module \S+text\.so cannot be used: /);
  });

  it("is at most 1.5 MB to download, with one dependency that every platform has", () => {
    const { stdout } = spawnSync("npm", ["pack", "--ignore-scripts", "--dry-run", "--json"], {
      cwd: ROOT,
      encoding: "utf8",
      shell: process.platform === "win32",
    });
    const [{ size }] = JSON.parse(stdout) as [{ readonly size: number }];
    assert.ok(size < 1.5 * MEGABYTE, `${size} bytes`);
    assert.deepEqual(Object.keys(MANIFEST.dependencies), ["@sigstore/protobuf-specs"]);
  });

  it("runs no script when it is installed", () => {
    const { scripts } = MANIFEST;
    assert.deepEqual(
      ["preinstall", "install", "postinstall"].filter((name) => name in scripts),
      [],
    );
  });

  for (const name of ["node-required", "node", "node-newest"] as const) {
    it(`signs and verifies, as a program and as a CommonJS library, under Node ${pinned(name)?.version ?? name}`, function () {
      this.timeout(120_000);
      if (pinned(name) === undefined) this.skip();
      const { privatePem, publicPem } = makeKeys();
      writeTree(folder, {
        "llama/weights.bin": "x",
        "llama/config.json": "{}",
        "key.pem": privatePem,
        "key.pub": publicPem,
      });
      const node = fetchNode(name);
      const program = join(folder, "node_modules", ".bin", "model-provenance");
      const npx = (...args: readonly string[]) => run(program, args, { ...process.env, PATH: pathWith(node) });
      npx("sign", "key", "llama", "--private-key", "key.pem", "--force");
      assert.match(npx("verify", "key", "llama", "--public-key", "key.pub"), /^✓ Verified {2}llama/);
      assert.equal(run(node, ["--no-warnings", "-e", REQUIRED]), "verified\n");
    });
  }

  it("has types: the compiler finds the one mistake, and no other", () => {
    writeTree(folder, { "user.mts": LIBRARY });
    symlinkSync(join(ROOT, "node_modules", "@types"), join(folder, "node_modules", "@types"), "junction");
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--types", "node"];
    const args = [toolPath("typescript", "tsc"), ...options, "user.mts"];
    const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    assert.deepEqual(stdout.trim().split(/\r?\n/), [
      "user.mts(13,14): error TS2322: Type 'string' is not assignable to type 'number'.",
    ]);
    assert.equal(
      run(process.execPath, ["user.mts"]),
      "function function function function function SIGNATURE_NOT_FOUND\n",
    );
  });

  function run(program: string, args: readonly string[], env = process.env): string {
    const shell = process.platform === "win32" && program !== process.execPath;
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8", env, shell });
    assert.equal(status, 0, stdout + stderr);
    return stdout;
  }
});
