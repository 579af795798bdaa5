import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { env } from "vscode";
import { userPolicyPath } from "../core/policy/policy-files.ts";
import { SETTINGS } from "./ids.ts";
import { isImageDisk } from "./remote-names.ts";
import { configuredPath, TRUST_PATHS } from "./settings.ts";

/** A file for trust decisions that is ignored, as its disk does not belong to the user. */
export interface IgnoredPath {
  /** The setting that names it; absent for the default path of the user's policy. */
  readonly setting?: string;
  readonly path: string;
}

/** The files that are ignored in this window, as its disk is a container's. Empty in other windows. */
export function ignoredTrustPaths(): readonly IgnoredPath[] {
  if (!isImageDisk(env.remoteName)) return [];
  const named = TRUST_PATHS.flatMap((name) => {
    const path = configuredPath(name);
    return path === undefined ? [] : [{ setting: SETTINGS[name], path }];
  });
  const own = userPolicyPath(process.env, process.platform, homedir());
  const hasDefault = configuredPath("userPolicy") === undefined && existsSync(own);
  return hasDefault ? [...named, { path: own }] : named;
}
