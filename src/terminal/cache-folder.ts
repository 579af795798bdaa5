import { homedir } from "node:os";
import { join } from "node:path";

/** Where digests are kept between runs: the platform's folder for what can be made anew. */
export function digestCacheFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  return join(cacheHome(env, platform), "model-provenance", "digests");
}

/** The platform's folder for what can be made anew. */
export function cacheHome(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (env["XDG_CACHE_HOME"]) return env["XDG_CACHE_HOME"];
  if (platform === "win32") return env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local");
  return platform === "darwin" ? join(homedir(), "Library", "Caches") : join(homedir(), ".cache");
}
