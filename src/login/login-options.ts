export interface LoginOptions {
  /** An OpenID issuer: an `https` address, or an `http` one on this computer. */
  readonly issuer: string;
  /** Default `sigstore`. */
  readonly clientId?: string | undefined;
  /** Public clients have none. */
  readonly clientSecret?: string | undefined;
  readonly method: LoginMethod;
  readonly signal?: AbortSignal;
  /** Milliseconds for all of it; default 5 minutes. */
  readonly timeout?: number;
}

export type LoginMethod = BrowserLogin | CodeLogin | DeviceLogin;

/** The browser is redirected to this computer. */
export interface BrowserLogin {
  readonly kind: "browser";
  /** Opens the address. A rejection ends the login. */
  openUrl(url: string): Promise<unknown>;
  /** Port of the redirect address; a free one, if absent. */
  readonly port?: number;
}

/** A browser on any device shows a code, which the user pastes here. */
export interface CodeLogin {
  readonly kind: "code";
  /** Shows the address and waits for the code; `undefined` cancels. */
  askForCode(url: string, signal: AbortSignal): Promise<string | undefined>;
}

/** The user types a short code in a browser on any device; for issuers that support it. */
export interface DeviceLogin {
  readonly kind: "device";
  showCode(prompt: DevicePrompt): unknown;
}

export interface DevicePrompt {
  /** Address of the page that takes the code. */
  readonly url: string;
  readonly userCode: string;
  /** The same address with the code in it, where the issuer gives one. */
  readonly urlWithCode?: string;
}
