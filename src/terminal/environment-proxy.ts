import * as http from "node:http";
import { usageError } from "./arguments.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Has `fetch` go through the proxy that the environment names (HTTPS_PROXY, HTTP_PROXY, NO_PROXY), where this Node can;
 * an older one does so where NODE_USE_ENV_PROXY=1 is set as well.
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
