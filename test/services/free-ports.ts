import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:net";

/** Ports of 127.0.0.1 that are free, by name. */
export async function freePorts<const Name extends string>(names: readonly Name[]): Promise<Record<Name, number>> {
  // All are held until each has another.
  const servers = await Promise.all(names.map(() => listen(0)));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(close));
  return Object.fromEntries(names.map((name, index) => [name, ports[index]])) as Record<Name, number>;
}

/** Whether a server could use the port on every interface. */
export async function isFree(port: number): Promise<boolean> {
  const server = await listen(port, "::").catch(() => undefined);
  if (server !== undefined) await close(server);
  return server !== undefined;
}

function listen(port: number, host = "127.0.0.1"): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(port, host, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
