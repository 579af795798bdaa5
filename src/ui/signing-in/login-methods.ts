import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { CancellationError, env, l10n, ThemeIcon, UIKind, Uri, window } from "vscode";
import type { DevicePrompt, LoginMethod } from "../../login/login-options.ts";
import { messageText } from "../../platform/plain-text.ts";
import { setting } from "../../platform/settings.ts";
import { askInDialog } from "../ask.ts";

export interface LoginRequest {
  /** URL of the OpenID issuer. */
  readonly issuer: string;
  /** What the login is for: `Sign llama-3-8b`. */
  readonly title: string;
  readonly signal: AbortSignal;
  /** Reports what the login waits for. */
  step(text: string): void;
}

/**
 * The login method of the settings, or all that may work in this window, the most convenient first.
 *
 * @param ended is aborted when the user closes the dialog of a login
 */
export async function loginMethods(
  { title, step }: LoginRequest,
  ended: AbortController,
): Promise<readonly LoginMethod[]> {
  const browser: LoginMethod = {
    kind: "browser",
    openUrl: (url) => {
      step(l10n.t("Waiting for the login in your browser…"));
      return openExternal(url);
    },
  };
  const device: LoginMethod = {
    kind: "device",
    showCode: (prompt) => {
      step(l10n.t("Waiting for the login: enter the code {0} at {1}", prompt.userCode, new URL(prompt.url).host));
      showDeviceCode(prompt).catch(() => ended.abort());
    },
  };
  const code: LoginMethod = {
    kind: "code",
    askForCode: (url, signal) => {
      step(l10n.t("Waiting for the code that your browser shows…"));
      return askForCode(title, url, signal);
    },
  };
  const chosen = setting("loginMethod");
  if (chosen !== "auto") return [{ browser, device, code }[chosen]];
  const loopback = await findLoopback();
  return loopback === undefined ? [device, code] : [{ ...browser, ...loopback }, device, code];
}

const LOOPBACK_NAMES: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/**
 * A port of this machine, or any, that the user's browser reaches under a loopback address: identity providers redirect to no
 * other address. Undefined where there is none: the window is in a browser, or the port is forwarded as another one.
 */
async function findLoopback(): Promise<{ readonly port?: number } | undefined> {
  if (env.remoteName === undefined && env.uiKind === UIKind.Desktop) return {};
  const port = await freePort();
  const external = await env.asExternalUri(Uri.parse(`http://127.0.0.1:${port}/auth/callback`));
  const { protocol, hostname, port: externalPort } = new URL(external.toString(true));
  const same = protocol === "http:" && LOOPBACK_NAMES.includes(hostname) && externalPort === String(port);
  return same ? { port } : undefined;
}

/** Known before anything listens on it: VS Code forwards it by number. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  await once(probe.close(), "close");
  return port;
}

/** @throws Error if the user or the system does not open it */
async function openExternal(url: string): Promise<void> {
  // VS Code decodes the address and encodes it anew: a plus for a space would become a plus.
  if (!(await env.openExternal(Uri.parse(url.replaceAll("+", "%20"))))) throw new Error("The browser was not opened.");
}

/** Shows a code to enter at the identity provider, in any browser of any machine. @throws CancellationError */
async function showDeviceCode({ url, urlWithCode, userCode }: DevicePrompt): Promise<void> {
  const open = l10n.t("Copy Code and Open Browser");
  const copy = l10n.t("Copy Address Only");
  const question = l10n.t("Log in with the code {0}", userCode);
  const detail = l10n.t(
    "Enter it at {0}, in this browser or on another device. Continue there only if the page shows the same code.",
    url,
  );
  const answer = await askInDialog("information", question, [[detail]], open, copy);
  if (answer === undefined) throw new CancellationError();
  await env.clipboard.writeText(answer === open ? userCode : (urlWithCode ?? url));
  if (answer === open) await openExternal(urlWithCode ?? url);
}

/** Opens the identity provider's page and asks for the code that it shows; undefined if the user cancels. */
async function askForCode(title: string, url: string, signal: AbortSignal): Promise<string | undefined> {
  // Where the browser does not open, the address can be copied.
  await openExternal(url).catch(() => undefined);
  const again = { iconPath: new ThemeIcon("link-external"), tooltip: l10n.t("Open the Page Again") };
  const copy = { iconPath: new ThemeIcon("copy"), tooltip: l10n.t("Copy the Address") };
  const input = window.createInputBox();
  input.title = messageText(title);
  input.prompt = l10n.t("Log in on the page that has opened, then paste the code that it shows");
  input.ignoreFocusOut = true;
  input.buttons = [again, copy];
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const end = (): void => resolve(undefined);
  signal.addEventListener("abort", end, { once: true });
  input.onDidTriggerButton((button) => {
    if (button === copy) void env.clipboard.writeText(url);
    else void openExternal(url).catch(() => undefined);
  });
  input.onDidAccept(() => {
    if (input.value.trim() !== "") resolve(input.value);
  });
  input.onDidHide(end);
  input.show();
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", end);
    input.dispose();
  }
}
