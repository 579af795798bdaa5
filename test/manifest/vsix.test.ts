import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, sep } from "node:path";
import { type BuildFailure, build } from "esbuild";
import { EXTERNAL } from "../../esbuild.mjs";
import { ROOT } from "../../scripts/fetch.mjs";
import { TEST_VSIX } from "../../scripts/package.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";
import { readZip } from "../support/zip.ts";

const MAX_BYTES = 1_200_000;

/** Everything that a VSIX of this extension may hold. Two names are vsce's. */
const ALLOWED = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/(package\.json|package\.nls\.json|api\.d\.ts|readme\.md|changelog\.md|LICENSE\.txt)$/,
  /^extension\/dist\/(extension|engine|hash-worker|pkcs11-process|viewer|chunk-[A-Z0-9]{8})\.js$/,
  /^extension\/dist\/viewer\.css$/,
  /^extension\/dist\/third-party-notices\.txt$/,
  /^extension\/l10n\/bundle\.l10n(\.[a-z-]+)?\.json$/i,
  /^extension\/media\/[a-z0-9-]+\.(svg|png)$/,
  /^extension\/media\/walkthrough\/[a-z0-9-]+\.(md|svg|png)$/,
  /^extension\/schemas\/[a-z0-9.-]+\.json$/,
];

/** Text that only a development tree has. */
const PRIVATE = ["sourceMappingURL", `${ROOT}${sep}`, `${homedir()}${sep}`];

describe("the VSIX", () => {
  const folder = useTemporaryFolder();
  let files: Map<string, Buffer>;
  before(() => {
    files = readZip(TEST_VSIX);
  });

  it("contains only files that are meant to be shipped", () => {
    const strangers = [...files.keys()].filter((name) => !ALLOWED.some((pattern) => pattern.test(name)));
    assert.deepEqual(strangers, []);
  });

  it("contains what the extension needs", () => {
    const needed = [
      ...[
        "package.json",
        "package.nls.json",
        "api.d.ts",
        "LICENSE.txt",
        "changelog.md",
        "dist/third-party-notices.txt",
      ],
      ...["dist/extension.js", "dist/engine.js", "dist/hash-worker.js", "dist/pkcs11-process.js"],
      ...["dist/viewer.js", "dist/viewer.css"],
    ];
    const missing = needed.filter((name) => !files.has(`extension/${name}`));
    assert.deepEqual(missing, []);
  });

  it("contains every file that its manifest names", () => {
    const manifest = text(files, "extension/package.json");
    const named = [...manifest.matchAll(/"(?:\.\/)?((?:media\/|schemas\/|dist\/[a-z]+\.js)[^"]*)"/g)].map(
      ([, path]) => path,
    );
    assert.ok(named.includes("dist/extension.js"));
    // The library and the terminal program are not for the editor.
    const elsewhere = /^dist\/(?:library\/|cli\.js$)/;
    const missing = named.filter((path) => !elsewhere.test(path ?? "") && !files.has(`extension/${path}`));
    assert.deepEqual(missing, []);
  });

  it("contains every file that its code imports, and imports only optional packages", async () => {
    writeTree(
      folder(),
      Object.fromEntries([...files].filter(([name]) => name.startsWith("extension/dist/") && name.endsWith(".js"))),
    );
    const dist = join(folder(), "extension", "dist");
    const { errors } = await build({
      entryPoints: ["extension", "engine", "hash-worker", "pkcs11-process", "viewer"].map((name) =>
        join(dist, `${name}.js`),
      ),
      bundle: true,
      write: false,
      outdir: dist,
      platform: "node",
      format: "esm",
      external: EXTERNAL,
      logLevel: "silent",
    }).catch((error: BuildFailure) => error);
    assert.deepEqual(
      errors.map(({ text }) => text),
      [],
    );
  });

  it("contains nothing about the machine that built it", () => {
    const found: string[] = [];
    for (const [name, content] of files) {
      for (const word of PRIVATE) if (content.includes(word)) found.push(`${name} contains ${word}`);
    }
    assert.deepEqual(found, []);
  });

  it("contains the licence of every bundled package", () => {
    const notices = text(files, "extension/dist/third-party-notices.txt");
    for (const name of ["valibot", "pkijs", "asn1js", "hash-wasm"])
      assert.match(notices, new RegExp(`^${name} \\d`, "m"));
  });

  it("has the same bytes at any time and in any time zone", function () {
    this.timeout(120_000);
    const again = join(folder(), "again.vsix");
    const env = { ...process.env, TZ: "Pacific/Apia" };
    const code = `import { writeVsix } from "./scripts/package.ts"; writeVsix(${JSON.stringify(again)});`;
    const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
      cwd: ROOT,
      env,
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    assert.ok(readFileSync(again).equals(readFileSync(TEST_VSIX)));
  });

  it("is at most 1.2 MB", () => {
    const bytes = statSync(TEST_VSIX).size;
    assert.ok(bytes <= MAX_BYTES, `it has ${bytes} bytes`);
  });
});

function text(files: ReadonlyMap<string, Buffer>, name: string): string {
  const content = files.get(name);
  assert.ok(content !== undefined, `${name} is missing`);
  return content.toString("utf8");
}
