import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { l10n } from "vscode";
import { bytesText } from "../../core/presentation/bytes-and-time.ts";
import { notify } from "../../platform/commands.ts";
import { DIGEST_CACHE } from "../../platform/ids.ts";
import type { Services } from "../services.ts";

/** Clear Hash Cache: each file is hashed again when its digest is next needed. */
export async function clearHashCache({ storage, log }: Services): Promise<void> {
  const folder = join(storage, DIGEST_CACHE);
  const bytes = await bytesIn(folder);
  await rm(folder, { recursive: true, force: true });
  const text = bytes === 0 ? l10n.t("The hash cache is empty.") : l10n.t("Hash cache cleared ({0}).", bytesText(bytes));
  notify(log, "information", text);
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = names.map(async (name) => (await stat(join(folder, name)).catch(() => undefined))?.size ?? 0);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
