/** Characters of a service's answer that are reported. */
const MAX_TEXT = 200;
/** What no answer may put into a message: control characters, and what changes the direction of text. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** What a service, or something in between, answered in place of what was asked for. */
export interface ServiceAnswer {
  readonly status?: number;
  /** Why there was no answer, or the text of the answer. */
  readonly text: string;
}

/**
 * Describes an answer in a clause and a sentence: what was answered, and what to do about it.
 *
 * @param secrets texts that are left out, wherever they are in the answer
 * @param proxy the address of the proxy that the environment names, if any
 */
export function answerText(
  { status, text }: ServiceAnswer,
  secrets: readonly string[],
  proxy: string | undefined,
): string {
  const obstacle = networkObstacle({ ...(status !== undefined && { status }), text }, proxy);
  if (obstacle !== undefined) return obstacle;
  const shown = quoted(text, secrets);
  if (status === undefined) return `could not be used (${shown.slice(1, -1)})`;
  const answered = `answered with status ${status}${shown === '""' ? "" : `: ${shown}`}`;
  const advice = adviceFor(status);
  return advice === undefined ? answered : `${answered}. ${advice}`;
}

/**
 * Describes, in the same way, that something on the way to the service answered in its place; undefined where nothing shows
 * that.
 *
 * @param proxy the address of the proxy that the environment names, if any
 */
export function networkObstacle({ status, text }: ServiceAnswer, proxy: string | undefined): string | undefined {
  if ((status ?? proxyStatus(text)) === 407)
    return `was not reached: the proxy${proxy === undefined ? "" : ` ${proxy}`} demands a login (status 407). ${PROXY_ADVICE}`;
  const what = isWebPage(text) ? "a web page" : NO_TLS.test(text) ? "an answer that is not HTTPS" : undefined;
  if (what === undefined) return undefined;
  const answer = status === undefined ? what : `${what} with status ${status}`;
  return `was not reached: ${answer} came back, so a captive portal or proxy answered. Open a browser on this network, then try again`;
}

/** How OpenSSL and BoringSSL complain about plain HTTP. */
const NO_TLS = /wrong version number|WRONG_VERSION_NUMBER|HTTP_REQUEST/;
const PROXY_ADVICE =
  "Give its login in HTTPS_PROXY, as http://user:password@host:port, or in the settings of the editor";

function adviceFor(status: number): string | undefined {
  if (status === 401 || status === 403) return "Check that the identity is one that this instance accepts";
  if (status === 408 || status === 429 || status >= 500) return "Try again later";
  return undefined;
}

/** Of a tunnel through a proxy: Node gives its status in the text of an error only. */
function proxyStatus(text: string): number | undefined {
  const [, status] = /proxy response \((\d{3})\)|tunneling socket.*statusCode=(\d{3})/i.exec(text) ?? [];
  return status === undefined ? undefined : Number(status);
}

/** The text of the answer, or how a parser complains about it where JSON was expected. */
function isWebPage(text: string): boolean {
  return /^\s*(?:<!doctype html|<html|<head|<body)/i.test(text) || /Unexpected token '?</.test(text);
}

/** In quotation marks, on one line, without anything secret. */
export function quoted(text: string, secrets: readonly string[]): string {
  const hidden = secrets.reduce((left, secret) => (secret === "" ? left : left.replaceAll(secret, "…")), text);
  return JSON.stringify(singleLine(hidden));
}

/** Text of a service as one short line without control characters. */
export function singleLine(text: string): string {
  const line = text.replace(CONTROL, " ").trim();
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT).toWellFormed()}…` : line;
}

/** The messages of a failed request, down to its first cause. */
export function causesOf(error: unknown): string {
  const texts: string[] = [];
  for (let at = error; at instanceof Error && texts.length < 4; at = at.cause) texts.push(at.message);
  return [...new Set(texts)].join(": ");
}

/** The proxy that an environment names for HTTPS, without its login. */
export function proxyOf(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const value = env["https_proxy"] ?? env["HTTPS_PROXY"] ?? env["http_proxy"] ?? env["HTTP_PROXY"];
  if (value === undefined || value === "") return undefined;
  return value
    .replace(/^[a-z]+:\/\//i, "")
    .replace(/^[^@]*@/, "")
    .replace(/\/$/, "");
}
