import { basename, dirname, extname } from "node:path";
import { CancellationError, l10n, type QuickPickItem, type Uri, window } from "vscode";
import { dialogFolder } from "../../platform/dialog-folder.ts";
import { messageText } from "../../platform/plain-text.ts";
import { themeIcon } from "../theme.ts";
import type { KeyFiles } from "./key-files.ts";

const FILTERS = { PEM: ["pem", "key", "pub", "crt", "cer"], "*": ["*"] };

/** Asks for the private key to sign with: a recent one, or a file. */
export async function choosePrivateKey(title: string, keyFiles: KeyFiles): Promise<string> {
  const { recent } = keyFiles;
  const browse = (): Promise<string> => browseForPem(l10n.t("Choose a Private Key"), keyFiles.folder);
  if (recent.length === 0) return browse();
  const items: (QuickPickItem & { readonly file?: string })[] = recent.map((file, index) => ({
    file,
    label: messageText(basename(file)),
    description: messageText(dirname(file)),
    iconPath: themeIcon("key"),
    ...(index === 0 ? { detail: l10n.t("last used") } : {}),
  }));
  items.push({ label: l10n.t("Choose Private Key File…"), iconPath: themeIcon("folder-opened") });
  const chosen = await window.showQuickPick(items, {
    title: messageText(title),
    placeHolder: l10n.t("Choose the private key to sign with"),
  });
  if (chosen === undefined) throw new CancellationError();
  return chosen.file ?? browse();
}

/**
 * @param folder where the dialog starts
 * @throws CancellationError
 */
export async function browseForPem(title: string, folder: Uri = dialogFolder()): Promise<string> {
  const options = { title, openLabel: l10n.t("Choose"), filters: FILTERS, defaultUri: folder };
  const [uri] = (await window.showOpenDialog(options)) ?? [];
  if (uri === undefined) throw new CancellationError();
  return uri.fsPath;
}

/** `prod.pem` has the public key `prod.pub`. */
export function publicLabel(privateLabel: string): string {
  return `${privateLabel.slice(0, privateLabel.length - extname(privateLabel).length)}.pub`;
}
