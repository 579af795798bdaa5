import { homedir } from "node:os";
import { join } from "node:path";
import type { PublicSigstore } from "../core/policy/policy-trust.ts";
import type { Terminal } from "./terminal.ts";

/** Where trust roots are kept between runs. */
export function trustRootFolder(env: Terminal["env"], platform: NodeJS.Platform = process.platform): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = env;
  const home = homedir();
  const base =
    platform === "win32"
      ? (LOCALAPPDATA ?? join(home, "AppData", "Local"))
      : platform === "darwin"
        ? join(home, "Library", "Caches")
        : (XDG_CACHE_HOME ?? join(home, ".cache"));
  return join(base, "model-provenance", "trust-roots");
}

/** The public Sigstore instance as known here, refreshed beside the work where it is due; opened once, when it is needed. */
export function publicSigstoreOf({ env, log, interruption }: Terminal, offline: boolean): PublicSigstore {
  let opened: ReturnType<PublicSigstore> | undefined;
  return () => {
    opened ??= open();
    return opened;
  };
  async function open(): ReturnType<PublicSigstore> {
    const { openTrustRoot } = await import("../core/verification/open-trust-root.ts");
    const { PUBLIC_INSTANCE } = await import("../core/verification/trust-root-instances.ts");
    return openTrustRoot(PUBLIC_INSTANCE, {
      storage: trustRootFolder(env),
      offline,
      signal: interruption.signal,
      onRefreshFailed: (error) => log.debug(`The trust root was not refreshed: ${String(error)}`),
      onStoreRejected: (message) => log.warning(message),
    });
  }
}
