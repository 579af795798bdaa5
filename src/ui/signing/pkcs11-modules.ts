import { mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CancellationError, l10n, type Memento, type QuickPickItem, Uri, window } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import { ActionableError } from "../../platform/commands.ts";
import { messageText } from "../../platform/plain-text.ts";
import { texts } from "../../platform/shapes.ts";
import type { Services } from "../services.ts";
import { themeIcon } from "../theme.ts";

/** Paths of the modules that the user has used, the last first. A workspace cannot set them. */
const MODULES = "pkcs11Modules";
const LIMIT = 5;
/** Folder of the extension's storage for what is native, which the extension does not bring. */
const NATIVE = "native";

/**
 * The module of the user's tokens: one used before, one that this machine has in a usual place, or a file.
 *
 * @throws CancellationError
 */
export async function chooseModule(title: string, state: Memento): Promise<string> {
  const { usualModules } = await import("../../core/signing/pkcs11/find-module.ts");
  const used = texts(state.get<unknown>(MODULES));
  const paths = [...new Set([...used, ...(await usualModules())])];
  const items: (QuickPickItem & { readonly path?: string })[] = paths.map((path, index) => ({
    path,
    label: messageText(basename(path)),
    description: messageText(dirname(path)),
    iconPath: themeIcon("extensions"),
    ...(index === 0 && used.length > 0 && { detail: l10n.t("last used") }),
  }));
  items.push({ label: l10n.t("Choose Module File…"), iconPath: themeIcon("folder-opened") });
  const chosen = await window.showQuickPick(items, {
    title: messageText(title),
    placeHolder: l10n.t("Choose the PKCS#11 module of your token"),
    matchOnDescription: true,
  });
  if (chosen === undefined) throw new CancellationError();
  return chosen.path ?? browse(used);
}

async function browse([last]: readonly string[]): Promise<string> {
  const defaultUri = Uri.file(last === undefined ? "/usr/lib" : dirname(last));
  const options = { title: l10n.t("Choose a PKCS#11 Module"), openLabel: l10n.t("Choose"), defaultUri };
  const [uri] = (await window.showOpenDialog(options)) ?? [];
  if (uri === undefined) throw new CancellationError();
  return uri.fsPath;
}

export async function rememberModule(path: string, state: Memento): Promise<void> {
  const others = texts(state.get<unknown>(MODULES)).filter((other) => other !== path);
  await state.update(MODULES, [path, ...others].slice(0, LIMIT));
}

/** Where the user may install what loads modules. */
export function koffiFolder({ storage }: Pick<Services, "storage">): string {
  return join(storage, NATIVE);
}

/** The same error, with a button where something has to be installed. The user starts the command themselves. */
export function withInstall(error: unknown, services: Pick<Services, "storage">): unknown {
  if (!(error instanceof ProvenanceError) || error.code !== "PKCS11_NOT_INSTALLED") return error;
  const { package: name } = error.details;
  const run = (): void => {
    const cwd = koffiFolder(services);
    mkdirSync(cwd, { recursive: true });
    const terminal = window.createTerminal({ name: "koffi", cwd });
    terminal.show();
    terminal.sendText(`npm install --prefix . --ignore-scripts ${name}`, false);
  };
  const message = l10n.t(
    "Security keys need the npm package koffi, which this extension does not bring. Install it, then sign again; or sign in a terminal with model-provenance.",
  );
  return new ActionableError(message, { label: l10n.t("Install in Terminal…"), run }, { cause: error });
}
