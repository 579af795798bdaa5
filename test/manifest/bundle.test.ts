import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { LATE_COMMONJS } from "../../esbuild.mjs";
import { ROOT } from "../../scripts/fetch.mjs";
import { useTemporaryFolder, writeTree } from "../support/temporary-folder.ts";

const LATE = `
const late = await import("hash-wasm");
const digest = await late.createBLAKE3(256);
console.log(Object.keys(late).filter((name) => name !== "module.exports").sort().join(" "), digest.init().digest());
`;

describe("a bundle made by esbuild", () => {
  const folder = useTemporaryFolder();

  it("has the named exports of a CommonJS package that is imported late, as Node has them", async () => {
    writeTree(folder(), { "late.mjs": LATE });
    symlinkSync(join(ROOT, "node_modules"), join(folder(), "node_modules"), "junction");
    await build({
      entryPoints: [join(folder(), "late.mjs")],
      outdir: join(folder(), "bundled"),
      bundle: true,
      format: "esm",
      splitting: true,
      platform: "node",
      plugins: [LATE_COMMONJS],
      outExtension: { ".js": ".mjs" },
    });
    const [plain, bundled] = ["late.mjs", "bundled/late.mjs"].map((file) => {
      const { stdout, stderr } = spawnSync(process.execPath, [file], { cwd: folder(), encoding: "utf8" });
      assert.equal(stderr, "");
      return stdout;
    });
    assert.match(plain ?? "", /createBLAKE3/);
    assert.equal(bundled, plain);
  });
});
