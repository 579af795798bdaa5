import { loginWithBrowser } from "./browser-login.ts";
import { loginWithCode } from "./code-login.ts";
import { type Deadline, makeDeadline } from "./deadline.ts";
import { loginWithDeviceCode } from "./device-login.ts";
import type { IdentityToken } from "./identity-token.ts";
import { findIssuer } from "./issuer.ts";
import { explainLoginFailure } from "./login-failure.ts";
import { LOGIN_TIMEOUT, type LoginOptions } from "./login-options.ts";

/**
 * Logs a person in and returns their identity token, which is held in memory only.
 *
 * @throws ProvenanceError LOGIN_* (each a reason of its own), CANCELLED
 */
export async function obtainIdentityToken(options: LoginOptions): Promise<IdentityToken> {
  const deadline = makeDeadline(options.signal, options.timeout ?? LOGIN_TIMEOUT);
  try {
    return await login(options, deadline);
  } catch (error) {
    throw explainLoginFailure(error, options.issuer, deadline);
  }
}

async function login(options: LoginOptions, deadline: Deadline): Promise<IdentityToken> {
  if (deadline.signal.aborted) throw deadline.error();
  const issuer = await findIssuer(options, deadline);
  const { method } = options;
  if (method.kind === "browser") return loginWithBrowser(issuer, options, method, deadline);
  if (method.kind === "code") return loginWithCode(issuer, options, method, deadline);
  return loginWithDeviceCode(issuer, method, deadline);
}
