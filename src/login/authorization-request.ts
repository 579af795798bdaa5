import { type Issuer, webAddress } from "./issuer.ts";

export const SCOPE = "openid email";

/** An authorization request, with the values that its response is checked against. */
export interface AuthorizationRequest {
  /** To be opened in a browser. */
  readonly url: string;
  readonly state: string;
  readonly nonce: string;
  /** PKCE (RFC 7636): the code alone is of no use. */
  readonly verifier: string;
}

export async function makeAuthorizationRequest(issuer: Issuer, redirectUri: string): Promise<AuthorizationRequest> {
  const { library, configuration } = issuer;
  const verifier = library.randomPKCECodeVerifier();
  const state = library.randomState();
  const nonce = library.randomNonce();
  const url = library.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: SCOPE,
    code_challenge: await library.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
  });
  return { url: webAddress(issuer, url.href), state, nonce, verifier };
}
