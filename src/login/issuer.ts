import type * as OpenIdClient from "openid-client";
import { ProvenanceError } from "../core/errors.ts";
import { issuerFault } from "./login-failure.ts";
import type { LoginOptions } from "./login-options.ts";

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
export async function findIssuer(options: LoginOptions, deadline: AbortSignal): Promise<Issuer> {
  const url = parseIssuer(options.issuer);
  const library = await import("openid-client");
  const { clientId = "sigstore", clientSecret } = options;
  // `client_secret_basic` is the default of OpenID Connect.
  const authentication = clientSecret === undefined ? library.None() : library.ClientSecretBasic(clientSecret);
  // Without client metadata, the issuer chooses the algorithm, among those in its own.
  const configuration = await library.discovery(url, clientId, undefined, authentication, {
    execute: url.protocol === "http:" ? [library.allowInsecureRequests] : [],
    timeout: REQUEST_TIMEOUT,
    [library.customFetch]: cancellableFetch(deadline),
  });
  const metadata = configuration.serverMetadata();
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

function cancellableFetch(end: AbortSignal): OpenIdClient.CustomFetch {
  return (url, { signal, ...rest }) =>
    fetch(url, { ...rest, signal: signal === undefined ? end : AbortSignal.any([signal, end]) } as RequestInit);
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
