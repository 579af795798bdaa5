import type { IncomingMessage, ServerResponse } from "node:http";
import type { Handler } from "@sigstore/mock/dist/shared.types.js";
import { readBody, sendJson } from "./loopback-service.ts";

/** Refused as the real service would refuse it: this status, and a message in JSON. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Serves one of `@sigstore/mock`'s handlers over real HTTP. The package itself puts them behind `nock`, which patches
 * the whole process; only its parts are imported here, never its index.
 *
 * @param check looks at the body first; a Refusal is answered without asking the handler
 */
export async function serveMockHandler(
  request: IncomingMessage,
  response: ServerResponse,
  handler: Handler,
  check: (body: string) => unknown = () => undefined,
): Promise<void> {
  if (request.url !== handler.path || request.method !== "POST") {
    return sendJson(response, 404, { code: 5, message: "Not Found" });
  }
  const body = (await readBody(request)).toString("utf8");
  try {
    await check(body);
  } catch (error) {
    if (error instanceof Refusal) return sendJson(response, error.status, { code: 3, message: error.message });
    throw error;
  }
  const result = await handler.fn(body);
  if (result.statusCode >= 400) {
    return sendJson(response, result.statusCode, { code: 3, message: String(result.response) });
  }
  response.writeHead(result.statusCode, { "Content-Type": result.contentType ?? "application/json" });
  response.end(result.response);
}
