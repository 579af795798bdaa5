import { commands, l10n, Uri } from "vscode";
import { COMPARISON_SCHEME } from "../../platform/ids.ts";
import { plainText } from "../../platform/plain-text.ts";
import type { ComparisonText } from "./comparison-text.ts";

/** Comparisons that are kept for the editors that show them. */
const KEPT = 4;

const kept = new Map<string, ComparisonText>();
let count = 0;

/** Opens both sides in the editor for differences: documents that nobody can write to. */
export async function openComparison(title: string, text: ComparisonText): Promise<void> {
  count += 1;
  const id = String(count);
  kept.set(id, text);
  const [oldest] = kept.keys();
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
  const uri = (side: keyof ComparisonText): Uri =>
    Uri.from({ scheme: COMPARISON_SCHEME, path: `/${id}/${side}.txt`, query: id });
  await commands.executeCommand("vscode.diff", uri("left"), uri("right"), plainText(title), { preview: true });
}

/** What a side of a comparison says; one of an earlier window is not kept. */
export function textOfComparison(uri: Uri): string {
  const text = kept.get(uri.query);
  if (text === undefined) {
    return l10n.t('This comparison is no longer kept. Run "{0}" again.', l10n.t("Compare With Signature"));
  }
  return uri.path.endsWith("/left.txt") ? text.left : text.right;
}
