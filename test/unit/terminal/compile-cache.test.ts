import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { useTemporaryFolder } from "../../support/temporary-folder.ts";

const SOURCE = new URL("../../../src/terminal/compile-cache.ts", import.meta.url).href;
const SCRIPT = `
  const { enableCompileCache } = await import(${JSON.stringify(SOURCE)});
  const { getCompileCacheDir } = await import("node:module");
  enableCompileCache();
  console.log(getCompileCacheDir() ?? "none");`;

describe("enableCompileCache", function () {
  this.timeout(30_000);
  const home = useTemporaryFolder();
  const folder = (): string => join(home(), "model-provenance", "compiled");

  /** The folder that Node uses, in a process of its own. */
  function used(more: Readonly<Record<string, string>> = {}): string {
    const { NODE_COMPILE_CACHE: _, ...env } = process.env;
    const args = ["--input-type=module", "-e", SCRIPT];
    const ran = spawnSync(process.execPath, args, {
      encoding: "utf8",
      env: { ...env, XDG_CACHE_HOME: home(), ...more },
    });
    assert.equal(ran.status, 0, ran.stderr);
    return ran.stdout.trim();
  }

  it("uses a private folder below the user's cache folder", () => {
    assert.ok(used().startsWith(folder()));
    if (process.platform !== "win32") assert.equal(statSync(folder()).mode & 0o777, 0o700);
    assert.ok(used().startsWith(folder()), "the second time as well");
    assert.ok(readdirSync(home()).length === 1);
  });

  const onPosix = process.platform === "win32" ? it.skip : it;
  onPosix("uses no folder that others can read or write, and no symlink", () => {
    mkdirSync(folder(), { recursive: true });
    for (const mode of [0o770, 0o707, 0o777, 0o750]) {
      chmodSync(folder(), mode);
      assert.equal(used(), "none", mode.toString(8));
    }
    const other = join(home(), "other");
    mkdirSync(other, { mode: 0o700 });
    const linked = join(home(), "linked");
    mkdirSync(join(linked, "model-provenance"), { recursive: true });
    symlinkSync(other, join(linked, "model-provenance", "compiled"));
    assert.equal(used({ XDG_CACHE_HOME: linked }), "none");
  });

  it("works without a cache if the folder cannot be created", () => {
    const file = join(home(), "file");
    writeFileSync(file, "");
    assert.equal(used({ XDG_CACHE_HOME: file }), "none");
  });

  it("respects the user's own setting", () => {
    const own = join(home(), "own");
    assert.ok(used({ NODE_COMPILE_CACHE: own }).startsWith(own));
    assert.equal(used({ NODE_DISABLE_COMPILE_CACHE: "1" }), "none");
  });
});
