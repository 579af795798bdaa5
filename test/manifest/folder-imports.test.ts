import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import { ROOT } from "../../scripts/fetch.mjs";

const BASE = ["core/errors.ts", "core/replace-file.ts", "core/until-aborted.ts"];
const TRUST = [...BASE, "core/trust.ts"];
const MANIFEST = ["core/manifest", "core/model"];

/** What each folder may import besides itself and packages: folders, files, `vscode`. The longest matching name applies. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  "core/model": BASE,
  "core/hashing": [...BASE, "core/model/file-list.ts", "core/model/stat-line.ts"],
  "core/manifest": [...BASE, "core/model", "core/hashing/digest-request.ts"],
  "core/bundle": [...BASE, ...MANIFEST, "core/hashing/digest-request.ts"],
  "core/verification": [...TRUST, ...MANIFEST, "core/bundle"],
  "core/signing": [...TRUST, ...MANIFEST, "core/bundle", "core/verification"],
  "core/policy": [...TRUST, ...MANIFEST, "core/bundle", "core/verification", "core/verdict.ts", "../schemas"],
  "core/origin": [...BASE, "core/model", "core/hashing"],
  "core/bom": ["core/origin/origin.ts", "../package.json"],
  "core/pins": [...BASE, "core/model", "core/hashing", "core/origin"],
  "core/gate": [...BASE, "core/pins/lock-file.ts", "core/policy", "core/bundle", "core/model"],
  "core/presentation": [
    ...BASE,
    ...MANIFEST,
    "core/origin/origin.ts",
    "core/verdict.ts",
    "core/policy/decision.ts",
    "core/verification",
  ],
  core: [],
  engine: ["core"],
  login: ["core"],
  platform: ["core", "vscode"],
  workspace: ["core", "engine", "platform", "vscode"],
  ui: ["core", "engine", "login", "platform", "workspace", "vscode"],
  terminal: ["core", "login", "../package.json"],
  "engine.ts": ["engine"],
  "cli.ts": ["terminal", "required-node.js", "../package.json"],
  "required-node.js": [],
  "library-check.ts": ["required-node.js", "../package.json"],
  "api.ts": ["core", "engine", "workspace", "vscode", "../api.d.ts"],
  "extension.ts": ["api.ts", "engine", "platform", "ui", "workspace", "vscode"],
};

const operation = (name: string): string => `operations/${name}`;

/** What opens models and signatures. */
const READERS = [
  ...["digest/digest", "digest/digest-part", "digest/merge-parts", "inspect", "policy/policy-preview"].map(operation),
  ...["sign/manifest-to-sign", "verify/verify", "verify/verify-manifest", "verify/verify-with-policy"].map(operation),
  ...["bundle/read-bundle", "hashing/hash-pool", "hashing/with-hash-pool"],
  ...["model/enumerate", "model/find-models", "model/list-folder", "model/measure", "model/walk"],
];

/** Whether a path, relative to `src`, is that folder or file, or is in it. */
function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** The imports of a file that its folder does not allow, types and dynamic imports included. */
function forbidden(file: string, text: string): string[] {
  const folders = Object.keys(FOLDERS).filter((name) => isIn(file, name));
  const folder = folders.sort((a, b) => b.length - a.length)[0];
  assert.ok(folder !== undefined, `${file} is in no folder of FOLDERS: add it`);
  const allowed = [folder, ...(FOLDERS[folder] ?? [])];
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+|vscode)"/g)].flatMap(([, specifier = ""]) => {
    const path = specifier.startsWith(".") ? normalize(join(dirname(file), specifier)) : specifier;
    return allowed.some((name) => isIn(path, name)) ? [] : [`${file} imports ${path}`];
  });
}

describe("the folders of the source", () => {
  const files = globSync("**/*.{ts,js}", { cwd: join(ROOT, "src") }).map((file) => file.replaceAll("\\", "/"));

  it("import only what they may", () => {
    assert.ok(files.length > 100);
    const found = files.flatMap((file) => forbidden(file, readFileSync(join(ROOT, "src", file), "utf8")));
    assert.deepEqual(found, []);
  });

  it("are also checked for types, dynamic imports, sub-folders and the editor", () => {
    assert.deepEqual(forbidden("core/a.ts", 'import type { Tree } from "../ui/tree.ts";'), [
      "core/a.ts imports ui/tree.ts",
    ]);
    assert.deepEqual(forbidden("core/a.ts", 'const x = await import("../ui/tree.ts");'), [
      "core/a.ts imports ui/tree.ts",
    ]);
    assert.deepEqual(forbidden("terminal/a.ts", 'import * as vscode from "vscode";'), ["terminal/a.ts imports vscode"]);
    const deep = 'export { a } from "../../signing/a.ts";\nimport {\n  b,\n} from "../../../verify.ts";';
    assert.deepEqual(forbidden("core/verification/sigstore/a.ts", deep), [
      "core/verification/sigstore/a.ts imports core/signing/a.ts",
      "core/verification/sigstore/a.ts imports verify.ts",
    ]);
    assert.deepEqual(
      forbidden(
        "core/model/walk.ts",
        'import "../operations/verify/verify.ts"; import "./names.ts"; import "../errors.ts";',
      ),
      ["core/model/walk.ts imports core/operations/verify/verify.ts"],
    );
  });

  it("have no file of more than 300 lines", () => {
    const long = files.filter((file) => readFileSync(join(ROOT, "src", file), "utf8").split("\n").length > 301);
    assert.deepEqual(long, []);
  });

  it("leave reading models and signatures to the engine", () => {
    for (const name of READERS)
      assert.ok(existsSync(join(ROOT, "src/core", `${name}.ts`)), `${name} moved: name it anew`);
    const path = `"[./]+/core/(?:${READERS.join("|")})\\.ts"`;
    const reading = new RegExp(`^import (?!type )[^;]*? from ${path}|import\\(${path}\\)`, "m");
    assert.match('import { verify } from "../core/operations/verify/verify.ts";', reading);
    assert.match('const { findModels } = await import("../../core/model/find-models.ts");', reading);
    const host = files.filter((file) => /^(platform|ui|workspace)\//.test(file));
    assert.ok(host.length > 100);
    const found = host.filter((file) => reading.test(readFileSync(join(ROOT, "src", file), "utf8")));
    assert.deepEqual(found, []);
  });
});
