import { namesText, type SearchFailure } from "../../core/gate/search-result.ts";
import type { SignatureWithoutModel } from "../../core/model/found-model.ts";
import type { Origin } from "../../core/origin/origin.ts";
import { countText } from "../../core/presentation/bytes-and-time.ts";
import { ENGLISH } from "../../core/presentation/localizer.ts";
import { differencesFromRecord, originPlace } from "../../core/presentation/origin-text.ts";
import { wholeSignerName } from "../../core/presentation/signer-text.ts";
import { verdictLabel } from "../../core/presentation/verdict-labels.ts";
import { summarizeVerdict } from "../../core/presentation/verdict-summary.ts";
import { STYLES } from "../report.ts";
import { explanations, type ScannedModel, type ScanResult } from "../scanned-model.ts";
import type { Line, Span } from "../text.ts";

/** `huggingface.co/acme/tiny at 1111111`, and what differs from the record. */
export function originColumn(origin: Origin): Span[] {
  const differences = differencesFromRecord(origin, ENGLISH.t);
  return [
    { text: `  ${originPlace(origin, ENGLISH.t)}`, style: "dim" },
    ...(differences === "" ? [] : [{ text: `  ${differences}`, style: "amber" as const }]),
  ];
}

export function modelLines({ name, verdict, passed, origin }: ScannedModel): Line[] {
  const { mark, label, colour } = verdictLabel(verdict, ENGLISH.t);
  const what = verdict.state === "unsigned" ? "" : summarizeVerdict(verdict, ENGLISH, wholeSignerName);
  const first: Line = [
    { text: `${mark} ${label}`, style: STYLES[colour] },
    "  ",
    { text: name, style: "bold" },
    ...(what === "" ? [] : [{ text: `  ${what}`, style: "dim" as const }]),
    ...(origin === undefined ? [] : originColumn(origin)),
    ...(passed ? [] : [{ text: "  rejected", style: "red" as const }]),
  ];
  if (verdict.state === "verified" || verdict.state === "pinned") return [first];
  return [first, ...explanations(verdict).map((text): Line => [`    ${text}`])];
}

export function failureLine({ message, passed }: SearchFailure): Line {
  return [{ text: passed ? "! " : "✗ ", style: passed ? "amber" : "red" }, message];
}

export function searchedLines({ searched }: ScanResult): Line[] {
  const { notRequired, exempted, strays } = searched;
  const { paths, count } = exempted;
  const files = countText(notRequired, "file");
  const texts = [
    ...(count > 0 ? [`Exempt by unsignedFiles: ${namesText(paths, count)}`] : []),
    ...(notRequired > 0
      ? [`No signature required: ${files} outside of models, not signed and of no known format`]
      : []),
    ...strays.map(strayText),
  ];
  return texts.map((text) => [{ text, style: "dim" }]);
}

/** `Signature of llama: no such model here (model.sig)` */
export function strayText({ path, subject = "an unnamed model" }: SignatureWithoutModel): string {
  return `Signature of ${subject}: no such model here (${path})`;
}

export function summaryText({ models, failures }: ScanResult): string {
  const rejected = models.filter(({ passed }) => !passed).length;
  const verified = models.filter(({ verdict }) => verdict.state === "verified").length;
  const pinned = models.filter(({ verdict }) => verdict.state === "pinned").length;
  const others = models.length - verified - pinned - rejected;
  const failed = failures.filter(({ passed }) => !passed).length;
  const warned = failures.length - failed;
  const parts = [
    `${verified} verified`,
    ...(pinned > 0 ? [`${pinned} pinned`] : []),
    ...(others > 0 ? [`${others} allowed`] : []),
    `${rejected} rejected`,
    ...(warned > 0 ? [`${countText(warned, "warning")} of the search`] : []),
    ...(failed > 0 ? [`${countText(failed, "failure")} of the search`] : []),
  ];
  return `${countText(models.length, "model")}: ${parts.join(", ")}`;
}
