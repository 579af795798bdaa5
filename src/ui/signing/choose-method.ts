import { basename, dirname } from "node:path";
import { CancellationError, l10n, type QuickInputButton, type QuickPickItem, ThemeIcon, window } from "vscode";
import { messageText } from "../../platform/plain-text.ts";
import { setting } from "../../platform/settings.ts";
import { browseForPem, choosePrivateKey } from "../commands/choose-key-file.ts";
import type { Services } from "../services.ts";
import { chooseLoginMethod } from "../signing-in/choose-login-method.ts";
import { themeIcon } from "../theme.ts";
import { certificateSigningMethod } from "./sign-with-certificate.ts";
import { keySigningMethod } from "./sign-with-key.ts";
import { loginSigningMethod } from "./sign-with-login.ts";
import type { SigningMethod } from "./signing-method.ts";

const LAST_USED = "lastSigningMethod";

interface MethodItem extends QuickPickItem {
  readonly method: "login" | "key" | "certificate" | "token" | "kms";
  make(): Promise<SigningMethod> | SigningMethod;
}

/**
 * Asks how to sign a model. The method used last comes first.
 *
 * @throws CancellationError, and what the method itself throws
 */
export function chooseSigningMethod(title: string, services: Services): Promise<SigningMethod> {
  return choose(title, services, () => {
    const last = services.state.get<unknown>(LAST_USED);
    const items = [loginItem(title, services), ...recentKeyItems(title, services), ...otherItems(title, services)];
    const [first, ...others] = items.toSorted((a, b) => Number(b.method === last) - Number(a.method === last));
    if (first === undefined || first.method !== last) return items;
    const description = [first.description, l10n.t("last used")].filter((text) => text !== undefined).join(" · ");
    return [{ ...first, description }, ...others];
  });
}

/**
 * Asks how to sign a model, regardless of what was used before.
 *
 * @throws CancellationError, and what the method itself throws
 */
export function chooseAnotherSigningMethod(title: string, services: Services): Promise<SigningMethod> {
  const key = () => choosePrivateKey(title, services.keyFiles);
  return choose(title, services, () => [
    loginItem(title, services),
    keyItem(l10n.t("Private Key…"), key, title, services),
    newKeyItem(title, services),
    ...otherItems(title, services),
  ]);
}

async function choose(title: string, services: Services, items: () => MethodItem[]): Promise<SigningMethod> {
  for (;;) {
    const { item, button } = await pickOne(title, items());
    if (button === GEAR) await chooseLoginMethod();
    else if (button === LOG_OUT) services.login.logOut();
    else {
      const method = await item.make();
      await services.state.update(LAST_USED, item.method);
      return method;
    }
  }
}

const GEAR: QuickInputButton = {
  iconPath: new ThemeIcon("gear"),
  get tooltip() {
    return l10n.t("Login Method…");
  },
};
const LOG_OUT: QuickInputButton = {
  iconPath: new ThemeIcon("sign-out"),
  get tooltip() {
    return l10n.t("Use a Different Account");
  },
};

interface Picked {
  readonly item: MethodItem;
  /** That was pressed instead of the item. */
  readonly button?: QuickInputButton;
}

/** @throws CancellationError */
function pickOne(title: string, items: readonly MethodItem[]): Promise<Picked> {
  const pick = window.createQuickPick<MethodItem>();
  pick.title = messageText(title);
  pick.placeholder = l10n.t("Select how to sign");
  pick.matchOnDescription = true;
  pick.items = items;
  const { promise, resolve, reject } = Promise.withResolvers<Picked>();
  pick.onDidAccept(() => {
    const [item] = pick.selectedItems;
    if (item !== undefined) resolve({ item });
  });
  pick.onDidTriggerItemButton(resolve);
  pick.onDidHide(() => reject(new CancellationError()));
  pick.show();
  return promise.finally(() => pick.dispose());
}

function loginItem(title: string, services: Services): MethodItem {
  const { loggedIn } = services.login;
  return {
    method: "login",
    label: l10n.t("Browser Login"),
    description: loggedIn === undefined ? instanceText() : l10n.t("as {0}", messageText(loggedIn)),
    detail: l10n.t("Signs as your e-mail address, without a key to manage"),
    iconPath: themeIcon("globe"),
    buttons: loggedIn === undefined ? [GEAR] : [LOG_OUT, GEAR],
    make: () => loginSigningMethod(title, services),
  };
}

function instanceText(): string {
  const instance = setting("sigstoreInstance");
  if (instance === "public") return l10n.t("Sigstore, public instance");
  if (instance === "staging") return l10n.t("Sigstore, staging instance");
  return l10n.t("private Sigstore instance, {0}", messageText(basename(instance)));
}

function recentKeyItems(title: string, services: Services): MethodItem[] {
  const { keyFiles } = services;
  const items = keyFiles.recent.map(
    (file): MethodItem => ({
      method: "key",
      label: messageText(basename(file)),
      description: messageText(dirname(file)),
      iconPath: themeIcon("key"),
      make: () => keySigningMethod(file, title, services),
    }),
  );
  const browse = () => browseForPem(l10n.t("Choose a Private Key"), keyFiles.folder);
  return [
    ...items,
    keyItem(l10n.t("Private Key File…"), browse, title, services),
    // Those who have a key find this below "Sign Model With Another Method…".
    ...(items.length === 0 ? [newKeyItem(title, services)] : []),
  ];
}

function keyItem(label: string, chooseFile: () => Promise<string>, title: string, services: Services): MethodItem {
  return {
    method: "key",
    label,
    detail: l10n.t("An EC key in a PEM file. Anyone with the public key can verify."),
    iconPath: themeIcon("key"),
    make: async () => keySigningMethod(await chooseFile(), title, services),
  };
}

function newKeyItem(title: string, services: Services): MethodItem {
  return {
    method: "key",
    label: l10n.t("Create Key Pair…"),
    detail: l10n.t("If you have no key yet: a private key to sign with, a public key for others"),
    iconPath: themeIcon("add"),
    make: async () => {
      const { createKeyPair } = await import("../commands/create-key-pair.ts");
      const { file, passphrase } = await createKeyPair(services);
      return keySigningMethod(file, title, services, passphrase);
    },
  };
}

function otherItems(title: string, services: Services): MethodItem[] {
  return [
    {
      method: "certificate",
      label: l10n.t("Certificate and Key…"),
      detail: l10n.t("Issued by your organization. Anyone with its root certificate can verify."),
      iconPath: themeIcon("shield"),
      make: () => certificateSigningMethod(title, services),
    },
    {
      method: "token",
      label: l10n.t("Security Key (PKCS#11)…"),
      detail: l10n.t("A key that never leaves its token or smart card"),
      iconPath: themeIcon("lock"),
      make: async () => (await import("./sign-with-token.ts")).tokenSigningMethod(title, services),
    },
    {
      method: "kms",
      label: l10n.t("Key in a Cloud or Vault…"),
      detail: l10n.t("A key behind a Sigstore key management plugin"),
      iconPath: themeIcon("cloud"),
      make: async () => (await import("./sign-with-kms.ts")).kmsSigningMethod(title, services),
    },
  ];
}
