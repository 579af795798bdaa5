import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { FaultBoard, Service } from "./faults.ts";

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** An HTTP server on 127.0.0.1 that can be made to misbehave before it looks at a request. */
export interface LoopbackService {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** Set once the URL is known to whatever answers. */
  handle: RequestHandler;
  /** Requests answered or spoilt so far, as `POST /path`. */
  readonly log: string[];
  stop(): Promise<void>;
}

const MAX_BODY = 64 * 1024 * 1024;

/** @param port 0 takes a free one */
export async function startLoopbackService(service: Service, faults: FaultBoard, port = 0): Promise<LoopbackService> {
  const log: string[] = [];
  const server = createServer((request, response) => {
    log.push(`${request.method} ${request.url}`);
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) sendJson(response, 500, { code: 13, message: String(error) });
      else response.destroy();
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = faults.takeTransport(service, request.url ?? "/");
    if (fault?.kind === "reset") return void request.socket.resetAndDestroy();
    if (fault?.kind === "status") {
      if (fault.status === 429) response.setHeader("Retry-After", "0");
      return sendJson(response, fault.status, { code: fault.status, message: "misbehaving on request" });
    }
    if (fault?.kind === "slow") await delay(fault.milliseconds, response);
    // The client may have given up meanwhile.
    if (!response.destroyed) await running.handle(request, response);
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const running: LoopbackService = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    handle: (_request, response) => sendJson(response, 503, { code: 14, message: "starting" }),
    log,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return running;
}

/** Waits; ends early when the other side gave up, so that nothing is left behind. */
function delay(milliseconds: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    response.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(body));
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > MAX_BODY) throw new Error("request too large");
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}
