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
    http.setGlobalProxyFromEnv(env);
  } catch (error) {
    throw usageError(`The proxy that the environment names cannot be used: ${String(error)}`);
  }
}
