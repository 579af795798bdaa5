import { relative } from "node:path";
import { l10n, Uri } from "vscode";
import { signerName } from "../core/presentation/signer-text.ts";
import { verdictLabel } from "../core/presentation/verdict-labels.ts";
import type { SignatureSummary, Verdict } from "../core/verdict.ts";
import { COMMANDS } from "../platform/ids.ts";
import { plainText } from "../platform/plain-text.ts";
import type { Row } from "./rows.ts";

/** Signatures listed one by one. */
const SHOWN = 100;

/** All signatures of a model, where there are several: each opens its own file. */
export function signatureRows(model: string, { signatures = [] }: Verdict): Row[] {
  if (signatures.length === 0) return [];
  return [
    {
      id: "signatures",
      icon: "list-unordered",
      label: l10n.t("{0} signatures", signatures.length),
      tooltip: l10n.t("The verdict is that of an accepted signature, else the worst."),
      children: signatures.slice(0, SHOWN).map((summary, index) => ({
        id: `signature:${index}`,
        ...signatureLook(summary),
        label: signatureName(model, summary),
        description: signatureText(summary),
        tooltip: [signatureText(summary), plainText(summary.reason?.message ?? "")].filter(Boolean).join("\n"),
        command: {
          command: COMMANDS.showSignature,
          title: l10n.t("Show Signature"),
          arguments: [Uri.file(summary.signature), summary.line],
        },
      })),
    },
  ];
}

/** The path from the model's folder, and the line of a file that has a bundle a line. */
export function signatureName(model: string, { signature, line }: SignatureSummary): string {
  const name = plainText(relative(model, signature));
  return line === undefined ? name : l10n.t("{0}, line {1}", name, line);
}

/** What was found about one signature, and its signer. */
export function signatureText({ state, signer, decisive }: SignatureSummary): string {
  const { label } = verdictLabel({ state }, l10n.t);
  return [
    label,
    ...(signer === undefined ? [] : [plainText(signerName(signer, l10n.t))]),
    ...(decisive ? [l10n.t("decides")] : []),
  ].join(", ");
}

function signatureLook({ state }: SignatureSummary): Pick<Row, "icon" | "colour"> {
  const { icon, colour } = verdictLabel({ state }, l10n.t);
  return colour === "neutral" ? { icon } : { icon, colour };
}
