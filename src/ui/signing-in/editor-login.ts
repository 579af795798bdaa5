import { type ErrorCode, ProvenanceError } from "../../core/errors.ts";
import type { IdentityToken } from "../../login/identity-token.ts";
import { TokenCache } from "../../login/token-cache.ts";
import type { LoginRequest } from "./login-methods.ts";

/** Errors after which the next login method is tried. */
const TRY_NEXT: ReadonlySet<ErrorCode> = new Set(["LOGIN_BROWSER", "LOGIN_PORT", "LOGIN_NO_DEVICE_CODE"]);

/** Logs in with the editor's dialogs. Tokens are in memory only, and serve several signatures. */
export class EditorLogin {
  readonly #tokens = new TokenCache(async (options) => {
    const { obtainIdentityToken } = await import("../../login/obtain-identity-token.ts");
    return obtainIdentityToken(options);
  });
  #last: IdentityToken | undefined;

  /** E-mail address of the login that is still valid. */
  get loggedIn(): string | undefined {
    return this.#last !== undefined && this.#last.expiresAt.getTime() > Date.now() ? this.#last.email : undefined;
  }

  /** The next signature asks for a login again. */
  logOut(): void {
    this.#tokens.clear();
    this.#last = undefined;
  }

  /**
   * An OpenID identity token (JWT), of a login that is still valid or of a new one. It is for signing only: never logged
   * or stored.
   *
   * @throws ProvenanceError LOGIN_*, CANCELLED
   */
  async token(request: LoginRequest): Promise<string> {
    const { issuer, signal } = request;
    const { loginMethods } = await import("./login-methods.ts");
    const ended = new AbortController();
    let failure: unknown;
    for (const method of await loginMethods(request, ended)) {
      try {
        const token = await this.#tokens.token({ issuer, method, signal: AbortSignal.any([signal, ended.signal]) });
        this.#last = token;
        return token.value;
      } catch (error) {
        if (!(error instanceof ProvenanceError) || !TRY_NEXT.has(error.code)) throw error;
        failure = error;
      }
    }
    throw failure;
  }
}
