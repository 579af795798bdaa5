import { l10n, type QuickPickItem, window } from "vscode";
import { changeSetting, type SettingValue, setting } from "../../platform/settings.ts";
import { themeIcon } from "../theme.ts";

type Method = SettingValue<"loginMethod">;

/** Changes how the person logs in, from now on. Nothing changes where the list is closed. */
export async function chooseLoginMethod(): Promise<void> {
  const now = setting("loginMethod");
  const item = (method: Method, icon: string, label: string, detail: string): QuickPickItem & { method: Method } => ({
    method,
    label,
    detail,
    iconPath: themeIcon(icon),
    ...(method === now ? { description: l10n.t("now") } : {}),
  });
  const items = [
    item("auto", "wand", l10n.t("By Itself"), l10n.t("The browser where it can come back, otherwise a code")),
    item("browser", "globe", l10n.t("Browser"), l10n.t("The browser comes back to this machine by itself")),
    item("device", "device-mobile", l10n.t("Device Code"), l10n.t("A short code, typed in any browser")),
    item("code", "clippy", l10n.t("Pasted Code"), l10n.t("A code that any browser shows, pasted here")),
  ];
  const chosen = await window.showQuickPick(items, { title: l10n.t("How to Log In") });
  if (chosen !== undefined) await changeSetting("loginMethod", chosen.method);
}
