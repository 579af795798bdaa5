import type { KeyObject } from "node:crypto";
import { mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CancellationError, l10n, type Memento, type QuickPickItem, Uri, window } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { Token } from "../../core/signing/pkcs11/token.ts";
import type { TokenKey } from "../../core/signing/pkcs11/token-keys.ts";
import type { PemSource } from "../../core/trust.ts";
import { ActionableError } from "../../platform/commands.ts";
import { messageText } from "../../platform/plain-text.ts";
import { withProgress } from "../../platform/progress.ts";
import { texts } from "../../platform/shapes.ts";
import type { Services } from "../services.ts";
import { themeIcon } from "../theme.ts";
import { chooseChain, offerToTrustRoot } from "./sign-with-certificate.ts";
import { offerToTrustKey } from "./sign-with-key.ts";
import type { SigningMethod } from "./signing-method.ts";
import { tokenPin } from "./token-pin.ts";

/**
 * Signs with a key in a PKCS #11 token. Asks for the module, the token and the key; nothing stays open until it signs.
 *
 * @throws CancellationError, PKCS11_*
 */
export async function tokenSigningMethod(title: string, services: Services): Promise<SigningMethod> {
  const path = await chooseModule(title, services.state);
  const { ModuleProcess } = await import("../../core/signing/pkcs11/module-process.ts");
  const koffi = koffiFolder(services);
  const module = await withProgress(l10n.t("Searching for tokens"), (_, signal) =>
    ModuleProcess.open(path, { koffi, signal }),
  ).catch((error: unknown) => {
    throw withInstall(error, services);
  });
  try {
    const token = await chooseToken(title, await module.tokens());
    await rememberModule(path, services.state);
    const pin = await tokenPin(module, token, title, services);
    const { tokenKeys } = await import("../../core/signing/pkcs11/token-keys.ts");
    const choice = await chooseKey(title, token, tokenKeys(await module.objects()));
    const chain = choice.certificate && (await chooseChain(title, choice.certificate));
    return await methodFor(choice, { path, token, pin, koffi, chain }, services);
  } finally {
    await module.close();
  }
}

interface OpenToken {
  readonly path: string;
  readonly token: Token;
  readonly pin: string | undefined;
  readonly koffi: string;
  readonly chain: readonly PemSource[] | undefined;
}

interface KeyChoice {
  readonly key: TokenKey;
  readonly publicKey: KeyObject;
  /** Where it signs with its certificate. */
  readonly certificate?: PemSource;
}

async function methodFor(
  { key, publicKey, certificate }: KeyChoice,
  { path, token, pin, koffi, chain }: OpenToken,
  services: Services,
): Promise<SigningMethod> {
  const { formatPkcs11Uri } = await import("../../core/signing/pkcs11/uri.ts");
  const { label, id } = key.object;
  const { label: tokenLabel, serial } = token;
  const uri = formatPkcs11Uri({ token: tokenLabel, serial, object: label, id, modulePath: path });
  const name = label === "" ? id : label;
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  return {
    question: (model) =>
      certificate === undefined
        ? l10n.t("Sign {0} with the key {1} on the token {2}?", model, name, tokenLabel)
        : l10n.t("Sign {0} with the certificate of {1} on the token {2}?", model, name, tokenLabel),
    notes: [l10n.t("The token may have to be touched when it signs.")],
    identity: async () => ({
      method: "pkcs11",
      uri,
      koffi,
      ...(pin !== undefined && { pin: () => pin }),
      ...(chain !== undefined && { certificate: "token", chain }),
    }),
    done: (model) => l10n.t("Signed {0} with the key {1} on the token {2}.", model, name, tokenLabel),
    offerTrust: (verdict) =>
      certificate === undefined
        ? offerToTrustKey(verdict, { label: `${name} (${tokenLabel})`, pem }, services)
        : offerToTrustRoot(verdict, services),
  };
}

async function chooseToken(title: string, tokens: readonly Token[]): Promise<Token> {
  const { noToken } = await import("../../core/signing/pkcs11/select-token.ts");
  if (tokens.length === 0) throw noToken();
  const items = tokens.map((token) => ({
    token,
    label: messageText(token.label),
    description: l10n.t("serial number {0}", messageText(token.serial)),
    detail: messageText([token.manufacturer, token.model].filter((text) => text !== "").join(" · ")),
    iconPath: themeIcon("lock"),
  }));
  return (await choose(title, l10n.t("Select the token"), items)).token;
}

async function chooseKey(title: string, token: Token, keys: readonly TokenKey[]): Promise<KeyChoice> {
  const items = keys.flatMap((key) => {
    const { publicKey, curve, certificate } = key;
    if (publicKey === undefined || curve === undefined) return [];
    const item = { key, publicKey, ...keyText(key), iconPath: themeIcon("key") };
    if (certificate === undefined) return [item];
    const detail = l10n.t("With its certificate: {0}", messageText(certificate.label));
    return [item, { ...item, certificate, detail, iconPath: themeIcon("shield") }];
  });
  if (items.length === 0) {
    const { keyError } = await import("../../core/signing/pkcs11/token-keys.ts");
    throw keyError(
      l10n.t("The token {0} has no key that can sign models: P-256, P-384 or P-521.", messageText(token.label)),
      token.label,
    );
  }
  return choose(title, l10n.t("Select the key to sign with"), items);
}

function keyText({ object, curve }: TokenKey): { readonly label: string; readonly description: string } {
  const label = messageText(object.label === "" ? object.id : object.label);
  const description = [curve, object.id === "" ? undefined : l10n.t("id {0}", object.id)];
  return { label, description: description.filter((text) => text !== undefined).join(" · ") };
}

async function choose<T extends QuickPickItem>(title: string, placeHolder: string, items: readonly T[]): Promise<T> {
  const chosen = await window.showQuickPick(items, {
    title: messageText(title),
    placeHolder,
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  if (chosen === undefined) throw new CancellationError();
  return chosen;
}

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
async function chooseModule(title: string, state: Memento): Promise<string> {
  const { usualModules } = await import("../../core/signing/pkcs11/usual-modules.ts");
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
  const { usualPlaces } = await import("../../core/signing/pkcs11/usual-modules.ts");
  const defaultUri = Uri.file(last === undefined ? usualPlaces().libraries : dirname(last));
  const options = { title: l10n.t("Choose a PKCS#11 Module"), openLabel: l10n.t("Choose"), defaultUri };
  const [uri] = (await window.showOpenDialog(options)) ?? [];
  if (uri === undefined) throw new CancellationError();
  return uri.fsPath;
}

async function rememberModule(path: string, state: Memento): Promise<void> {
  const others = texts(state.get<unknown>(MODULES)).filter((other) => other !== path);
  await state.update(MODULES, [path, ...others].slice(0, LIMIT));
}

/** Where the user may install what loads modules. */
function koffiFolder({ storage }: Pick<Services, "storage">): string {
  return join(storage, NATIVE);
}

/** The same error, with a button where something has to be installed. The user starts the command themselves. */
function withInstall(error: unknown, services: Pick<Services, "storage">): unknown {
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
