import * as http from "node:http";
import { usageError } from "./arguments.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Makes `fetch` use the proxy of the environment (HTTPS_PROXY, HTTP_PROXY, NO_PROXY). Older versions of Node require
 * NODE_USE_ENV_PROXY=1 instead.
 *
 * @throws ProvenanceError USAGE
 */
export function useEnvironmentProxy(env: Terminal["env"]): void {
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
