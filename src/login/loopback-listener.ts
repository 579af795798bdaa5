import { once } from "node:events";
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ProvenanceError, systemCode } from "../core/errors.ts";
import { CALLBACK_HEADERS, type CallbackPage, COMPLETED_PAGE, callbackHtml, NOT_FOUND_PAGE } from "./callback-page.ts";

/** The request to the redirect address. The browser waits for `respond`. */
export interface CallbackRequest {
  /** The redirect address with the response parameters. */
  readonly url: URL;
  respond(page: CallbackPage): Promise<void>;
}

/** A server for one login, which accepts one response. */
export interface LoopbackListener {
  /** `http://localhost:PORT/auth/callback`: the only name that issuers allow for public clients, on any port. */
  readonly redirectUri: string;
  /** The first request to the redirect address. */
  readonly answer: Promise<CallbackRequest>;
  close(): Promise<void>;
}

const PATH = "/auth/callback";

/** Attempts to find a port that is free in both address families. */
const ATTEMPTS = 10;

/**
 * Listens on 127.0.0.1 and, where there is one, on ::1, at the same port: `localhost` may mean either, and no other
 * program may listen on the other one.
 *
 * @param port a free one, if absent
 * @throws ProvenanceError LOGIN_PORT
 */
export async function listenOnLoopback(port = 0): Promise<LoopbackListener> {
  const { promise: answer, resolve } = Promise.withResolvers<CallbackRequest>();
  let host = "";
  let taken = false;
  const servers = await openServers((request, response) => {
    // Another name in the Host header is an attack by DNS rebinding.
    const url = request.headers.host === host ? parseTarget(request.url, host) : undefined;
    if (request.method !== "GET" || url?.pathname !== PATH) return void respond(response, NOT_FOUND_PAGE);
    if (taken) return void respond(response, COMPLETED_PAGE);
    taken = true;
    resolve({ url, respond: (page) => respond(response, page) });
  }, port);
  // A connection that cannot be accepted ends nothing.
  for (const server of servers) server.on("error", () => undefined);
  host = `localhost:${portOf(servers[0])}`;
  return {
    redirectUri: `http://${host}${PATH}`,
    answer,
    close: async () => void (await Promise.all(servers.map(closeServer))),
  };
}

function parseTarget(target: string | undefined, host: string): URL | undefined {
  const text = `http://${host}${target ?? "/"}`;
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** Resolves when the response is sent or the connection closed. */
function respond(response: ServerResponse, page: CallbackPage): Promise<void> {
  return new Promise((resolve) => {
    response.once("close", resolve);
    if (response.destroyed) return resolve();
    response.writeHead(page.status, { ...CALLBACK_HEADERS });
    response.end(callbackHtml(page));
  });
}

type Servers = readonly [Server, ...Server[]];

async function openServers(handle: RequestListener, port: number): Promise<Servers> {
  for (let attempt = 1; ; attempt++) {
    const [first, second] = [createServer(handle), createServer(handle)];
    try {
      await once(first.listen(port, "127.0.0.1"), "listening");
    } catch (error) {
      throw portFailure(port, error);
    }
    try {
      await once(second.listen({ port: portOf(first), host: "::1", ipv6Only: true }), "listening");
      return [first, second];
    } catch (error) {
      const code = systemCode(error);
      if (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT" || code === "EINVAL") return [first];
      await closeServer(first);
      if (port !== 0 || code !== "EADDRINUSE" || attempt === ATTEMPTS) throw portFailure(port, error);
    }
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function portFailure(port: number, cause: unknown): ProvenanceError {
  const what =
    port === 0
      ? "No port is free on this computer for the redirect of the browser."
      : `Port ${port} on this computer, for the redirect of the browser, is in use.`;
  const message = `${what} Close what uses it, or log in with a pasted code or a device code.`;
  const details = { port, reason: systemCode(cause) ?? "unknown" };
  return new ProvenanceError("LOGIN_PORT", message, { details, cause });
}
