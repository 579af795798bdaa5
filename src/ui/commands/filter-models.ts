import { l10n, type QuickPickItem, window } from "vscode";
import type { VerdictState } from "../../core/verdict.ts";
import { WORDS } from "../../core/words.ts";
import type { Services } from "../services.ts";
import { translatedLabel } from "../translated-words.ts";

interface StateItem extends QuickPickItem {
  readonly state: VerdictState;
}

/** Shows only models of some verdicts; all again, where every one or none is chosen. */
export async function filterModels({ registry, view }: Services): Promise<void> {
  const counts = Map.groupBy(registry.models, (model) => view.groupOf(model));
  const items = (Object.keys(WORDS) as VerdictState[]).flatMap((state): StateItem[] => {
    const count = counts.get(state)?.length ?? 0;
    if (count === 0) return [];
    const { icon } = WORDS[state];
    const picked = view.filter?.has(state) ?? true;
    return [{ state, label: `$(${icon}) ${translatedLabel(WORDS[state])}`, description: String(count), picked }];
  });
  const title = l10n.t("Filter Models by Verdict");
  const chosen = await window.showQuickPick(items, { title, canPickMany: true });
  if (chosen === undefined) return;
  const all = chosen.length === 0 || chosen.length === items.length;
  view.setFilter(all ? undefined : new Set(chosen.map(({ state }) => state)));
}
