import { createServer } from "node:net";
import { env, UIKind, Uri } from "vscode";

/** How the browser can return to this machine. */
export interface Loopback {
  /** Free, and forwarded to where the browser is; absent where any port works. */
  readonly port?: number;
}

const LOOPBACK_NAMES: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/**
 * A port of this machine that the user's browser reaches under a loopback address: identity providers redirect to no
 * other address. Undefined where there is none: the window is in a browser, or the port is forwarded as another one.
 */
export async function findLoopback(): Promise<Loopback | undefined> {
  if (env.remoteName === undefined && env.uiKind === UIKind.Desktop) return {};
  const port = await freePort();
  const external = await env.asExternalUri(Uri.parse(`http://127.0.0.1:${port}/auth/callback`));
  const { protocol, hostname, port: externalPort } = new URL(external.toString(true));
  const same = protocol === "http:" && LOOPBACK_NAMES.includes(hostname) && externalPort === String(port);
  return same ? { port } : undefined;
}

/** Known before anything listens on it: VS Code forwards it by number. */
function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const probe = createServer();
  probe.once("error", reject);
  probe.listen(0, "127.0.0.1", () => {
    const address = probe.address();
    probe.close(() => {
      if (address === null || typeof address === "string") reject(new Error("No free port"));
      else resolve(address.port);
    });
  });
  return promise;
}
