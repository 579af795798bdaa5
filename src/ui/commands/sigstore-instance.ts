import { basename } from "node:path";
import { env, l10n, type Memento, type QuickPickItem } from "vscode";
import { ProvenanceError } from "../../core/errors.ts";
import type { TrustRoot } from "../../core/verification/trust-root.ts";
import { ActionableError, notify } from "../../platform/commands.ts";
import { messageText } from "../../platform/plain-text.ts";
import { withProgress } from "../../platform/progress.ts";
import { RecentFiles } from "../../platform/recent-files.ts";
import { isImageDisk } from "../../platform/remote-names.ts";
import { PUBLIC, STAGING } from "../../platform/setting-shapes.ts";
import { changeSetting, setting } from "../../platform/settings.ts";
import { isPrivateInstance, readConfiguration } from "../../platform/sigstore-roots.ts";
import { pickFile, pickItem } from "../ask.ts";
import { EDITOR } from "../localizer.ts";
import { errorSentence } from "../model-text.ts";
import type { Services } from "../services.ts";
import { themeIcon } from "../theme.ts";

/** Select Sigstore Instance: selects the instance to sign with, and to verify keyless signatures against. */
export async function selectSigstoreInstance(services: Services): Promise<void> {
  const now = setting("sigstoreInstance");
  const { recent } = privateInstances(services.state);
  const known = isPrivateInstance(now) ? [now, ...recent.filter((file) => file !== now)] : recent;
  const item = (name: string | undefined, label: string, detail: string, icon: string) => ({
    name,
    label,
    detail,
    iconPath: themeIcon(icon),
    ...(name === now ? { description: l10n.t("now") } : {}),
  });
  const items: (QuickPickItem & { readonly name: string | undefined })[] = [
    item(
      PUBLIC,
      l10n.t("Public"),
      l10n.t("Sigstore's public instance; entries in its log are public and permanent"),
      "globe",
    ),
    item(
      STAGING,
      l10n.t("Staging"),
      l10n.t("Sigstore's instance for tests; not trusted by default anywhere"),
      "beaker",
    ),
    ...known.map((file) => item(file, messageText(basename(file)), messageText(file), "server")),
    item(
      undefined,
      l10n.t("Private Instance…"),
      l10n.t("A ClientTrustConfig file (JSON) with its trust root and services"),
      "folder-opened",
    ),
  ];
  const options = {
    title: l10n.t("Select Sigstore Instance"),
    placeHolder: l10n.t("Select the instance to sign and verify with"),
  };
  const name = (await pickItem(items, options)).name ?? (await browse());
  if (isPrivateInstance(name) && isImageDisk(env.remoteName)) {
    const message = l10n.t(
      "A private instance cannot be used in a container or codespace, where a repository can choose the disk image that contains its configuration.",
    );
    throw new ProvenanceError("USAGE", message);
  }
  if (name === now) return;
  // A configuration that cannot be read is rejected before it is set.
  if (isPrivateInstance(name)) await requireConfiguration(name, services);
  await changeSetting("sigstoreInstance", name);
  if (isPrivateInstance(name)) await privateInstances(services.state).used(name);
  services.login.logOut();
  const text = l10n.t("Browser logins now sign with {0}, and its signatures are verified.", instanceText(name));
  notify(services.log, "information", text);
}

async function requireConfiguration(file: string, services: Services): Promise<void> {
  try {
    await readConfiguration(file);
  } catch (error) {
    const action = { label: l10n.t("Select Again…"), run: () => selectSigstoreInstance(services) };
    throw new ActionableError(errorSentence(error), action, { cause: error });
  }
}

function privateInstances(state: Memento): RecentFiles {
  return new RecentFiles(state, "privateSigstoreInstances");
}

/** The name of an instance in a sentence. */
export function instanceText(name: string): string {
  if (name === PUBLIC) return l10n.t("Sigstore's public instance");
  if (name === STAGING) return l10n.t("Sigstore's staging instance");
  return l10n.t("the private Sigstore instance {0}", messageText(basename(name)));
}

function browse(): Promise<string> {
  const title = l10n.t("Choose the Configuration of a Private Instance");
  return pickFile({ title, filters: { JSON: ["json"], "*": ["*"] } });
}

/** Refresh Trust Root: fetches the instance's current keys and certificates. */
export async function refreshTrustRoot(services: Services): Promise<TrustRoot> {
  const root = await withProgress(l10n.t("Refreshing the trust root of Sigstore"), (_report, signal) =>
    services.sigstore.refresh(signal),
  );
  const text =
    root.asOf === undefined
      ? l10n.t("The trust root was read again from {0}.", root.label)
      : l10n.t("The trust root of {0} is current, {1}.", root.label, EDITOR.time(root.asOf));
  notify(services.log, "information", text);
  return root;
}
