import { rm } from "node:fs/promises";
import { l10n } from "vscode";
import { measure } from "../../core/model/measure.ts";
import { bytesText } from "../../core/presentation/bytes-and-time.ts";
import { notify } from "../../platform/commands.ts";
import { digestCacheFolder } from "../../workspace/digest-cache-folder.ts";
import type { Services } from "../services.ts";

/** Clear Hash Cache: each file is hashed again when its digest is next needed. */
export async function clearHashCache({ storage, log }: Services): Promise<void> {
  const folder = digestCacheFolder(storage);
  const { bytes } = (await measure(folder)) ?? { bytes: 0 };
  await rm(folder, { recursive: true, force: true });
  const text = bytes === 0 ? l10n.t("The hash cache is empty.") : l10n.t("Hash cache cleared ({0}).", bytesText(bytes));
  notify(log, "information", text);
}
