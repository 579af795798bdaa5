import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/fetch.mjs";
import { toolPath } from "../../scripts/tool.ts";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";

/** What the linter says of these files, under this repository's rules: `file rule` for each finding. */
function findings(folder: string, files: Readonly<Record<string, string>>): string[] {
  copyFileSync(join(ROOT, "biome.json"), join(folder, "biome.json"));
  writeTree(folder, files);
  const args = [
    toolPath("@biomejs/biome", "biome"),
    "lint",
    "--vcs-enabled=false",
    "--reporter=json",
    "--max-diagnostics=none",
    ".",
  ];
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: readonly { category: string; location: { path: string } }[];
  };
  return diagnostics.map(({ category, location }) => `${location.path.replaceAll("\\", "/")} ${category}`).sort();
}

function importing(specifiers: readonly string[]): string {
  return specifiers.map((specifier, index) => `export { thing as thing${index} } from "${specifier}";\n`).join("");
}

const RESTRICTED = "lint/style/noRestrictedImports";

describe("the linter holds the rooms of the house", () => {
  const folder = useTemporaryFolder();

  const refused: Readonly<Record<string, readonly string[]>> = {
    "src/core/verify.ts": ["vscode", "../ui/tree.ts", "../platform/log.ts", "../terminal/main.ts"],
    "src/core/model/walk.ts": [
      "vscode",
      "../manifest/compare.ts",
      "../bundle/dsse.ts",
      "../../ui/tree.ts",
      "../verify.ts",
    ],
    "src/core/hashing/hash-plan.ts": ["../manifest/manifest.ts", "../model/enumerate.ts", "../bundle/dsse.ts"],
    "src/core/manifest/compare.ts": ["../bundle/dsse.ts", "../verification/signer.ts", "../hashing/hash-plan.ts"],
    "src/core/bundle/dsse.ts": ["../verification/signer.ts", "../signing/private-key.ts", "../verify.ts"],
    "src/core/verification/signer.ts": [
      "../signing/private-key.ts",
      "../policy/match.ts",
      "../hashing/hash-plan.ts",
      "../verify.ts",
    ],
    "src/core/verification/sigstore/log.ts": [
      "vscode",
      "../../signing/private-key.ts",
      "../../verify.ts",
      "../../../ui/tree.ts",
    ],
    "src/core/signing/private-key.ts": ["../policy/match.ts", "../sign.ts"],
    "src/core/policy/match.ts": ["../signing/private-key.ts", "../verify.ts"],
    "src/core/presentation/signer-text.ts": [
      "vscode",
      "../verify.ts",
      "../signing/private-key.ts",
      "../policy/match.ts",
    ],
    "src/core/gate/walk.ts": ["vscode", "../verification/signer.ts", "../verify.ts", "../../terminal/main.ts"],
    "src/cli.ts": ["vscode", "./ui/tree.ts"],
    "src/terminal/main.ts": ["vscode", "../platform/log.ts"],
    "src/platform/log.ts": ["../ui/tree.ts", "../workspace/registry.ts"],
    "src/engine/server.ts": ["vscode", "../workspace/registry.ts", "../ui/tree.ts", "../platform/log.ts"],
    "src/login/loopback.ts": ["../ui/tree.ts", "../platform/log.ts"],
    "src/workspace/registry.ts": ["../ui/tree.ts", "../login/loopback.ts"],
    "src/ui/commands/sign.ts": ["../../terminal/main.ts"],
  };
  for (const [file, specifiers] of Object.entries(refused)) {
    it(`${file} must not import ${specifiers.join(", ")}`, () => {
      const expected = specifiers.map(() => `${file} ${RESTRICTED}`);
      assert.deepEqual(findings(folder(), { [file]: importing(specifiers) }), expected);
    });
  }

  it("the extension host leaves models and signatures to the engine", () => {
    const readers = [
      ...[
        "digest",
        "inspect",
        "material-claim",
        "policy-explanation",
        "policy-preview",
        "verify",
        "verify-with-policy",
      ],
      ...["bundle/read-bundle", "hashing/hash-pool", "hashing/with-hash-pool"],
      ...["model/enumerate", "model/find-models", "model/list-folder", "model/size-hint", "model/walk"],
    ].join("|");
    const path = `"[./]+/core/(?:${readers})\\.ts"`;
    const reading = new RegExp(`^import (?!type )[^;]*? from ${path}|import\\(${path}\\)`, "m");
    assert.match('import { verify } from "../core/verify.ts";', reading);
    assert.match('const { findModels } = await import("../../core/model/find-models.ts");', reading);
    const files = globSync("src/{platform,ui,workspace}/**/*.ts", { cwd: ROOT });
    assert.ok(files.length > 100);
    const found = files.filter((file) => reading.test(readFileSync(join(ROOT, file), "utf8")));
    assert.deepEqual(found, []);
  });

  it("a type, an import or a late import is refused as well", () => {
    const found = findings(folder(), {
      "src/core/a.ts": 'import type { Tree } from "../ui/tree.ts";\n\nexport type A = Tree;\n',
      "src/core/b.ts": 'import { tree } from "../ui/tree.ts";\n\nconsole.log(tree);\n',
      "src/core/c.ts": 'export const c = () => import("../ui/tree.ts");\n',
    });
    assert.deepEqual(
      found,
      ["a", "b", "c"].map((name) => `src/core/${name}.ts ${RESTRICTED}`),
    );
  });

  it("what points downwards is let through", () => {
    const allowed: Readonly<Record<string, readonly string[]>> = {
      "src/core/verify.ts": ["./verification/signer.ts", "node:fs"],
      "src/core/manifest/compare.ts": ["../model/names.ts", "../errors.ts", "./manifest.ts"],
      "src/core/bundle/dsse.ts": ["../manifest/manifest.ts", "../model/names.ts"],
      "src/core/verification/signer.ts": ["../bundle/dsse.ts", "../trust.ts"],
      "src/core/verification/sigstore/log.ts": ["../signer.ts", "../../bundle/dsse.ts"],
      "src/core/signing/private-key.ts": ["../bundle/dsse.ts", "../verification/signer.ts"],
      "src/core/presentation/signer-text.ts": ["../verdict.ts", "../policy/decision.ts", "../verification/signer.ts"],
      "src/core/gate/walk.ts": ["../policy/glob.ts", "../bundle/read-bundle.ts", "../model/names.ts", "../errors.ts"],
      "src/workspace/registry.ts": ["vscode", "../core/verify.ts", "../engine/engine.ts"],
      "src/ui/tree.ts": [
        "vscode",
        "../workspace/registry.ts",
        "../platform/log.ts",
        "../core/presentation/localizer.ts",
      ],
    };
    const files = Object.entries(allowed).map(([file, specifiers]) => [file, importing(specifiers)] as const);
    assert.deepEqual(findings(folder(), Object.fromEntries(files)), []);
  });

  it("an import cycle is refused, one of types alone is not", () => {
    const found = findings(folder(), {
      "src/core/a.ts": 'import { b } from "./b.ts";\n\nexport const a = () => b;\n',
      "src/core/b.ts": 'import { a } from "./a.ts";\n\nexport const b = () => a;\n',
      "src/core/c.ts": 'import type { D } from "./d.ts";\n\nexport type C = D | 1;\n',
      "src/core/d.ts": 'import type { C } from "./c.ts";\n\nexport type D = C[];\n',
    });
    assert.deepEqual(
      found,
      ["a", "b"].map((name) => `src/core/${name}.ts lint/suspicious/noImportCycles`),
    );
  });
});
