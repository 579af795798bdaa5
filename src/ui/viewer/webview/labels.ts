import type { LabelName } from "../presentation/labels.ts";

let labels: Readonly<Record<string, string>> = {};

export function setLabels(next: Readonly<Record<string, string>>): void {
  labels = next;
}

/** Returns a text of the page in the user's language, with `{0}` and `{1}` replaced. */
export function label(name: LabelName, ...values: readonly string[]): string {
  return (labels[name] ?? "").replaceAll(/\{(\d)\}/g, (all, index) => values[Number(index)] ?? all);
}
