import { basename } from "node:path";
import { l10n } from "vscode";
import type { Policy } from "../../core/policy/policy.ts";
import { plainText } from "../../platform/plain-text.ts";
import type { Services } from "../services.ts";
import type { PolicyDestination } from "./destinations.ts";

/** Names in one sentence. */
const NAMED = 8;

/** The models of this window, other than one, whose signer a policy would accept anew. Absolute paths. */
export async function othersAccepted(
  { source, file }: Pick<PolicyDestination, "source" | "file">,
  before: Policy | undefined,
  after: Policy,
  than: string,
  services: Services,
): Promise<readonly string[]> {
  const nobody: Policy = { ...after, authorities: [] };
  const folders = new Map<string, string[]>();
  for (const { path, folder, verdict } of services.registry.models) {
    if (folder === undefined || verdict.signature === undefined || path === than) continue;
    if (source === "workspace" && folder !== file.folder) continue;
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  const accepted: string[] = [];
  for (const [folder, models] of folders) {
    const options = { folder, models, publicSigstore: () => services.sigstore.publicInstance() };
    accepted.push(...(await services.engine.newlyAccepted(before ?? nobody, after, options)));
  }
  return accepted;
}

export function othersSentence(others: readonly string[]): string {
  if (others.length === 0) return l10n.t("It accepts no other model of this workspace that was not accepted before.");
  const named = others.slice(0, NAMED).map((path) => plainText(basename(path)));
  const more = others.length - named.length;
  const list = more > 0 ? l10n.t("{0} and {1} more", named.join(", "), more) : named.join(", ");
  return others.length === 1
    ? l10n.t("It accepts one other model of this workspace, too: {0}.", list)
    : l10n.t("It accepts {0} other models of this workspace, too: {1}.", others.length, list);
}
