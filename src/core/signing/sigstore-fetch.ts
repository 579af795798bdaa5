import * as v from "valibot";

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
    const answer = response.ok ? response : await withReadableMessage(response);
    return Object.assign(answer, { buffer: async () => Buffer.from(await answer.arrayBuffer()) });
  } catch (error) {
    // The message is only "fetch failed"; the reason is in its cause.
    throw error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
  }
}

/** Characters of an answer that are reported. */
const MAX_ANSWER = 4096;

const JsonAnswer = v.pipe(v.string(), v.parseJson(), v.object({ message: v.string() }));

/** The library reports the field `message` of JSON only; here, the text of any other answer is put there. */
async function withReadableMessage(response: Response): Promise<Response> {
  const text = await response.text();
  const { status, statusText } = response;
  const json = v.safeParse(JsonAnswer, text);
  const message = json.success ? json.output.message : text.slice(0, MAX_ANSWER);
  const location = response.headers.get("location");
  return Response.json({ message }, { status, statusText, headers: location === null ? {} : { location } });
}
