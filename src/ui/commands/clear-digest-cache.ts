import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { l10n } from "vscode";
import { bytesText } from "../../core/presentation/bytes-and-time.ts";
import { tell } from "../../platform/commands.ts";
import { digestCacheFolder } from "../../workspace/digest-cache-folder.ts";
import type { Services } from "../services.ts";

/** Clear Digest Cache: every file is read again when it is next needed. What is being read meanwhile may be kept anew. */
export async function clearDigestCache({ storage, log }: Services): Promise<void> {
  const folder = digestCacheFolder(storage);
  const bytes = await bytesIn(folder);
  await rm(folder, { recursive: true, force: true });
  const text =
    bytes === 0
      ? l10n.t("No digests were kept.")
      : l10n.t("Forgot the digests of files that were read before ({0}).", bytesText(bytes));
  notify(log, "information", text);
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = names.map(async (name) => (await stat(join(folder, name)).catch(() => undefined))?.size ?? 0);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
