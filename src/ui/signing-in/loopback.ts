import { createServer } from "node:net";
import { env, UIKind, Uri } from "vscode";

/** How the browser can come back to this machine. */
export interface Loopback {
  /** Free, and forwarded to where the browser is; absent: any port will do. */
  readonly port?: number;
}

const LOOPBACK_NAMES: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Whether a browser of the person's reaches a port of this machine under a loopback address: identity providers send
 * nobody back to another one. Undefined where it does not: the window is in a browser, or the port is forwarded to
 * another one.
 */
export async function findLoopback(): Promise<Loopback | undefined> {
  if (env.remoteName === undefined && env.uiKind === UIKind.Desktop) return {};
  const port = await freePort();
  const external = await env.asExternalUri(Uri.parse(`http://127.0.0.1:${port}/auth/callback`));
  const { protocol, hostname, port: externalPort } = new URL(external.toString(true));
  const same = protocol === "http:" && LOOPBACK_NAMES.includes(hostname) && externalPort === String(port);
  return same ? { port } : undefined;
}

/** It has to be known before anything listens: VS Code forwards it by number. */
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
