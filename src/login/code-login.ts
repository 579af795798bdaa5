import { ProvenanceError } from "../core/errors.ts";
import { makeAuthorizationRequest } from "./authorization-request.ts";
import { cancelled, type Deadline } from "./deadline.ts";
import { checkedToken, type IdentityToken } from "./identity-token.ts";
import type { Issuer } from "./issuer.ts";
import type { CodeLogin, LoginOptions } from "./login-options.ts";

/** Redirect address for which Dex and similar providers show the code instead of redirecting. */
const OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob";

/** Authorization code with PKCE, pasted by the user. */
export async function loginWithCode(
  issuer: Issuer,
  options: LoginOptions,
  method: CodeLogin,
  deadline: Deadline,
): Promise<IdentityToken> {
  const request = await makeAuthorizationRequest(issuer, options, OUT_OF_BAND);
  const pasted = await deadline.race(method.askForCode(request.url, deadline.signal));
  if (pasted === undefined) throw cancelled();
  const code = pasted.trim();
  if (!/^[\x21-\x7e]{1,4096}$/u.test(code)) {
    throw new ProvenanceError(
      "LOGIN_CODE",
      "The pasted text is not a code of the identity provider. Start the login again.",
    );
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
