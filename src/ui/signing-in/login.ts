/** Logins of this window, as signing uses them. */
export interface Login {
  /** Whose login is still good, if anybody's. */
  readonly loggedIn: string | undefined;
  /** The next signature asks for a login again. */
  logOut(): void;
  /**
   * A login that is still good, or a new one.
   *
   * @returns an OpenID identity token (JWT), for signing only: never logged or kept
   * @throws ProvenanceError LOGIN_*, CANCELLED
   */
  token(request: LoginRequest): Promise<string>;
}

export interface LoginRequest {
  /** URL of the OpenID issuer. */
  readonly issuer: string;
  /** Of what the login is for: `Sign llama-3-8b`. */
  readonly title: string;
  readonly signal: AbortSignal;
  /** Told what is waited for. */
  step(text: string): void;
}

/** A code to be typed at the identity provider (RFC 8628). */
export interface DeviceCode {
  /** Address of the page that takes the code. */
  readonly url: string;
  readonly userCode: string;
  /** The same address with the code in it, where the issuer gives one. */
  readonly urlWithCode?: string;
}
