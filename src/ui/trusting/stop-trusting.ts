import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import { CancellationError, l10n, type QuickPickItem, window } from "vscode";
import { notify } from "../../platform/commands.ts";
import { messageText } from "../../platform/plain-text.ts";
import { changeSetting, setting } from "../../platform/settings.ts";
import type { Services } from "../services.ts";
import { themeIcon } from "../theme.ts";

const NAMES = ["trustedKeys", "trustedCertificates", "trustedIdentities"] as const;
type Name = (typeof NAMES)[number];

const Source = v.object({ label: v.string() });
const Identity = v.object({ identity: v.string(), issuer: v.string() });

interface TrustedItem extends QuickPickItem {
  readonly name: Name;
  readonly entry: unknown;
}

/**
 * Stop Trusting…: removes keys, root certificates and identities from the user's settings. Models that they accepted are
 * verified again.
 *
 * @throws CancellationError
 */
export async function stopTrusting({ log }: Services): Promise<void> {
  const items = NAMES.flatMap((name) => setting(name).map((entry) => itemOf(name, entry)));
  if (items.length === 0) {
    notify(log, "information", l10n.t("Your settings trust no signer. Signers that a policy accepts are in its file."));
    return;
  }
  const title = l10n.t("Stop Trusting");
  const placeHolder = l10n.t("Select what to remove from your settings");
  const chosen = await window.showQuickPick(items, { title, placeHolder, canPickMany: true, matchOnDescription: true });
  if (chosen === undefined || chosen.length === 0) throw new CancellationError();
  for (const name of NAMES) {
    const removed = chosen.filter((item) => item.name === name).map(({ entry }) => entry);
    if (removed.length === 0) continue;
    const left = setting(name).filter((entry) => !removed.some((other) => isDeepStrictEqual(entry, other)));
    await changeSetting(name, left);
  }
  const text =
    chosen.length === 1
      ? l10n.t("{0} is no longer trusted.", chosen[0]?.label ?? "")
      : l10n.t("{0} signers are no longer trusted.", chosen.length);
  notify(log, "information", text);
}

function itemOf(name: Name, entry: unknown): TrustedItem {
  const [icon, kind] = {
    trustedKeys: ["key", l10n.t("public key")],
    trustedCertificates: ["shield", l10n.t("root certificate")],
    trustedIdentities: ["account", l10n.t("identity")],
  }[name];
  const identity = v.safeParse(Identity, entry);
  const source = v.safeParse(Source, entry);
  const label = identity.success
    ? identity.output.identity
    : source.success
      ? source.output.label
      : l10n.t("(not valid)");
  const description = identity.success ? `${kind}, ${identity.output.issuer}` : kind;
  return {
    name,
    entry,
    label: messageText(label),
    description: messageText(description ?? ""),
    iconPath: themeIcon(icon ?? ""),
  };
}
