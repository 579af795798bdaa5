import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { env } from "vscode";
import { userPolicyPath } from "../core/policy/policy-files.ts";
import { SETTINGS } from "./ids.ts";
import { isImageDisk } from "./remote-names.ts";
import { configuredPath, TRUST_PATHS } from "./settings.ts";

/** A file that would decide about trust, on a disk that is not the person's own. */
export interface IgnoredPath {
  /** The setting that names it; absent for the default place of the person's own policy. */
  readonly setting?: string;
  readonly path: string;
}

/** What is ignored in this window, as its disk belongs to a container's image. Empty in every other window. */
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
