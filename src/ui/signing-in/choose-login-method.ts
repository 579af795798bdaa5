import { l10n, type QuickPickItem, window } from "vscode";
import { changeSetting, type SettingValue, setting } from "../../platform/settings.ts";
import { themeIcon } from "../theme.ts";

type Method = SettingValue<"loginMethod">;

/** Asks how the user logs in, and changes the setting. */
export async function chooseLoginMethod(): Promise<void> {
  const now = setting("loginMethod");
  const item = (method: Method, icon: string, label: string, detail: string): QuickPickItem & { method: Method } => ({
    method,
    label,
    detail,
    iconPath: themeIcon(icon),
    ...(method === now ? { description: l10n.t("current") } : {}),
  });
  const items = [
    item("auto", "wand", l10n.t("Automatic"), l10n.t("The browser if it can return to this machine, otherwise a code")),
    item("browser", "globe", l10n.t("Browser"), l10n.t("The browser returns to this machine automatically")),
    item("device", "device-mobile", l10n.t("Device Code"), l10n.t("Enter a short code in any browser")),
    item("code", "clippy", l10n.t("Pasted Code"), l10n.t("Paste a code that any browser shows")),
  ];
  const chosen = await window.showQuickPick(items, { title: l10n.t("Login Method") });
  if (chosen !== undefined) await changeSetting("loginMethod", chosen.method);
}
