import { fail, ProvenanceError } from "../core/errors.ts";
import { untilAborted } from "../core/until-aborted.ts";
import { makeAuthorizationRequest, SCOPE } from "./authorization-request.ts";
import { loginWithBrowser } from "./browser-login.ts";
import { cancelled, makeDeadline } from "./deadline.ts";
import { checkedToken, type IdentityToken } from "./identity-token.ts";
import { findIssuer, type Issuer, webAddress } from "./issuer.ts";
import { explainLoginFailure } from "./login-failure.ts";
import type { CodeLogin, DeviceLogin, LoginOptions } from "./login-options.ts";

/**
 * Logs a person in and returns their identity token, which is held in memory only.
 *
 * @throws ProvenanceError LOGIN_* (each a reason of its own), CANCELLED
 */
export async function obtainIdentityToken(options: LoginOptions): Promise<IdentityToken> {
  const deadline = makeDeadline(options.signal, options.timeout ?? 300_000);
  try {
    return await login(options, deadline);
  } catch (error) {
    throw explainLoginFailure(error, options.issuer, deadline);
  }
}

async function login(options: LoginOptions, deadline: AbortSignal): Promise<IdentityToken> {
  deadline.throwIfAborted();
  const issuer = await findIssuer(options, deadline);
  const { method } = options;
  if (method.kind === "browser") return loginWithBrowser(issuer, method, deadline);
  if (method.kind === "code") return loginWithCode(issuer, method, deadline);
  return loginWithDeviceCode(issuer, method, deadline);
}

/** Redirect address for which Dex and similar providers show the code instead of redirecting. */
const OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob";

/** Authorization code with PKCE, pasted by the user. */
async function loginWithCode(issuer: Issuer, method: CodeLogin, deadline: AbortSignal): Promise<IdentityToken> {
  const request = await makeAuthorizationRequest(issuer, OUT_OF_BAND);
  const pasted = await untilAborted(method.askForCode(request.url, deadline), deadline);
  if (pasted === undefined) throw cancelled();
  const code = pasted.trim();
  if (!/^[\x21-\x7e]{1,4096}$/u.test(code)) {
    const message = "The pasted text is not a code of the identity provider. Start the login again.";
    throw new ProvenanceError("LOGIN_CODE", message);
  }
  // There is no state to compare: PKCE and the nonce bind the code to this login.
  const answered = new URL(OUT_OF_BAND);
  answered.searchParams.set("code", code);
  answered.searchParams.set("iss", issuer.configuration.serverMetadata().issuer);
  const answer = await issuer.library.authorizationCodeGrant(issuer.configuration, answered, {
    pkceCodeVerifier: request.verifier,
    expectedNonce: request.nonce,
    idTokenExpected: true,
  });
  return checkedToken(answer, issuer.name);
}

/** Device authorization grant (RFC 8628), with PKCE for issuers that support it. */
async function loginWithDeviceCode(issuer: Issuer, method: DeviceLogin, deadline: AbortSignal): Promise<IdentityToken> {
  const { library, configuration } = issuer;
  if (configuration.serverMetadata().device_authorization_endpoint === undefined) {
    const message = `${issuer.name} offers no login by device code. Use the browser, or a pasted code.`;
    fail("LOGIN_NO_DEVICE_CODE", message, { issuer: issuer.name });
  }
  const verifier = library.randomPKCECodeVerifier();
  const started = await library.initiateDeviceAuthorization(configuration, {
    scope: SCOPE,
    code_challenge: await library.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  const withCode = started.verification_uri_complete;
  method.showCode({
    url: webAddress(issuer, started.verification_uri),
    userCode: started.user_code,
    ...(withCode === undefined ? {} : { urlWithCode: webAddress(issuer, withCode) }),
  });
  const answer = await library.pollDeviceAuthorizationGrant(
    configuration,
    started,
    { code_verifier: verifier },
    { signal: deadline },
  );
  return checkedToken(answer, issuer.name);
}
