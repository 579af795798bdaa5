/** Logins of this window, as signing uses them. */
export interface Login {
  /** E-mail address of the login that is still valid. */
  readonly loggedIn: string | undefined;
  /** The next signature asks for a login again. */
  logOut(): void;
  /**
   * The token of a login that is still valid, or of a new one.
   *
   * @returns an OpenID identity token (JWT), for signing only: never logged or kept
   * @throws ProvenanceError LOGIN_*, CANCELLED
   */
  token(request: LoginRequest): Promise<string>;
}

export interface LoginRequest {
  /** URL of the OpenID issuer. */
  readonly issuer: string;
  /** What the login is for: `Sign llama-3-8b`. */
  readonly title: string;
  readonly signal: AbortSignal;
  /** Reports what the login waits for. */
  step(text: string): void;
}

/** A code to enter at the identity provider (RFC 8628). */
export interface DeviceCode {
  /** Where to enter the code. */
  readonly url: string;
  readonly userCode: string;
  /** The same address with the code in it, where the issuer gives one. */
  readonly urlWithCode?: string;
}
