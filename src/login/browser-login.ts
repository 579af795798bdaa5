import { ProvenanceError } from "../core/errors.ts";
import { untilAborted } from "../core/until-aborted.ts";
import { type AuthorizationRequest, makeAuthorizationRequest } from "./authorization-request.ts";
import { failedPage, loggedInPage } from "./callback-page.ts";
import { checkedToken, type IdentityToken } from "./identity-token.ts";
import type { Issuer } from "./issuer.ts";
import { explainLoginFailure } from "./login-failure.ts";
import type { BrowserLogin } from "./login-options.ts";
import { listenOnLoopback } from "./loopback-listener.ts";

/** Authorization code with PKCE and a loopback redirect (RFC 8252 section 7.3). */
export async function loginWithBrowser(
  issuer: Issuer,
  method: BrowserLogin,
  deadline: AbortSignal,
): Promise<IdentityToken> {
  const listener = await listenOnLoopback(method.port);
  try {
    const request = await makeAuthorizationRequest(issuer, listener.redirectUri);
    const answer = await untilAborted(Promise.race([listener.answer, whenNotOpened(method, request)]), deadline);
    try {
      const token = await redeem(issuer, request, answer.url);
      await answer.respond(loggedInPage(token.email));
      return token;
    } catch (error) {
      const failure = explainLoginFailure(error, issuer.name, deadline);
      await answer.respond(failedPage(failure.message));
      throw failure;
    }
  } finally {
    await listener.close();
  }
}

/** Settles only if the browser does not open. */
async function whenNotOpened(method: BrowserLogin, request: AuthorizationRequest): Promise<never> {
  try {
    await method.openUrl(request.url);
  } catch (error) {
    const message = "The browser did not open. Log in with a pasted code or a device code instead.";
    throw new ProvenanceError("LOGIN_BROWSER", message, { cause: error });
  }
  return new Promise(() => {});
}

async function redeem(issuer: Issuer, request: AuthorizationRequest, url: URL): Promise<IdentityToken> {
  if (url.searchParams.get("state") !== request.state) {
    const message = "The browser returned the response of another login. Nothing was signed; start the login again.";
    throw new ProvenanceError("LOGIN_STATE", message);
  }
  const answer = await issuer.library.authorizationCodeGrant(issuer.configuration, url, {
    pkceCodeVerifier: request.verifier,
    expectedState: request.state,
    expectedNonce: request.nonce,
    idTokenExpected: true,
  });
  return checkedToken(answer, issuer.name);
}
