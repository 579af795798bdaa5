import { l10n } from "vscode";
import { ignoredTrustPaths } from "../platform/ignored-paths.ts";
import { plainText } from "../platform/plain-text.ts";
import { readTrustSettings } from "../platform/trust-settings.ts";
import type { Row } from "./rows.ts";

/** Rows about trust settings that are ignored. */
export async function settingNotes(): Promise<Row[]> {
  const { problems } = await readTrustSettings();
  return [
    ...ignoredTrustPaths().map(({ setting, path }) =>
      note(`ignored:${path}`, ignoredLabel(setting), path, ignoredText(path), setting),
    ),
    ...problems.map(({ setting, message }, index) =>
      note(`setting:${index}`, l10n.t("A setting has an error"), setting, message, setting),
    ),
  ];
}

function ignoredLabel(setting: string | undefined): string {
  return setting === undefined
    ? l10n.t("Your policy is ignored in this window")
    : l10n.t("{0} is ignored in this window", setting);
}

function ignoredText(path: string): string {
  return l10n.t(
    "This window runs in a container or codespace whose image a repository can choose, so {0} is not used for trust decisions.",
    path,
  );
}

function note(id: string, label: string, description: string, tooltip: string, setting: string | undefined): Row {
  return {
    id,
    icon: "warning",
    label,
    description: plainText(description),
    tooltip: plainText(tooltip),
    command: {
      command: "workbench.action.openSettings",
      title: l10n.t("Open Settings"),
      arguments: [setting ?? "modelProvenance.userPolicy"],
    },
  };
}
