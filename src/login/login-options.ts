/** Who is asked to log in, how, and for how long. */
export interface LoginOptions {
  /** An OpenID issuer: an `https` address, or an `http` one on this computer. */
  readonly issuer: string;
  /** Default `sigstore`. */
  readonly clientId?: string;
  /** Public clients have none. */
  readonly clientSecret?: string;
  readonly method: LoginMethod;
  /** The provider that the public instance redirects to; not sent to other issuers. */
  readonly provider?: IdentityProviderHint;
  readonly signal?: AbortSignal;
  /** Milliseconds for all of it; default 5 minutes. */
  readonly timeout?: number;
  /** For a proxy, or other certificates; default the platform's. */
  readonly fetch?: typeof globalThis.fetch;
}

export type LoginMethod = BrowserLogin | CodeLogin | DeviceLogin;

/** The browser comes back to this computer by itself. */
export interface BrowserLogin {
  readonly kind: "browser";
  /** Opens the address. A rejection ends the login; resolving means nothing yet. */
  openUrl(url: string, signal: AbortSignal): Promise<unknown>;
  /** Port that the browser comes back to; a free one, if absent. */
  readonly port?: number;
}

/** Any browser anywhere shows a code, and the person types it here. */
export interface CodeLogin {
  readonly kind: "code";
  /** Shows the address and waits for the code; `undefined` gives up. */
  askForCode(url: string, signal: AbortSignal): Promise<string | undefined>;
}

/** Any browser anywhere, with a short code to type there; for issuers that offer it. */
export interface DeviceLogin {
  readonly kind: "device";
  showCode(prompt: DevicePrompt, signal: AbortSignal): unknown;
}

export interface DevicePrompt {
  /** Where the code is typed. */
  readonly url: string;
  readonly userCode: string;
  /** The same address with the code in it, where the issuer gives one. */
  readonly urlWithCode?: string;
  readonly expiresAt: Date;
}

export type IdentityProviderHint = "github" | "google" | "microsoft";

export const DEFAULT_CLIENT_ID = "sigstore";

/** Milliseconds. */
export const LOGIN_TIMEOUT = 300_000;

/** Connectors of the public instances, as their provider takes them in `connector_id`. */
const CONNECTORS: Readonly<Record<IdentityProviderHint, string>> = {
  github: "https://github.com/login/oauth",
  google: "https://accounts.google.com",
  microsoft: "https://login.microsoftonline.com",
};

const PUBLIC_ISSUERS = ["https://oauth2.sigstore.dev/auth", "https://oauth2.sigstage.dev/auth"];

/** What is added to the authorization request, so that the person does not choose a provider twice. */
export function providerParameters(options: Pick<LoginOptions, "issuer" | "provider">): Record<string, string> {
  if (options.provider === undefined || !PUBLIC_ISSUERS.includes(options.issuer)) return {};
  return { connector_id: CONNECTORS[options.provider] };
}
