import { ProvenanceError } from "../core/errors.ts";

/**
 * Whether tokens may travel there: encrypted, or not leaving this computer.
 */
export function isSafeUrl(url: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}

/** @throws ProvenanceError LOGIN_ISSUER */
export function parseIssuer(issuer: string): URL {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (url !== undefined && isSafeUrl(url) && url.username === "" && url.search === "" && url.hash === "") return url;
  throw new ProvenanceError(
    "LOGIN_ISSUER",
    `"${issuer}" cannot be used as an identity provider: give an https address; http only for one on this computer.`,
    { details: { issuer } },
  );
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/u.test(hostname);
}
