import { l10n } from "vscode";
import { withProgress } from "../../platform/progress.ts";
import type { Services } from "../services.ts";

/** Milliseconds of searching before there is something to be told, and to be cancelled: most are over by then. */
const TOLD_AFTER = 1_500;

/** Searches the workspace again. Cancelled, it leaves what was known. */
export async function findModels({ search }: Services): Promise<void> {
  const abort = new AbortController();
  const searching = search(abort.signal);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), TOLD_AFTER);
  });
  const first = await Promise.race([searching, late]).finally(() => clearTimeout(timer));
  if (first !== "late") return;
  await withProgress(l10n.t("Searching for models"), async (_report, signal) => {
    signal.addEventListener("abort", () => abort.abort(), { once: true });
    await searching;
  });
}
