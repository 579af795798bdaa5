import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** The folder for what can be made again, in the platform's cache folder. */
export function cacheFolder(
  kind: "compiled" | "digests" | "trust-roots",
  env: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  return join(base(env, platform, "XDG_CACHE_HOME", "Library/Caches", ".cache"), kind);
}

/** The folder for the consents of the user, in the platform's folder for application data. */
export function dataFolder(env: Environment, platform: NodeJS.Platform = process.platform): string {
  return base(env, platform, "XDG_DATA_HOME", "Library/Application Support", ".local/share");
}

function base(env: Environment, platform: NodeJS.Platform, variable: string, mac: string, other: string): string {
  const local = platform === "win32" ? env["LOCALAPPDATA"] || join(homedir(), "AppData", "Local") : undefined;
  const named = env[variable] ?? "";
  // XDG Base Directory has a relative path ignored.
  const folder = isAbsolute(named) ? named : (local ?? join(homedir(), platform === "darwin" ? mac : other));
  return join(folder, "model-provenance");
}
