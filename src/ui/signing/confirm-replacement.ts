import { basename } from "node:path";
import { l10n, type QuickPickItem, QuickPickItemKind, window } from "vscode";
import { signerText } from "../../core/presentation/signer-text.ts";
import type { NameList, Replacement } from "../../core/signing/replacement.ts";
import { messageText } from "../../platform/plain-text.ts";
import { themeIcon } from "../theme.ts";

/** Names in the question; the list behind its button has more. */
const NAMED = 5;

/**
 * Asks before files are signed that differ from the signature that is replaced. Enter shows the changes: the button that
 * signs is never the first.
 */
export async function confirmReplacement(name: string, replacement: Replacement): Promise<boolean> {
  const { changes, signature } = replacement;
  const sign = l10n.t("Sign Changed Files");
  const show = l10n.t("Show Changes");
  const detail = [
    [
      ...(changes.comparable ? [] : [notComparable()]),
      ...lines(l10n.t("Changed"), changes.changed),
      ...lines(l10n.t("Missing"), changes.missing),
      ...lines(l10n.t("Added"), changes.added),
    ].join("\n"),
    l10n.t(
      "Signing {0} replaces {1}: the files as they are now become what is signed. If you did not change them, cancel and find out who did.",
      messageText(name),
      messageText(basename(signature)),
    ),
  ].join("\n\n");
  for (;;) {
    const answer = await window.showWarningMessage(question(replacement), { modal: true, detail }, show, sign);
    if (answer !== show) return answer === sign;
    await showChanges(name, replacement);
  }
}

function question({ changes, signer, claimedSigner }: Replacement): string {
  const by =
    signer === undefined
      ? l10n.t("someone who claims to be {0}", messageText(claimedSigner))
      : messageText(signerText(signer, l10n.t));
  const lists = [changes.changed, changes.missing, changes.added];
  const count = lists.reduce((sum, list) => sum + list.count, 0);
  const [first = ""] = lists.flatMap(({ names }) => names.slice(0, 1));
  if (count === 0) return l10n.t("The files can't be compared with the signature by {0}", by);
  return count === 1
    ? l10n.t("1 file differs from the signature by {0}: {1}", by, messageText(first))
    : l10n.t("{0} files differ from the signature by {1}", count, by);
}

function notComparable(): string {
  return l10n.t("The signature has digests of another kind, so files of the same name can't be compared.");
}

function lines(label: string, { names, count }: NameList): string[] {
  if (count === 0) return [];
  const shown = names.slice(0, NAMED).map(messageText).join(", ");
  const more = count - Math.min(names.length, NAMED);
  return [
    more > 0
      ? l10n.t("{0} ({1}): {2} and {3} more", label, count, shown, more)
      : l10n.t("{0} ({1}): {2}", label, count, shown),
  ];
}

async function showChanges(name: string, { changes }: Replacement): Promise<void> {
  await window.showQuickPick(
    [
      ...(changes.comparable ? [] : [{ label: notComparable() }]),
      ...rows(l10n.t("Changed"), "diff-modified", changes.changed),
      ...rows(l10n.t("Missing"), "diff-removed", changes.missing),
      ...rows(l10n.t("Added"), "diff-added", changes.added),
    ],
    {
      title: messageText(l10n.t("Changes of {0} since its signature", name)),
      placeHolder: l10n.t("Press Escape to go back to the question"),
      ignoreFocusOut: true,
    },
  );
}

function rows(label: string, icon: string, { names, count }: NameList): QuickPickItem[] {
  if (count === 0) return [];
  const more = count - names.length;
  return [
    { label: l10n.t("{0} ({1})", label, count), kind: QuickPickItemKind.Separator },
    ...names.map((file) => ({ label: messageText(file), iconPath: themeIcon(icon) })),
    ...(more > 0 ? [{ label: l10n.t("… and {0} more", more) }] : []),
  ];
}
