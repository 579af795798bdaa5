import * as http from "node:http";
import type { PublicSigstore } from "../core/policy/policy-trust.ts";
import type { SigstoreTrust } from "../core/trust.ts";
import type { OpenOptions } from "../core/verification/open-trust-root.ts";
import type { TrustRoot } from "../core/verification/trust-root.ts";
import type { SigstoreInstance } from "../core/verification/trust-root-instances.ts";
import { type ArgumentsOf, type OptionSpecs, usageError } from "./arguments.ts";
import { cacheFolder } from "./program-folders.ts";
import type { Terminal } from "./terminal.ts";

/** Options for the Sigstore instance; default: the public one. */
export const INSTANCE_OPTIONS = {
  "use-staging": "Use Sigstore's staging instance, which is for tests.",
  "trust-config FILE": "Use a private instance: its trust root and services, as a ClientTrustConfig in JSON.",
} satisfies OptionSpecs;

export const TRUST_OPTIONS = {
  ...INSTANCE_OPTIONS,
  "trusted-root FILE": "Use a private instance: its trust root only, as a TrustedRoot in JSON.",
  offline: "Never use the network: the stored trust root is used, however old.",
} satisfies OptionSpecs;

/** @throws ProvenanceError USAGE, TRUST_ROOT_* */
export async function trustToVerify(
  args: ArgumentsOf<typeof TRUST_OPTIONS>,
  terminal: Terminal,
): Promise<Pick<SigstoreTrust, "root" | "newer">> {
  const file = args.text("trusted-root");
  refuseSeveral(args, file !== undefined);
  const config = await configuredRoot(file ?? args.text("trust-config"));
  if (config !== undefined) return { root: config };
  const { openTrustRoot } = await import("../core/verification/open-trust-root.ts");
  const offline = args.flag("offline") === true;
  useEnvironmentProxy(terminal.env);
  return openTrustRoot(await instanceOf(args), { ...openOptions(terminal), offline });
}

/**
 * The trust root and the services to sign with.
 *
 * @throws ProvenanceError USAGE, TRUST_ROOT_*
 */
export async function trustToSign(args: ArgumentsOf<typeof INSTANCE_OPTIONS>, terminal: Terminal): Promise<TrustRoot> {
  refuseSeveral(args, false);
  // Also for the login.
  useEnvironmentProxy(terminal.env);
  const config = await configuredRoot(args.text("trust-config"));
  if (config !== undefined) return config;
  const { currentTrustRoot } = await import("../core/verification/open-trust-root.ts");
  return currentTrustRoot(await instanceOf(args), openOptions(terminal));
}

/** The public instance: opened once, when it is first needed, and refreshed in the background where it is due. */
export function publicSigstoreOf(terminal: Terminal, offline: boolean): PublicSigstore {
  let opened: ReturnType<PublicSigstore> | undefined;
  const open = async (): ReturnType<PublicSigstore> => {
    const { openTrustRoot } = await import("../core/verification/open-trust-root.ts");
    const { PUBLIC_INSTANCE } = await import("../core/verification/trust-root-instances.ts");
    return openTrustRoot(PUBLIC_INSTANCE, { ...openOptions(terminal), offline });
  };
  return () => {
    opened ??= open();
    return opened;
  };
}

function refuseSeveral(args: ArgumentsOf<typeof INSTANCE_OPTIONS>, another: boolean): void {
  const given = [args.flag("use-staging") === true, args.text("trust-config") !== undefined, another];
  if (given.filter(Boolean).length > 1) throw usageError("Name one instance only: staging, or one file.");
}

async function configuredRoot(file: string | undefined): Promise<TrustRoot | undefined> {
  if (file === undefined) return undefined;
  const { readTrustConfigFile } = await import("../core/verification/trust-root-files.ts");
  return readTrustConfigFile(file);
}

async function instanceOf(args: ArgumentsOf<typeof INSTANCE_OPTIONS>): Promise<SigstoreInstance> {
  const instances = await import("../core/verification/trust-root-instances.ts");
  return args.flag("use-staging") === true ? instances.STAGING_INSTANCE : instances.PUBLIC_INSTANCE;
}

function openOptions({ env, log, interruption }: Terminal): OpenOptions {
  return {
    storage: cacheFolder("trust-roots", env),
    signal: interruption.signal,
    onRefreshFailed: (error) => log.debug(`The trust root was not refreshed: ${String(error)}`),
    onStoreRejected: (message) => log.warning(message),
  };
}

/**
 * Makes `fetch` use the proxy of the environment (HTTPS_PROXY, HTTP_PROXY, NO_PROXY). Older versions of Node require
 * NODE_USE_ENV_PROXY=1 instead.
 *
 * @throws ProvenanceError USAGE
 */
function useEnvironmentProxy(env: Terminal["env"]): void {
  if (typeof http.setGlobalProxyFromEnv !== "function") return;
  try {
    http.setGlobalProxyFromEnv({ ...env, ...withScheme(env) });
  } catch (error) {
    throw usageError(`The proxy that the environment names cannot be used: ${String(error)}`);
  }
}

const NAMES = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"] as const;

/** `host:8080` is what curl takes, too; Node wants a URL. */
function withScheme(env: Terminal["env"]): Record<string, string> {
  const proxies: Record<string, string> = {};
  for (const name of NAMES) {
    const value = env[name];
    if (value !== undefined && value !== "" && !value.includes("://")) proxies[name] = `http://${value}`;
  }
  return proxies;
}
