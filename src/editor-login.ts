import { l10n } from "vscode";
import { type ErrorCode, ProvenanceError } from "./core/errors.ts";
import type { IdentityToken } from "./login/identity-token.ts";
import type { DevicePrompt, LoginMethod } from "./login/login-options.ts";
import type { TokenCache } from "./login/token-cache.ts";
import { setting } from "./platform/settings.ts";
import { askForCode, openExternal, showDeviceCode } from "./ui/signing-in/code-dialogs.ts";
import type { Login, LoginRequest } from "./ui/signing-in/login.ts";
import { findLoopback } from "./ui/signing-in/loopback.ts";

/** What makes another way to log in worth a try. */
const TRY_ANOTHER: ReadonlySet<ErrorCode> = new Set(["LOGIN_BROWSER", "LOGIN_PORT", "LOGIN_NO_DEVICE_CODE"]);

/** Joins the login to the editor's dialogs. Tokens are in memory only, and good for several signatures. */
export class EditorLogin implements Login {
  #tokens: TokenCache | undefined;
  #last: IdentityToken | undefined;

  get loggedIn(): string | undefined {
    return this.#last !== undefined && this.#last.expiresAt.getTime() > Date.now() ? this.#last.email : undefined;
  }

  logOut(): void {
    this.#tokens?.clear();
    this.#last = undefined;
  }

  async token(request: LoginRequest): Promise<string> {
    this.#tokens ??= await makeTokenCache();
    const { issuer, signal } = request;
    const ways = waysToLogIn(request);
    for (;;) {
      const way = ways.shift();
      if (way === undefined) throw new ProvenanceError("LOGIN_BROWSER", l10n.t("There is no way to log in here."));
      // A dialog that is closed ends the login.
      const ended = new AbortController();
      const method = await way(ended);
      if (method === undefined) continue;
      try {
        const token = await this.#tokens.token({ issuer, method, signal: AbortSignal.any([signal, ended.signal]) });
        this.#last = token;
        return token.value;
      } catch (error) {
        if (!(error instanceof ProvenanceError) || !TRY_ANOTHER.has(error.code) || ways.length === 0) throw error;
      }
    }
  }
}

async function makeTokenCache(): Promise<TokenCache> {
  const { TokenCache } = await import("./login/token-cache.ts");
  const { obtainIdentityToken } = await import("./login/obtain-identity-token.ts");
  return new TokenCache(obtainIdentityToken);
}

/** One way to log in; undefined where it cannot work in this window. */
type WayToLogIn = (ended: AbortController) => Promise<LoginMethod | undefined>;

/** The way that the settings name, else all of them, the most comfortable first. */
function waysToLogIn(request: LoginRequest): WayToLogIn[] {
  const { title, step } = request;
  const browser = async (): Promise<LoginMethod> => ({ kind: "browser", openUrl: (url) => openAndWait(url, step) });
  const loopback: WayToLogIn = async () => {
    const found = await findLoopback();
    return found === undefined ? undefined : { ...(await browser()), ...found };
  };
  const device: WayToLogIn = async (ended) => ({
    kind: "device",
    showCode: (prompt) => {
      step(l10n.t("Waiting for the login: type the code {0} at {1}", prompt.userCode, new URL(prompt.url).host));
      void offer(prompt, ended);
    },
  });
  const code: WayToLogIn = async () => ({
    kind: "code",
    askForCode: (url, signal) => {
      step(l10n.t("Waiting for the code that your browser shows…"));
      return askForCode(title, url, signal);
    },
  });
  switch (setting("loginMethod")) {
    case "browser":
      return [browser];
    case "device":
      return [device];
    case "code":
      return [code];
    case "auto":
      return [loopback, device, code];
  }
}

async function openAndWait(url: string, step: LoginRequest["step"]): Promise<void> {
  step(l10n.t("Waiting for the login in your browser…"));
  await openExternal(url);
}

async function offer(prompt: DevicePrompt, ended: AbortController): Promise<void> {
  try {
    await showDeviceCode(prompt);
  } catch {
    ended.abort();
  }
}
