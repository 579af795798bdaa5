import { l10n } from "vscode";
import type { Origin, OriginReport } from "../core/origin/origin.ts";
import { claimText, differencesFromRecord, originPlace, originSentences } from "../core/presentation/origin-text.ts";
import { COMMANDS } from "../platform/ids.ts";
import { plainText } from "../platform/plain-text.ts";
import type { Row } from "./rows.ts";

/** Files that are listed of each kind. */
const LISTED = 100;

/** Where a model was downloaded from, what differs from the record, and what its files claim. */
export function originRows(path: string, report: OriginReport): readonly Row[] {
  return [...recordRow(path, report), ...claimsRow(report)];
}

function recordRow(path: string, report: OriginReport): Row[] {
  const { origin, pointers } = report;
  const recorded = origin?.basis === "record" ? origin : undefined;
  if (recorded === undefined && pointers.length === 0) return [];
  const sentences = originSentences(report, l10n.t);
  const caution = sentences.some((sentence) => sentence.caution);
  const tooltip = sentences.map(({ text }) => plainText(text)).join("\n");
  const command = { command: COMMANDS.showOrigin, title: l10n.t("Show Download Record"), arguments: [path] };
  return [
    {
      id: "origin",
      icon: caution ? "warning" : "cloud-download",
      ...(caution && { colour: "amber" as const }),
      label: recorded === undefined ? l10n.t("Not downloaded") : recordLabel(recorded),
      description: recorded === undefined ? "" : plainText(originPlace(recorded, l10n.t)),
      tooltip,
      command,
      children: [
        ...(recorded === undefined ? [] : differingRows(recorded)),
        ...fileRows(
          "pointer",
          pointers.map(({ name }) => name),
          { icon: "circle-slash", description: l10n.t("Git LFS pointer") },
        ),
      ],
    },
  ];
}

function recordLabel(origin: Origin): string {
  const differences = differencesFromRecord(origin, l10n.t);
  if (differences !== "") return differences;
  if (origin.files.unchecked !== undefined) return l10n.t("Download record, not compared");
  return origin.files.match.length > 0 ? l10n.t("Matches its download record") : l10n.t("Download record");
}

function differingRows({ files }: Origin): Row[] {
  const changed = l10n.t("differs from its download record");
  const extra = l10n.t("not in the download record");
  const missing = l10n.t("not downloaded, or removed since");
  return [
    ...fileRows("changed", files.changed, { icon: "warning", colour: "amber", description: changed }),
    ...fileRows("extra", files.extra, { icon: "diff-added", colour: "amber", description: extra }),
    ...fileRows("missing", files.missing, { icon: "circle-slash", description: missing }),
  ];
}

function fileRows(kind: string, names: readonly string[], look: Pick<Row, "icon" | "colour" | "description">): Row[] {
  return names.slice(0, LISTED).map((name) => ({ id: `origin:${kind}:${name}`, label: plainText(name), ...look }));
}

function claimsRow({ claims }: OriginReport): Row[] {
  if (claims.length === 0) return [];
  return [
    {
      id: "claims",
      icon: "comment",
      label: l10n.t("Claims of its files ({0})", claims.length),
      description: l10n.t("not verified"),
      children: claims.slice(0, LISTED).map((claim, index) => {
        const text = plainText(claimText(claim, l10n.t));
        return { id: `claim:${index}`, icon: "dash", label: text, tooltip: text };
      }),
    },
  ];
}
