import type * as OpenIdClient from "openid-client";
import { ProvenanceError } from "../core/errors.ts";
import type { Deadline } from "./deadline.ts";
import { issuerFault } from "./login-failure.ts";
import { DEFAULT_CLIENT_ID, type LoginOptions } from "./login-options.ts";

/** A discovered issuer, and the client for it. */
export interface Issuer {
  readonly name: string;
  readonly library: typeof OpenIdClient;
  readonly configuration: OpenIdClient.Configuration;
}

/** Seconds for one request; the login has its own timeout. */
const REQUEST_TIMEOUT = 20;

/**
 * Discovers the issuer's endpoints (OpenID Connect Discovery 1.0).
 *
 * @throws ProvenanceError LOGIN_ISSUER, and whatever the library throws
 */
export async function findIssuer(options: LoginOptions, deadline: Deadline): Promise<Issuer> {
  const url = parseIssuer(options.issuer);
  const library = await import("openid-client");
  const insecure = url.protocol === "http:" ? [library.allowInsecureRequests] : [];
  const cancellable = cancellableFetch(options.fetch ?? globalThis.fetch, deadline.signal);
  const clientId = options.clientId ?? DEFAULT_CLIENT_ID;
  const found = await library.discovery(url, clientId, undefined, library.None(), {
    execute: insecure,
    timeout: REQUEST_TIMEOUT,
    [library.customFetch]: cancellable,
  });
  const metadata = found.serverMetadata();
  const configuration = new library.Configuration(
    metadata,
    clientId,
    // The issuer chooses the algorithm, among those in its metadata.
    undefined,
    clientAuthentication(library, options.clientSecret, metadata.token_endpoint_auth_methods_supported),
  );
  configuration[library.customFetch] = cancellable;
  configuration.timeout = REQUEST_TIMEOUT;
  for (const allow of insecure) allow(configuration);
  const issuer = { name: options.issuer, library, configuration };
  for (const endpoint of [metadata.token_endpoint, metadata.device_authorization_endpoint]) {
    if (endpoint !== undefined) webAddress(issuer, endpoint);
  }
  return issuer;
}

/**
 * Returns an address that the issuer names, if codes and tokens may be sent there.
 *
 * @throws ProvenanceError LOGIN_ISSUER_FAULT
 */
export function webAddress(issuer: Issuer, address: string): string {
  if (URL.canParse(address) && isSafeUrl(new URL(address))) return address;
  throw issuerFault(issuer.name, "its metadata has an address that is not safe");
}

/** The default of OpenID Connect is `client_secret_basic`. */
function clientAuthentication(
  library: typeof OpenIdClient,
  secret: string | undefined,
  methods: readonly string[] = ["client_secret_basic"],
): OpenIdClient.ClientAuth {
  if (secret === undefined) return library.None();
  return methods.includes("client_secret_basic") ? library.ClientSecretBasic(secret) : library.ClientSecretPost(secret);
}

function cancellableFetch(fetch: typeof globalThis.fetch, end: AbortSignal): OpenIdClient.CustomFetch {
  return (url, { signal, ...rest }) =>
    fetch(url, { ...rest, signal: signal === undefined ? end : AbortSignal.any([signal, end]) } as RequestInit);
}

export function noDeviceCode(issuer: Issuer): ProvenanceError {
  const message = `${issuer.name} offers no login by device code. Use the browser, or a pasted code.`;
  return new ProvenanceError("LOGIN_NO_DEVICE_CODE", message, { details: { issuer: issuer.name } });
}

/** Whether tokens may be sent there: encrypted, or on this computer. */
function isSafeUrl(url: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}

/** @throws ProvenanceError LOGIN_ISSUER */
function parseIssuer(issuer: string): URL {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (url !== undefined && isSafeUrl(url) && url.username === "" && url.search === "" && url.hash === "") return url;
  const message = `"${issuer}" cannot be used as an identity provider: give an https address; http only for one on this computer.`;
  throw new ProvenanceError("LOGIN_ISSUER", message, { details: { issuer } });
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/u.test(hostname);
}
