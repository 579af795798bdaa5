import { lstat, readdir } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { systemCode } from "../errors.ts";
import { compareCodePoints } from "../model/names.ts";
import type { InvalidPolicyFile, PolicySet } from "./evaluate.ts";
import type { PolicyFile } from "./read-policies.ts";

const DEFAULT_NAME = "model-policy.yaml";
const POLICY_NAME = /^(?:.*\.)?model-policy\.(?:yaml|yml|json)$/s;

/** Whether a file of this name, at the right place, is a policy file. */
export function isPolicyFileName(name: string): boolean {
  return POLICY_NAME.test(name);
}

/** What a policy file's paths are relative to: the folder that it is in, or the parent of its `.sigstore` folder. */
export function folderOf(path: string): string {
  const folder = dirname(resolve(path));
  return basename(folder) === ".sigstore" ? dirname(folder) : folder;
}

/**
 * The policy files of a workspace folder: at its top, or in its folder `.sigstore`. Absolute, in a fixed order. Where a
 * folder cannot be listed but may hold a policy, the default name is returned: reading it will fail, so nothing is accepted.
 */
export async function findPolicyFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const place of [folder, join(folder, ".sigstore")]) {
    const names = (await namesIn(place)).filter(isPolicyFileName).sort(compareCodePoints);
    found.push(...names.map((name) => join(place, name)));
  }
  return found;
}

/** Whether there is no file. One that cannot be accessed is not absent. */
export async function isAbsent(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return false;
  } catch (error) {
    const code = systemCode(error);
    return code === "ENOENT" || code === "ENOTDIR";
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return (await isAbsent(join(folder, DEFAULT_NAME))) ? [] : [DEFAULT_NAME];
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where the user's own policy is, where no other is named: `model-policy.yaml` in the folder for configurations.
 *
 * @param home the user's home folder, absolute
 */
export function userPolicyPath(env: Environment, platform: NodeJS.Platform, home: string): string {
  const { XDG_CONFIG_HOME = "", APPDATA } = env;
  const windows = APPDATA || join(home, "AppData", "Roaming");
  const mac = join(home, "Library", "Application Support");
  // XDG Base Directory has a relative path ignored, which would be one in the current folder.
  const other = isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : join(home, ".config");
  const base = platform === "win32" ? windows : platform === "darwin" ? mac : other;
  return join(base, "model-provenance", DEFAULT_NAME);
}

/** The policies of all files. A file with errors accepts nothing, because what it demands is unknown. */
export function policySetOf(user: readonly PolicyFile[], workspace: readonly PolicyFile[]): PolicySet {
  return {
    user: user.flatMap(({ policies }) => policies),
    workspace: workspace.flatMap(({ policies }) => policies),
    invalid: [...user, ...workspace].flatMap(firstError),
  };
}

function firstError({ path, diagnostics }: PolicyFile): InvalidPolicyFile[] {
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (error === undefined) return [];
  const { line, column, message } = error;
  return [{ file: path, line, column, message }];
}
