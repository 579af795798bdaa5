import { ProvenanceError } from "../core/errors.ts";
import { makeAuthorizationRequest } from "./authorization-request.ts";
import { cancelled, type Deadline } from "./deadline.ts";
import { checkedToken, type IdentityToken } from "./identity-token.ts";
import type { Issuer } from "./issuer.ts";
import type { CodeLogin, LoginOptions } from "./login-options.ts";

/** "Show the code, do not send it anywhere": what Dex and its like take for a redirect address. */
const OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob";

/** Authorization code with PKCE, carried over by the person. */
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
      "That is not a code as the identity provider shows it. Start the login again.",
    );
  }
  // No state comes back this way: PKCE and the nonce tie the code to this login.
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
