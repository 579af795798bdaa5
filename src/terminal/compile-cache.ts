import { basename, join } from "node:path";
import { cacheFolder } from "./program-folders.ts";

/**
 * Enables Node's compile cache, which halves the time of the next start, and returns its folder; undefined where there is
 * none. In the user's own cache folder only, with mode 0700: anyone who can write there controls the program.
 */
export function enableCompileCache(env: NodeJS.ProcessEnv = process.env, platform = process.platform) {
  if (env["NODE_COMPILE_CACHE"] !== undefined || env["NODE_DISABLE_COMPILE_CACHE"] !== undefined) return undefined;
  // Not imported: for an ES module, Node would copy all that they export.
  const { lstatSync, mkdirSync } = process.getBuiltinModule("node:fs");
  const folder = cacheFolder("compiled", env, platform);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    const isOwn = platform === "win32" || (found.uid === process.getuid?.() && (found.mode & 0o077) === 0);
    if (!found.isDirectory() || !isOwn) return undefined;
    return process.getBuiltinModule("node:module").enableCompileCache(folder).directory;
  } catch {
    // Without a cache, the program starts as it does the first time.
    return undefined;
  }
}

/**
 * Runs a CommonJS file without `import()`. Of this file the functions that a command calls are kept compiled in `folder`, too; Node keeps those
 * only that it compiles before anything runs, which takes a fifth longer.
 *
 * @param file absolute path
 * @param folder from {@link enableCompileCache}; undefined: nothing is kept
 */
export function runCompiled(file: string, folder: string | undefined, [command = ""]: readonly string[]): void {
  const { createRequire } = process.getBuiltinModule("node:module");
  const require = createRequire(file);
  if (folder === undefined) {
    require(file);
    return;
  }
  const { Script } = process.getBuiltinModule("node:vm");
  const source = process.getBuiltinModule("node:fs").readFileSync(file, "utf8");
  const path = join(folder, `${basename(file)}-${/^[a-z]+$/.exec(command)?.[0] ?? ""}`);
  const cachedData = readCode(path, source);
  const script = new Script(`(function(exports,require,module,__filename){${source}\n})`, {
    filename: file,
    ...(cachedData && { cachedData }),
  });
  if (cachedData === undefined || script.cachedDataRejected === true) {
    process.once("exit", (status) => {
      // A mistyped command is not kept.
      if (status === 0 || status === 1) writeCode(path, source, script.createCachedData());
    });
  }
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require, module, file);
}

/** Bytes of SHA-256. */
const DIGEST = 32;

function readCode(path: string, source: string): Buffer | undefined {
  try {
    const stored = process.getBuiltinModule("node:fs").readFileSync(path);
    const code = stored.subarray(DIGEST);
    return digest(source, code).equals(stored.subarray(0, DIGEST)) ? code : undefined;
  } catch {
    return undefined;
  }
}

function writeCode(path: string, source: string, code: Buffer): void {
  const { renameSync, rmSync, writeFileSync } = process.getBuiltinModule("node:fs");
  const temporary = `${path}-${process.pid}`;
  try {
    writeFileSync(temporary, Buffer.concat([digest(source, code), code]), { mode: 0o600 });
    renameSync(temporary, path);
  } catch {
    rmSync(temporary, { force: true });
  }
}

/** V8 itself compares no more of a source than its length. */
function digest(source: string, code: Buffer): Buffer {
  return process.getBuiltinModule("node:crypto").createHash("sha256").update(source).update(code).digest();
}
