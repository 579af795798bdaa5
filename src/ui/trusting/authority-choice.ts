import { realpath } from "node:fs/promises";
import { l10n, type QuickPickItem } from "vscode";
import { ProvenanceError, systemCode } from "../../core/errors.ts";
import { nameBelow } from "../../core/model/path-below.ts";
import type { AuthorityChoice } from "../../core/policy/editing/signer-authority.ts";
import type { PathOrData } from "../../core/policy/policy-document.ts";
import { signerText } from "../../core/presentation/signer-text.ts";
import { messageText } from "../../platform/plain-text.ts";
import { pickOne } from "../ask.ts";
import { themeIcon } from "../theme.ts";
import type { SignerEvidence } from "./identify-signer.ts";

/**
 * Asks how the policy names the signer, the narrowest choice first, and whether it embeds the key or root certificate or
 * refers to its file.
 *
 * @param folder paths in the policy are relative to it
 * @param taken names of the authorities of the policy
 * @throws CancellationError; ProvenanceError where a policy cannot name the signer
 */
export async function chooseAuthority(
  evidence: SignerEvidence,
  folder: string,
  taken: readonly string[],
): Promise<AuthorityChoice> {
  const { authoritiesFor } = await import("../../core/policy/editing/signer-authority.ts");
  const { signer } = evidence;
  const choices = (await sourcesOf(evidence, folder)).flatMap((source) =>
    authoritiesFor(signer, source, taken).map((choice) => ({ choice, source })),
  );
  const scopes = [...Map.groupBy(choices, ({ choice }) => `${choice.scope} ${choice.text}`).values()];
  const items = scopes.flatMap((same) => (same[0] === undefined ? [] : [{ same, ...scopeItem(same[0].choice) }]));
  if (items.length === 0) {
    throw new ProvenanceError("USAGE", l10n.t("The signer's certificate has no name that a policy can match."));
  }
  const title = l10n.t("Trust {0}", signerText(signer, l10n.t));
  const { same } = await pickOne(items, {
    title,
    placeHolder: l10n.t("Select what the policy accepts"),
    matchOnDescription: true,
  });
  const kind = signer.method === "key" ? "key" : "root";
  const sources = same.map(({ choice, source }) => ({ choice, ...sourceItem(source, kind) }));
  return (await pickOne(sources, { title, placeHolder: l10n.t("Select how the policy refers to it") })).choice;
}

/** How the policy can refer to the key, the root, or the configuration of a private instance. */
async function sourcesOf({ pem, file }: SignerEvidence, folder: string): Promise<readonly PathOrData[]> {
  const inside = file === undefined ? undefined : await pathInside(folder, file);
  const paths = inside === undefined ? [] : [{ path: inside }];
  if (pem !== undefined) return [{ data: pem }, ...paths];
  if (file === undefined) return [{}];
  if (paths.length > 0) return paths;
  const message = l10n.t(
    "The signer's certificate comes from a private Sigstore instance whose configuration {0} is outside the policy's folder. Copy it to .sigstore/ in that folder and try again.",
    file,
  );
  throw new ProvenanceError("USAGE", message, { details: { label: file } });
}

/** The path in the form of policies; undefined where the file is not in the folder, links followed. */
async function pathInside(folder: string, file: string): Promise<string | undefined> {
  try {
    return nameBelow(await realpath(folder), await realpath(file));
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}

function sourceItem({ path }: PathOrData, kind: "key" | "root"): QuickPickItem {
  if (path !== undefined) {
    return {
      label: messageText(l10n.t("Refer to {0}", path)),
      detail: l10n.t("Anyone who can change that file changes whom you trust"),
      iconPath: themeIcon("file-symlink-file"),
    };
  }
  return {
    label: kind === "key" ? l10n.t("Embed the key (recommended)") : l10n.t("Embed the root certificate (recommended)"),
    detail: l10n.t("The policy changes only where its own text changes"),
    iconPath: themeIcon("file-code"),
  };
}

function scopeItem({ scope, text }: AuthorityChoice): QuickPickItem {
  const [icon, label, detail] = {
    key: () => ["key", l10n.t("This key")],
    subject: () => [
      "file-badge",
      l10n.t("This subject under this root"),
      l10n.t("Certificates under the root with exactly this subject"),
    ],
    "alternative-name": () => [
      "file-badge",
      l10n.t("This name under this root"),
      l10n.t("Certificates under the root with exactly this name"),
    ],
    identity: () => ["account", l10n.t("This identity")],
    "workflow-at-ref": () => [
      "github-action",
      l10n.t("This workflow, at this branch or tag"),
      l10n.t("Releases from other tags are not accepted"),
    ],
    "workflow-at-any-tag": () => [
      "tag",
      l10n.t("This workflow, at any tag"),
      l10n.t("Future releases are accepted too: anyone who can push a tag to the repository can sign"),
    ],
  }[scope]();
  return {
    label: label ?? "",
    description: messageText(text),
    ...(detail !== undefined && { detail }),
    iconPath: themeIcon(icon ?? ""),
  };
}
