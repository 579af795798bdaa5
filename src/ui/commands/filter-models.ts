import { l10n, type QuickPickItem, window } from "vscode";
import { VERDICT_LABELS, verdictLabel } from "../../core/presentation/verdict-labels.ts";
import type { VerdictState } from "../../core/verdict.ts";
import type { Services } from "../services.ts";

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
