import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, extname, join } from "node:path";
import * as v from "valibot";
import { CancellationError, l10n, type Memento, type QuickPickItem, Uri, window } from "vscode";
import { messageText } from "../../platform/plain-text.ts";
import { themeIcon } from "../theme.ts";

const RECENT = "recentPrivateKeys";
const RECENT_LIMIT = 5;
const RECENT_SCHEMA = v.fallback(v.array(v.string()), []);
const FILTERS = { PEM: ["pem", "key", "pub", "crt", "cer"], "*": ["*"] };

/** Where the person's key files are: paths of private keys used before, and copies of public keys that are trusted. */
export class KeyFiles {
  readonly #state: Memento;
  readonly #own: string;

  /** @param own the extension's own folder, outside any workspace */
  constructor(state: Memento, own: string) {
    this.#state = state;
    this.#own = own;
  }

  /** Absolute paths, last used first. */
  get recent(): readonly string[] {
    return v.parse(RECENT_SCHEMA, this.#state.get<unknown>(RECENT));
  }

  /** Where to look for a key: beside the last one, else at home; never in a workspace by default. */
  get folder(): Uri {
    const [last] = this.recent;
    return Uri.file(last === undefined ? homedir() : dirname(last));
  }

  async used(file: string): Promise<void> {
    await this.#state.update(RECENT, [file, ...this.recent.filter((other) => other !== file)].slice(0, RECENT_LIMIT));
  }

  async gone(file: string): Promise<void> {
    await this.#state.update(
      RECENT,
      this.recent.filter((other) => other !== file),
    );
  }

  /** Writes a public key or certificate where no workspace reaches it, and returns the path. */
  async keepCopy(label: string, pem: string): Promise<string> {
    const digest = createHash("sha256").update(pem).digest("hex").slice(0, 8);
    const file = join(this.#own, "trusted", digest, label);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, pem);
    return file;
  }
}

/** The private key to sign with: one used before, or a file. */
export async function choosePrivateKey(title: string, keyFiles: KeyFiles): Promise<string> {
  const { recent } = keyFiles;
  const browse = (): Promise<string> => browseForPem(l10n.t("Choose a Private Key"), keyFiles);
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

/** @throws CancellationError */
export async function browseForPem(title: string, keyFiles: KeyFiles): Promise<string> {
  const options = { title, openLabel: l10n.t("Choose"), filters: FILTERS, defaultUri: keyFiles.folder };
  const [uri] = (await window.showOpenDialog(options)) ?? [];
  if (uri === undefined) throw new CancellationError();
  return uri.fsPath;
}

/** `prod.pem` has the public key `prod.pub`. */
export function publicLabel(privateLabel: string): string {
  return `${privateLabel.slice(0, privateLabel.length - extname(privateLabel).length)}.pub`;
}
