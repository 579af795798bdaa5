import { cancelled } from "./deadline.ts";
import type { IdentityToken } from "./identity-token.ts";
import type { LoginOptions } from "./login-options.ts";

/** Milliseconds for which a token must still be valid. */
const MARGIN = 5000;

/** Caches the token of each issuer in memory: several models are signed with one login. Concurrent callers share it. */
export class TokenCache {
  readonly #tokens = new Map<string, IdentityToken>();
  readonly #logins = new Map<string, Promise<IdentityToken>>();
  readonly #obtain: (options: LoginOptions) => Promise<IdentityToken>;

  constructor(obtain: (options: LoginOptions) => Promise<IdentityToken>) {
    this.#obtain = obtain;
  }

  /** Returns a valid token, by a new login if necessary. */
  async token(options: LoginOptions): Promise<IdentityToken> {
    const key = options.issuer;
    for (;;) {
      if (options.signal?.aborted === true) throw cancelled();
      const known = this.#tokens.get(key);
      if (known !== undefined && known.expiresAt.getTime() - MARGIN > Date.now()) return known;
      this.#tokens.delete(key);
      const running = this.#logins.get(key);
      if (running === undefined) return this.#login(key, options);
      // Another caller's login: if it fails, this caller starts its own.
      await Promise.race([running.catch(() => undefined), aborted(options.signal)]);
    }
  }

  /** Forgets all tokens, to log out or to use a different account. */
  clear(): void {
    this.#tokens.clear();
  }

  async #login(key: string, options: LoginOptions): Promise<IdentityToken> {
    const login = this.#obtain(options);
    this.#logins.set(key, login);
    try {
      const token = await login;
      this.#tokens.set(key, token);
      return token;
    } finally {
      this.#logins.delete(key);
    }
  }
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
}
