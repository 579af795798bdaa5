/** What `@sigstore/sign` uses of a request. */
interface Request {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** Milliseconds. */
  readonly timeout?: number;
}

/**
 * Stands in bundles where `@sigstore/sign` wants `make-fetch-happen`: the agent of that library never gets a connection
 * in VS Code, which puts its own agent for proxies in the place of every other. This is the platform's `fetch`, which
 * VS Code, and Node by the environment, send through a proxy where there is one.
 */
export default async function fetchForSigstore(
  url: string,
  { method = "GET", headers, body, timeout }: Request,
): Promise<Response & { buffer(): Promise<Buffer> }> {
  try {
    const response = await fetch(url, {
      method,
      ...(headers && { headers }),
      ...(body !== undefined && { body }),
      ...(timeout !== undefined && { signal: AbortSignal.timeout(timeout) }),
    });
    return Object.assign(response, { buffer: async () => Buffer.from(await response.arrayBuffer()) });
  } catch (error) {
    // The message is only "fetch failed"; the reason is in its cause.
    throw error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
  }
}
