// What set-up brings from npm. Plain JavaScript without dependencies: it also runs on the system's Node 20.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** @typedef {{ name: string, version: string, integrity: string }} Pinned */

const HERE = dirname(fileURLToPath(import.meta.url));
export const ROOT = dirname(HERE);
export const CACHE = join(ROOT, ".cache");

/**
 * Runs npm, quietly unless it fails. Its registry is whatever npm is configured with.
 * @param {readonly string[]} args
 * @param {string} cwd
 * @param {string} [node] the Node to run it under; the running one where absent
 */
export function npm(args, cwd, node = process.execPath) {
  const cli = process.env["npm_execpath"];
  const known = cli !== undefined && /npm-cli\.[cm]?js$/.test(cli);
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, PATH: pathWith(node) };
  // Set by the npm that runs this script: they would turn an install here into one elsewhere, or the other way round.
  for (const name of ["local_prefix", "global", "prefix", "dry_run"]) delete env[`npm_config_${name}`];
  const result = known
    ? spawnSync(node, [cli, ...args], { cwd, env, encoding: "utf8" })
    : spawnSync("npm", args, { cwd, env, encoding: "utf8", shell: process.platform === "win32" });
  if (result.status !== 0) {
    const said = `${result.stderr}${result.stdout}`.split(/\r?\n/).filter((line) => !line.startsWith("npm warn"));
    throw new Error(`npm ${args.join(" ")} failed: ${result.error?.message ?? said.join("\n")}`);
  }
}

/**
 * `PATH` with the folder of this Node first, so that whatever starts `node` gets it.
 * @param {string} node
 */
export function pathWith(node) {
  return [dirname(node), process.env["PATH"]].join(delimiter);
}

/**
 * The pinned package of that name for this machine, if there is one.
 * @param {string} name a key of pinned.json
 * @returns {Pinned | undefined}
 */
export function pinned(name) {
  const all = JSON.parse(readFileSync(join(HERE, "pinned.json"), "utf8"));
  return all[name].any ?? all[name][`${process.platform}-${process.arch}`];
}

/**
 * Brings an exact version of a package into `.cache`, its integrity checked, and returns its folder.
 * What is half done is never found under the final name.
 * @param {Pinned} wanted
 * @param {(folder: string) => void} [prepare] done once, before the folder gets its name
 */
export function fetchPackage(wanted, prepare) {
  const target = join(CACHE, `${wanted.name}-${wanted.version}`);
  if (existsSync(target)) return target;
  console.error(`Fetching ${wanted.name} ${wanted.version} …`);
  mkdirSync(CACHE, { recursive: true });
  const temporary = mkdtempSync(join(CACHE, "fetch-"));
  try {
    npm(["pack", `${wanted.name}@${wanted.version}`, "--silent"], temporary);
    const archive = readdirSync(temporary).find((name) => name.endsWith(".tgz"));
    if (archive === undefined) throw new Error(`npm pack wrote no archive for ${wanted.name}`);
    const found = `sha512-${createHash("sha512")
      .update(readFileSync(join(temporary, archive)))
      .digest("base64")}`;
    if (found !== wanted.integrity) {
      throw new Error(`${wanted.name}@${wanted.version}: expected ${wanted.integrity}, got ${found}`);
    }
    const tar = spawnSync("tar", ["-xzf", archive], { cwd: temporary, encoding: "utf8" });
    if (tar.status !== 0) throw new Error(`tar failed: ${tar.error?.message ?? tar.stderr}`);
    prepare?.(join(temporary, "package"));
    mkdirSync(dirname(target), { recursive: true }); // of a name with a scope
    if (!existsSync(target)) renameSync(join(temporary, "package"), target);
    return target;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * The program of a pinned Node.
 * @param {"node" | "node-newest" | "node-oldest" | "node-required" | "node-too-old"} name `node-oldest` is for the
 *   oldest VS Code, `node-required` the oldest that `engines` names
 */
export function fetchNode(name) {
  const wanted = pinned(name);
  if (wanted === undefined) {
    throw new Error(
      `No pinned Node for ${process.platform}-${process.arch}: install Node 24.15 or a newer 24 and try again.`,
    );
  }
  return join(fetchPackage(wanted), "bin", process.platform === "win32" ? "node.exe" : "node");
}
