import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
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

describe("runCompiled", function () {
  this.timeout(30_000);
  const home = useTemporaryFolder();
  const path = (name: string): string => join(home(), name);

  /** What the program prints in a process of its own, with its compiled code kept in `kept`. */
  function run(program: string, args: readonly string[] = []): string {
    writeFileSync(path("program.cjs"), program);
    mkdirSync(path("kept"), { recursive: true });
    const given = [path("program.cjs"), path("kept"), args].map((each) => JSON.stringify(each)).join();
    const script = `const { runCompiled } = await import(${JSON.stringify(SOURCE)}); runCompiled(${given});`;
    const ran = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    assert.equal(ran.stderr, "");
    return ran.stdout;
  }

  const kept = (): readonly string[] => readdirSync(path("kept"));
  const PROGRAM = `
    const greet = (name) => "hello " + name;
    console.log(greet(require("node:path").basename(__filename)), typeof module.exports);`;

  it("runs a program, and keeps what it compiled for each command", () => {
    assert.equal(run(PROGRAM, ["verify", "key"]), run(PROGRAM, ["verify", "key"]));
    assert.equal(run(PROGRAM, ["sign"]), "hello program.cjs object\n");
    assert.deepEqual(kept().toSorted(), ["program.cjs-sign", "program.cjs-verify"]);
    assert.ok(readFileSync(path("kept/program.cjs-sign")).includes("greet"));
  });

  it("compiles a program of the same length that has changed", () => {
    assert.match(run(PROGRAM), /^hello/);
    assert.match(run(PROGRAM.replace("hello", "other")), /^other/);
    assert.match(run(PROGRAM.replace("hello", "other")), /^other/);
  });

  it("ignores kept code that is damaged, and replaces it", () => {
    run(PROGRAM);
    const file = path("kept/program.cjs-");
    const code = readFileSync(file);
    for (const damaged of [
      code.subarray(0, 20),
      code.with(code.length - 9, code.at(-9) === 0 ? 1 : 0),
      Buffer.alloc(0),
    ]) {
      writeFileSync(file, damaged);
      assert.match(run(PROGRAM), /^hello/);
      assert.ok(readFileSync(file).length > 100);
      assert.notDeepEqual(readFileSync(file), Buffer.from(damaged));
    }
  });

  it("keeps nothing of a command that was mistyped", () => {
    assert.equal(run("process.exitCode = 2;", ["verfy"]), "");
    assert.deepEqual(kept(), []);
  });
});
