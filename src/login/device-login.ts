import { SCOPE } from "./authorization-request.ts";
import type { Deadline } from "./deadline.ts";
import { checkedToken, type IdentityToken } from "./identity-token.ts";
import { type Issuer, noDeviceCode, webAddress } from "./issuer.ts";
import type { DeviceLogin } from "./login-options.ts";

/** Device authorization grant (RFC 8628), with PKCE for issuers that support it. */
export async function loginWithDeviceCode(
  issuer: Issuer,
  method: DeviceLogin,
  deadline: Deadline,
): Promise<IdentityToken> {
  const { library, configuration } = issuer;
  if (configuration.serverMetadata().device_authorization_endpoint === undefined) throw noDeviceCode(issuer);
  const verifier = library.randomPKCECodeVerifier();
  const started = await library.initiateDeviceAuthorization(configuration, {
    scope: SCOPE,
    code_challenge: await library.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  const withCode = started.verification_uri_complete;
  method.showCode(
    {
      url: webAddress(issuer, started.verification_uri),
      userCode: started.user_code,
      ...(withCode === undefined ? {} : { urlWithCode: webAddress(issuer, withCode) }),
      expiresAt: new Date(Date.now() + started.expires_in * 1000),
    },
    deadline.signal,
  );
  const answer = await library.pollDeviceAuthorizationGrant(
    configuration,
    started,
    { code_verifier: verifier },
    { signal: deadline.signal },
  );
  return checkedToken(answer, issuer.name);
}
