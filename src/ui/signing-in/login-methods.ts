import { l10n } from "vscode";
import type { DevicePrompt, LoginMethod } from "../../login/login-options.ts";
import { setting } from "../../platform/settings.ts";
import { askForCode, openExternal, showDeviceCode } from "./code-dialogs.ts";
import { findLoopback } from "./loopback.ts";

export interface LoginRequest {
  /** URL of the OpenID issuer. */
  readonly issuer: string;
  /** What the login is for: `Sign llama-3-8b`. */
  readonly title: string;
  readonly signal: AbortSignal;
  /** Reports what the login waits for. */
  step(text: string): void;
}

/** Prepares one login method; undefined where it cannot work in this window. */
type LoginAttempt = (ended: AbortController) => Promise<LoginMethod | undefined>;

/** The login method of the settings, or all of them, the most convenient first. */
export function loginMethods(request: LoginRequest): LoginAttempt[] {
  const { title, step } = request;
  const browser = async (): Promise<LoginMethod> => ({ kind: "browser", openUrl: (url) => openAndWait(url, step) });
  const loopback: LoginAttempt = async () => {
    const found = await findLoopback();
    return found === undefined ? undefined : { ...(await browser()), ...found };
  };
  const device: LoginAttempt = async (ended) => ({
    kind: "device",
    showCode: (prompt) => {
      step(l10n.t("Waiting for the login: enter the code {0} at {1}", prompt.userCode, new URL(prompt.url).host));
      void offer(prompt, ended);
    },
  });
  const code: LoginAttempt = async () => ({
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
