import { basename, dirname } from "node:path";
import * as v from "valibot";
import {
  CancellationError,
  l10n,
  type Memento,
  type QuickInputButton,
  type QuickPickItem,
  ThemeIcon,
  window,
} from "vscode";
import { messageText } from "../../platform/plain-text.ts";
import { type SettingValue, setting } from "../../platform/settings.ts";
import { browseForPem, choosePrivateKey } from "../commands/choose-key-file.ts";
import type { Services } from "../services.ts";
import { chooseLoginMethod } from "../signing-in/choose-login-method.ts";
import { themeIcon } from "../theme.ts";
import { certificateWay } from "./sign-with-certificate.ts";
import { keyWay } from "./sign-with-key.ts";
import { loginWay } from "./sign-with-login.ts";
import type { SigningWay } from "./signing-way.ts";

const LAST = "lastSigningWay";
const KIND = v.fallback(v.optional(v.picklist(["login", "key", "certificate", "token", "kms"])), undefined);
type Kind = "login" | "key" | "certificate" | "token" | "kms";

const privateKeyDetail = () => l10n.t("An EC key in a PEM file; whoever has the public key can verify");

interface WayItem extends QuickPickItem {
  readonly kindOfWay: Kind;
  make(): Promise<SigningWay> | SigningWay;
}

/**
 * How a model is signed: the way used last comes first.
 *
 * @throws CancellationError, and what the way itself throws
 */
export async function chooseWay(title: string, services: Services): Promise<SigningWay> {
  return choose(title, services, () => wayItems(title, services));
}

async function choose(title: string, services: Services, items: () => WayItem[]): Promise<SigningWay> {
  for (;;) {
    const chosen = await pickOne(title, services, items);
    if (chosen === "login method") {
      await chooseLoginMethod();
    } else {
      const way = await chosen.make();
      await remember(chosen.kindOfWay, services.state);
      return way;
    }
  }
}

/**
 * The same, each time from the start: no way comes first because it was used last, and the key is asked for.
 *
 * @throws CancellationError, and what the way itself throws
 */
export async function chooseAnyWay(title: string, services: Services): Promise<SigningWay> {
  return choose(title, services, () => [
    ...loginItems(title, services),
    {
      kindOfWay: "key",
      label: l10n.t("Private Key…"),
      detail: privateKeyDetail(),
      iconPath: themeIcon("key"),
      make: async () => keyWay(await choosePrivateKey(title, services.keyFiles), title, services),
    },
    ...certificateItems(title, services),
    ...tokenItems(title, services),
    ...kmsItems(title, services),
  ]);
}

function wayItems(title: string, services: Services): WayItem[] {
  const last = v.parse(KIND, services.state.get<unknown>(LAST));
  const groups: readonly (readonly WayItem[])[] = [
    loginItems(title, services),
    keyItems(title, services),
    certificateItems(title, services),
    tokenItems(title, services),
    kmsItems(title, services),
  ];
  const [first, ...others] = [
    ...groups.filter(([item]) => item?.kindOfWay === last),
    ...groups.filter(([item]) => item?.kindOfWay !== last),
  ].flat();
  if (first === undefined) return [];
  if (last === undefined) return [first, ...others];
  const description = [first.description, l10n.t("last used")].filter((text) => text !== undefined).join(" · ");
  return [{ ...first, description }, ...others];
}

function remember(kind: Kind, state: Memento): Thenable<void> {
  return state.update(LAST, kind);
}

const GEAR: QuickInputButton = {
  iconPath: new ThemeIcon("gear"),
  get tooltip() {
    return l10n.t("How to Log In…");
  },
};
const LOG_OUT: QuickInputButton = {
  iconPath: new ThemeIcon("sign-out"),
  get tooltip() {
    return l10n.t("Log In as Somebody Else");
  },
};

/** @throws CancellationError */
function pickOne(title: string, services: Services, items: () => WayItem[]): Promise<WayItem | "login method"> {
  const pick = window.createQuickPick<WayItem>();
  pick.title = messageText(title);
  pick.placeholder = l10n.t("Choose how to sign");
  pick.matchOnDescription = true;
  pick.items = items();
  const { promise, resolve, reject } = Promise.withResolvers<WayItem | "login method">();
  pick.onDidAccept(() => {
    const [item] = pick.selectedItems;
    if (item !== undefined) resolve(item);
  });
  pick.onDidTriggerItemButton(({ button }) => {
    if (button === GEAR) return resolve("login method");
    services.login.logOut();
    pick.items = items();
  });
  pick.onDidHide(() => reject(new CancellationError()));
  pick.show();
  return promise.finally(() => pick.dispose());
}

function loginItems(title: string, services: Services): WayItem[] {
  const { loggedIn } = services.login;
  const instance = setting("sigstoreInstance");
  return [
    {
      kindOfWay: "login",
      label: l10n.t("Browser Login"),
      description: loggedIn === undefined ? instanceText(instance) : l10n.t("as {0}", messageText(loggedIn)),
      detail: l10n.t("Your e-mail address is the signer; no key to keep"),
      iconPath: themeIcon("globe"),
      buttons: loggedIn === undefined ? [GEAR] : [LOG_OUT, GEAR],
      make: () => loginWay(title, services),
    },
  ];
}

function instanceText(instance: SettingValue<"sigstoreInstance">): string {
  if (instance === "public") return l10n.t("Sigstore, public instance");
  if (instance === "staging") return l10n.t("Sigstore, staging instance");
  return l10n.t("private Sigstore instance, {0}", messageText(basename(instance)));
}

function keyItems(title: string, services: Services): WayItem[] {
  const { keyFiles } = services;
  const items = keyFiles.recent.map(
    (file): WayItem => ({
      kindOfWay: "key",
      label: messageText(basename(file)),
      description: messageText(dirname(file)),
      iconPath: themeIcon("key"),
      make: () => keyWay(file, title, services),
    }),
  );
  const browse: WayItem = {
    kindOfWay: "key",
    label: l10n.t("Private Key File…"),
    detail: privateKeyDetail(),
    iconPath: themeIcon("key"),
    make: async () => keyWay(await browseForPem(l10n.t("Choose a Private Key"), keyFiles), title, services),
  };
  return [...items, browse];
}

function certificateItems(title: string, services: Services): WayItem[] {
  return [
    {
      kindOfWay: "certificate",
      label: l10n.t("Certificate and Key…"),
      detail: l10n.t("Issued to you by your organisation; whoever knows its root can verify"),
      iconPath: themeIcon("shield"),
      make: () => certificateWay(title, services),
    },
  ];
}

function tokenItems(title: string, services: Services): WayItem[] {
  return [
    {
      kindOfWay: "token",
      label: l10n.t("Security Key (PKCS#11)…"),
      detail: l10n.t("A key that never leaves its token or smart card"),
      iconPath: themeIcon("lock"),
      make: async () => (await import("./sign-with-token.ts")).tokenWay(title, services),
    },
  ];
}

function kmsItems(title: string, services: Services): WayItem[] {
  return [
    {
      kindOfWay: "kms",
      label: l10n.t("Key in a Cloud or Vault…"),
      detail: l10n.t("A key behind a Sigstore key management plugin"),
      iconPath: themeIcon("cloud"),
      make: async () => (await import("./sign-with-kms.ts")).kmsWay(title, services),
    },
  ];
}
