import { CancellationError, env, l10n, ThemeIcon, Uri, window } from "vscode";
import type { DevicePrompt } from "../../login/login-options.ts";
import { messageText } from "../../platform/plain-text.ts";

/** @throws Error if the user or the system does not open it */
export async function openExternal(url: string): Promise<void> {
  // VS Code decodes the address and encodes it anew: a plus for a space would become a plus.
  if (!(await env.openExternal(Uri.parse(url.replaceAll("+", "%20"))))) throw new Error("The browser was not opened.");
}

/** Shows a code to enter at the identity provider, in any browser of any machine. @throws CancellationError */
export async function showDeviceCode({ url, urlWithCode, userCode }: DevicePrompt): Promise<void> {
  const open = l10n.t("Copy Code and Open Browser");
  const copy = l10n.t("Copy Address Only");
  const question = l10n.t("Log in with the code {0}", messageText(userCode));
  const detail = l10n.t(
    "Enter it at {0}, in this browser or on another device. Continue there only if the page shows the same code.",
    messageText(url),
  );
  const answer = await window.showInformationMessage(question, { modal: true, detail }, open, copy);
  if (answer === undefined) throw new CancellationError();
  await env.clipboard.writeText(answer === open ? userCode : (urlWithCode ?? url));
  if (answer === open) await openExternal(urlWithCode ?? url);
}

/** Opens the identity provider's page and asks for the code that it shows; undefined if the user cancels. */
export async function askForCode(title: string, url: string, signal: AbortSignal): Promise<string | undefined> {
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
