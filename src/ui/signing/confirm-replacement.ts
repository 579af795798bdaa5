import { basename } from "node:path";
import { l10n } from "vscode";
import { signerText } from "../../core/presentation/signer-text.ts";
import type { Replacement } from "../../core/signing/replacement.ts";
import { askInDialog } from "../ask.ts";
import { nameList } from "../name-list.ts";
import { type FileGroup, showFiles } from "./show-files.ts";

/**
 * Asks before signing files that differ from the signature that is replaced. Enter shows the changes: the button that
 * signs is never the first.
 */
export async function confirmReplacement(name: string, replacement: Replacement): Promise<boolean> {
  const { signature, changes } = replacement;
  const groups = groupsOf(replacement);
  const notes = changes.comparable
    ? []
    : [l10n.t("The signature uses another kind of digest, so files of the same name can't be compared.")];
  const sign = l10n.t("Sign Changed Files");
  const show = l10n.t("Show Changes");
  const lines = groups
    .filter(({ count }) => count > 0)
    .map(({ label, files, count }) => {
      const names = files.map((file) => file.name);
      return l10n.t("{0} ({1}): {2}", label, count, nameList(names, count));
    });
  const effect = l10n.t(
    "Signing {0} replaces {1} with a signature over the current files. If you did not change them, cancel and find out who did.",
    name,
    basename(signature),
  );
  const paragraphs = [[...notes, ...lines], [effect]];
  for (;;) {
    const answer = await askInDialog("warning", question(replacement, groups), paragraphs, show, sign);
    if (answer !== show) return answer === sign;
    await showFiles(l10n.t("Changes of {0} since its signature", name), groups, notes);
  }
}

function groupsOf({ changes: { changed, missing, added } }: Replacement): readonly FileGroup[] {
  const group = (label: string, icon: string, { names, count }: typeof changed): FileGroup => ({
    label,
    icon,
    files: names.map((name) => ({ name })),
    count,
  });
  return [
    group(l10n.t("Changed"), "diff-modified", changed),
    group(l10n.t("Missing"), "diff-removed", missing),
    group(l10n.t("Added"), "diff-added", added),
  ];
}

function question({ signer, claimedSigner }: Replacement, groups: readonly FileGroup[]): string {
  const by = signer === undefined ? l10n.t("someone who claims to be {0}", claimedSigner) : signerText(signer, l10n.t);
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  const [first] = groups.flatMap(({ files }) => files);
  if (count === 0) return l10n.t("The files can't be compared with the signature by {0}", by);
  return count === 1
    ? l10n.t("1 file differs from the signature by {0}: {1}", by, first?.name ?? "")
    : l10n.t("{0} files differ from the signature by {1}", count, by);
}
