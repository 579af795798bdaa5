import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface PortRedirect {
  /** What the server is started with. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * VS Code's server in a browser opens a loopback address of its machine through a proxy of code-server's, which the bare
 * server lacks. This sends the browser to the address itself: it runs on the same machine.
 */
export async function startPortRedirect(): Promise<PortRedirect> {
  const server = createServer((request, response) => {
    const [, port, rest = ""] = /^\/(\d{1,5})(\/.*)?$/.exec(request.url ?? "") ?? [];
    if (port === undefined) response.writeHead(404).end();
    else response.writeHead(302, { Location: `http://127.0.0.1:${port}${rest}` }).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    env: { VSCODE_PROXY_URI: `http://127.0.0.1:${port}/{{port}}/` },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Registers hooks for the suite it is called in; the result is there once a server is started. */
export function usePortRedirect(): Readonly<Record<string, string>> {
  const env: Record<string, string> = {};
  let redirect: PortRedirect | undefined;
  before(async () => {
    redirect = await startPortRedirect();
    Object.assign(env, redirect.env);
  });
  after(() => redirect?.stop());
  return env;
}
