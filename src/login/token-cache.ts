import { untilAborted } from "../core/until-aborted.ts";
import { cancelled } from "./deadline.ts";
import type { IdentityToken } from "./identity-token.ts";
import type { LoginOptions } from "./login-options.ts";

/** Milliseconds for which a token must still be valid. */
const MARGIN = 5000;

/** Caches the last login at each issuer in memory: several models are signed with it. Concurrent callers share it. */
export class TokenCache {
  readonly #logins = new Map<string, Promise<IdentityToken | undefined>>();
  readonly #obtain: (options: LoginOptions) => Promise<IdentityToken>;

  constructor(obtain: (options: LoginOptions) => Promise<IdentityToken>) {
    this.#obtain = obtain;
  }

  /** Returns a valid token, by a new login if necessary. */
  async token(options: LoginOptions): Promise<IdentityToken> {
    const { issuer, signal } = options;
    for (let known = this.#logins.get(issuer); known !== undefined; known = this.#logins.get(issuer)) {
      const token = await untilAborted(known, signal);
      if (token !== undefined && token.expiresAt.getTime() - MARGIN > Date.now()) return token;
      // Another caller's login has failed, or the token is too old: this caller starts its own.
      if (this.#logins.get(issuer) === known) this.#logins.delete(issuer);
    }
    if (signal?.aborted === true) throw cancelled();
    const login = this.#obtain(options);
    this.#logins.set(
      issuer,
      login.catch(() => undefined),
    );
    return login;
  }

  /** Forgets all tokens, to log out or to use a different account. */
  clear(): void {
    this.#logins.clear();
  }
}
