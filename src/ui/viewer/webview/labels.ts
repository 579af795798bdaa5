import * as v from "valibot";
import type { LabelName } from "../presentation/labels.ts";

const LABELS = v.parse(v.record(v.string(), v.string()), JSON.parse(document.body.dataset["labels"] ?? "{}"));

/** Returns a text of the page in the user's language, with `{0}` and `{1}` replaced. */
export function label(name: LabelName, ...values: readonly string[]): string {
  return (LABELS[name] ?? "").replaceAll(/\{(\d)\}/g, (all, index) => values[Number(index)] ?? all);
}
