import type { KeyObject } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { l10n, Uri, window } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { SigningIdentity } from "../../core/operations/sign/sign.ts";
import type { Token } from "../../core/signing/pkcs11/token.ts";
import type { TokenKey } from "../../core/signing/pkcs11/token-keys.ts";
import type { PemSource } from "../../core/trust.ts";
import { ActionableError } from "../../platform/commands.ts";
import { messageText } from "../../platform/plain-text.ts";
import { withProgress } from "../../platform/progress.ts";
import { RecentFiles } from "../../platform/recent-files.ts";
import { pickFile, pickItem, pickRecentFile } from "../ask.ts";
import type { Services } from "../services.ts";
import { themeIcon } from "../theme.ts";
import { chooseChain } from "./sign-with-certificate.ts";
import type { SigningMethod } from "./signing-method.ts";
import { tokenPin } from "./token-pin.ts";

/**
 * Signs with a key in a PKCS #11 token. Asks for the module, the token and the key; nothing stays open until it signs.
 *
 * @throws CancellationError, PKCS11_*
 */
export async function tokenSigningMethod(title: string, services: Services): Promise<SigningMethod> {
  const modules = new RecentFiles(services.state, "pkcs11Modules");
  const path = await chooseModule(title, modules);
  const { ModuleProcess } = await import("../../core/signing/pkcs11/module-process.ts");
  // Where the user may install what loads modules, which is native: the extension does not bring it.
  const koffi = join(services.storage, "native");
  const module = await withProgress(l10n.t("Searching for tokens"), (_, signal) =>
    ModuleProcess.open(path, { koffi, signal }),
  ).catch((error: unknown) => {
    throw withInstall(error, koffi);
  });
  try {
    const token = await chooseToken(title, await module.tokens());
    await modules.used(path);
    const pin = await tokenPin(module, token, title, services);
    const { tokenKeys } = await import("../../core/signing/pkcs11/token-keys.ts");
    const choice = await chooseKey(title, token, tokenKeys(await module.objects()));
    const chain = choice.certificate && (await chooseChain(title, choice.certificate));
    const { label: object, id } = choice.key.object;
    const { formatPkcs11Uri } = await import("../../core/signing/pkcs11/uri.ts");
    const uri = formatPkcs11Uri({ token: token.label, serial: token.serial, object, id, modulePath: path });
    return methodFor(choice, token, {
      method: "pkcs11",
      uri,
      koffi,
      ...(pin !== undefined && { pin: () => pin }),
      ...(chain !== undefined && { certificate: "token", chain }),
    });
  } finally {
    await module.close();
  }
}

interface KeyChoice {
  readonly key: TokenKey;
  readonly publicKey: KeyObject;
  /** Where it signs with its certificate. */
  readonly certificate?: PemSource;
}

function methodFor(
  { key, publicKey, certificate }: KeyChoice,
  { label: tokenLabel }: Token,
  identity: SigningIdentity,
): SigningMethod {
  const { label, id } = key.object;
  const name = label === "" ? id : label;
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  return {
    question: (model) =>
      certificate === undefined
        ? l10n.t("Sign {0} with the key {1} on the token {2}?", model, name, tokenLabel)
        : l10n.t("Sign {0} with the certificate of {1} on the token {2}?", model, name, tokenLabel),
    notes: [l10n.t("The token may have to be touched when it signs.")],
    identity: async () => identity,
    done: (model) => l10n.t("Signed {0} with the key {1} on the token {2}.", model, name, tokenLabel),
    ...(certificate === undefined && { publicKey: { label: `${name} (${tokenLabel})`, pem } }),
  };
}

const PICK = { matchOnDescription: true, ignoreFocusOut: true };

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
  return (await pickItem(items, { ...PICK, title, placeHolder: l10n.t("Select the token") })).token;
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
  return pickItem(items, { ...PICK, title, placeHolder: l10n.t("Select the key to sign with") });
}

function keyText({ object, curve }: TokenKey): { readonly label: string; readonly description: string } {
  const label = messageText(object.label === "" ? object.id : object.label);
  const description = [curve, object.id === "" ? undefined : l10n.t("id {0}", object.id)];
  return { label, description: description.filter((text) => text !== undefined).join(" · ") };
}

/**
 * The module of the user's tokens: one used before, one that this machine has in a usual place, or a file.
 *
 * @throws CancellationError
 */
async function chooseModule(title: string, { recent, folder }: RecentFiles): Promise<string> {
  const { usualModules, usualPlaces } = await import("../../core/signing/pkcs11/usual-modules.ts");
  return pickRecentFile({
    title,
    placeHolder: l10n.t("Choose the PKCS#11 module of your token"),
    icon: "extensions",
    files: [...new Set([...recent, ...(await usualModules())])],
    hasLast: recent.length > 0,
    other: l10n.t("Choose Module File…"),
    browse: () => {
      const defaultUri = folder ?? Uri.file(usualPlaces().libraries);
      return pickFile({ title: l10n.t("Choose a PKCS#11 Module"), defaultUri });
    },
  });
}

/** The same error, with a button where something has to be installed. The user starts the command themselves. */
function withInstall(error: unknown, cwd: string): unknown {
  if (!(error instanceof ProvenanceError) || error.code !== "PKCS11_NOT_INSTALLED") return error;
  const { package: name } = error.details;
  const run = (): void => {
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
