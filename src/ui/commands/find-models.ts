import { l10n } from "vscode";
import { withProgress } from "../../platform/progress.ts";
import type { Services } from "../services.ts";

/** Milliseconds before a search shows its progress; most end earlier. */
const PROGRESS_AFTER = 1_500;

/** Refresh Models: searches the workspace again. If cancelled, the known models stay. */
export async function findModels({ search }: Services): Promise<void> {
  const abort = new AbortController();
  const searching = search(abort.signal);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), PROGRESS_AFTER);
  });
  const first = await Promise.race([searching, late]).finally(() => clearTimeout(timer));
  if (first !== "late") return;
  await withProgress(l10n.t("Searching for models"), async (_report, signal) => {
    signal.addEventListener("abort", () => abort.abort(), { once: true });
    await searching;
  });
}
