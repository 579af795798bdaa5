import { setTimeout } from "node:timers/promises";
import { commands, env, l10n, type QuickPickItem, Uri, window } from "vscode";
import { VERDICT_LABELS, verdictLabel } from "../../core/presentation/verdict-labels.ts";
import type { VerdictState } from "../../core/verdict.ts";
import { withProgress } from "../../platform/progress.ts";
import type { Services } from "../services.ts";
import { targetModel, targetModels } from "./targets.ts";

/** Reveal in Explorer View: selects the model in the editor's explorer. */
export async function revealInExplorer(args: readonly unknown[], services: Services): Promise<void> {
  const { path } = await targetModel(args, "show", services);
  await commands.executeCommand("revealInExplorer", Uri.file(path));
}

/** Copy Path: a line for each selected model. */
export async function copyPath(args: readonly unknown[], services: Services): Promise<void> {
  const models = await targetModels(args, "show", services);
  await env.clipboard.writeText(models.map(({ path }) => path).join("\n"));
}

export async function openSettings(): Promise<void> {
  await commands.executeCommand("workbench.action.openSettings", "@ext:model-provenance.model-provenance");
}

interface StateItem extends QuickPickItem {
  readonly state: VerdictState;
}

/** Filter Models: shows only models with the selected verdicts; all models if every verdict or none is selected. */
export async function filterModels({ registry, view }: Services): Promise<void> {
  const counts = Map.groupBy(registry.models, (model) => view.groupOf(model));
  const items = (Object.keys(VERDICT_LABELS) as VerdictState[]).flatMap((state): StateItem[] => {
    const count = counts.get(state)?.length ?? 0;
    if (count === 0) return [];
    const { icon, label } = verdictLabel({ state }, l10n.t);
    const picked = view.filter?.has(state) ?? true;
    return [{ state, label: `$(${icon}) ${label}`, description: String(count), picked }];
  });
  const title = l10n.t("Filter Models by Verdict");
  const chosen = await window.showQuickPick(items, { title, canPickMany: true });
  if (chosen === undefined) return;
  const all = chosen.length === 0 || chosen.length === items.length;
  view.setFilter(all ? undefined : new Set(chosen.map(({ state }) => state)));
}

/** Milliseconds before a search shows its progress; most end earlier. */
const PROGRESS_AFTER = 1_500;

/** Refresh Models: searches the workspace again. If cancelled, the known models stay. */
export async function findModels({ search }: Services): Promise<void> {
  const abort = new AbortController();
  const searching = search(abort.signal);
  const isDone = await Promise.race([searching.then(() => true), setTimeout(PROGRESS_AFTER, false)]);
  if (isDone) return;
  await withProgress(l10n.t("Searching for models"), async (_report, signal) => {
    signal.addEventListener("abort", () => abort.abort(), { once: true });
    await searching;
  });
}
