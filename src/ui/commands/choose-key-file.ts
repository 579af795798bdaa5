import { extname } from "node:path";
import { l10n, type Uri } from "vscode";
import type { RecentFiles } from "../../platform/recent-files.ts";
import { pickFile, pickRecentFile } from "../ask.ts";

const FILTERS = { PEM: ["pem", "key", "pub", "crt", "cer"], "*": ["*"] };

/** Asks for the private key to sign with: a recent one, or a file. @throws CancellationError */
export async function choosePrivateKey(title: string, { recent, folder }: RecentFiles): Promise<string> {
  const browse = (): Promise<string> => browseForPem(l10n.t("Choose a Private Key"), folder);
  if (recent.length === 0) return browse();
  const other = l10n.t("Choose Private Key File…");
  const placeHolder = l10n.t("Choose the private key to sign with");
  return pickRecentFile({ title, placeHolder, icon: "key", files: recent, hasLast: true, other, browse });
}

/**
 * @param folder where the dialog starts, if not where all do
 * @throws CancellationError
 */
export function browseForPem(title: string, folder?: Uri): Promise<string> {
  return pickFile({ title, filters: FILTERS, ...(folder && { defaultUri: folder }) });
}

/** `prod.pem` has the public key `prod.pub`. */
export function publicLabel(privateLabel: string): string {
  return `${privateLabel.slice(0, privateLabel.length - extname(privateLabel).length)}.pub`;
}
