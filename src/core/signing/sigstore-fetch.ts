/** What `@sigstore/sign` uses of a request. */
interface Request {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** Milliseconds. */
  readonly timeout?: number;
}

/**
 * Replaces `make-fetch-happen` of `@sigstore/sign` in bundles: its agent never connects in VS Code, which replaces every
 * agent by its own for proxies. The platform's `fetch` uses the proxy of VS Code, or of Node's environment.
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
