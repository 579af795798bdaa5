import { l10n } from "vscode";
import type { HiddenContent } from "../core/model/file-list.ts";
import type { OriginReport } from "../core/origin/origin.ts";
import {
  filesText,
  hiddenLabel,
  hubLinksLabel,
  ignoredByText,
  partlyText,
  readingText,
  shortReadingText,
} from "../core/presentation/coverage-text.ts";
import { reasonsOutsideDecision } from "../core/presentation/decision-text.ts";
import { issuerAndTime, signerName, signerText } from "../core/presentation/signer-text.ts";
import { trustLabel, unknownSigner } from "../core/presentation/unknown-signer.ts";
import { isException } from "../core/presentation/verdict-labels.ts";
import type { Verdict, VerdictState } from "../core/verdict.ts";
import { commonName } from "../core/verification/distinguished-name.ts";
import { COMMANDS } from "../platform/ids.ts";
import { plainText } from "../platform/plain-text.ts";
import type { KnownModel } from "../workspace/registry.ts";
import { decisionRows } from "./decision-rows.ts";
import { differenceRows } from "./difference-rows.ts";
import { EDITOR } from "./localizer.ts";
import { originRows } from "./origin-rows.ts";
import { listRow, type Row } from "./rows.ts";
import { signatureRows } from "./signature-rows.ts";

/**
 * A row of the tree: a model is its absolute path. Folders and models are looked up when they are shown; the rows below a
 * model are of one verdict.
 */
export type TreeNode = string | FolderNode | StateNode | FactNode;

export interface FolderNode {
  readonly kind: "folder";
  /** Absolute; undefined for models outside the workspace. */
  readonly path: string | undefined;
}

/** Models of one state, where they are grouped by it. */
export interface StateNode {
  readonly kind: "state";
  readonly state: VerdictState;
}

export interface FactNode extends Row {
  readonly kind: "fact";
  /** Absolute path of the model; absent for a row about the whole list. */
  readonly model?: string;
}

/** The rows below a model: signer, decision, reasons, differing files and coverage. */
export function factsOf(model: KnownModel, origin?: OriginReport): readonly FactNode[] {
  const verdict = model.verdict.state === "checking" ? (model.before ?? model.verdict) : model.verdict;
  const rows = [
    ...signerRow(model.path, verdict),
    ...trustRow(model.path, verdict),
    ...signatureRows(model.path, verdict),
    ...(verdict.decision === undefined ? [] : decisionRows(verdict.decision)),
    ...reasonRows(verdict),
    ...differenceRows(model.path, verdict),
    ...coverageRow(verdict),
    ...(origin === undefined ? [] : originRows(model.path, origin)),
  ];
  return rows.map((row) => ({ ...row, kind: "fact", model: model.path }));
}

function signerRow(path: string, { signer }: Verdict): Row[] {
  if (signer === undefined) return [];
  const label = l10n.t("Signed by {0}", plainText(signerName(signer, l10n.t)));
  const command = { command: COMMANDS.showSignature, title: l10n.t("Show Signature"), arguments: [path] };
  const row = { id: "signer", label, command };
  switch (signer.method) {
    case "key": {
      const tooltip = `${label}\n${signer.curve}, SHA-256 ${signer.fingerprint}`;
      return [{ ...row, icon: "key", description: signer.curve, tooltip }];
    }
    case "certificate": {
      const description = plainText(commonName(signer.issuer));
      const until = l10n.t("Certificate valid {0} to {1}", EDITOR.time(signer.notBefore), EDITOR.time(signer.notAfter));
      const tooltip = [
        l10n.t("Signed by {0}", plainText(signerText(signer, l10n.t))),
        l10n.t("Issued by {0}", plainText(signer.issuer)),
        ...signer.alternativeNames.map(plainText),
        until,
      ];
      return [{ ...row, icon: "account", description, tooltip: tooltip.join("\n") }];
    }
    case "sigstore": {
      const who = l10n.t("Signed by {0}", plainText(signer.identity));
      const tooltip = [who, l10n.t("Identity provider: {0}", plainText(signer.issuer)), EDITOR.time(signer.signedAt)];
      return [
        { ...row, icon: "account", description: plainText(issuerAndTime(signer, EDITOR)), tooltip: tooltip.join("\n") },
      ];
    }
  }
}

/** Offers to trust the signer, where the signer is not accepted, or the key or root certificate is unknown. */
function trustRow(path: string, verdict: Verdict): Row[] {
  const label = refusalOf(verdict);
  const action = trustLabel(verdict, l10n.t);
  if (label === undefined || action === undefined) return [];
  const reasons = verdict.reasons.map(({ message }) => plainText(message));
  const command = { command: COMMANDS.trustSigner, title: action, arguments: [path] };
  const tooltip = [...(verdict.decision === undefined ? [] : [label]), ...reasons].join("\n");
  return [{ id: "trust", icon: "unverified", colour: "amber", label, description: action, tooltip, command }];
}

function refusalOf(verdict: Verdict): string | undefined {
  if (verdict.state === "untrusted") return isException(verdict) ? undefined : l10n.t("Not accepted");
  const unknown = unknownSigner(verdict);
  if (unknown === undefined) return undefined;
  return unknown.kind === "key" ? l10n.t("Unknown key") : l10n.t("Unknown certificate authority");
}

function reasonRows(verdict: Verdict): Row[] {
  const bad = verdict.state === "invalid";
  // The row that offers to trust the signer has these reasons.
  if (verdict.decision === undefined && refusalOf(verdict) !== undefined) return [];
  return reasonsOutsideDecision(verdict.decision, verdict.reasons).map(({ message }, index) => ({
    id: `reason:${index}`,
    icon: bad ? "error" : "info",
    ...(bad ? { colour: "red" as const } : {}),
    label: plainText(message),
    tooltip: plainText(message),
  }));
}

function coverageRow(verdict: Verdict): Row[] {
  const { coverage } = verdict;
  if (coverage === undefined) return [];
  const { hubLinks = [], hidden, partly = [] } = coverage;
  const excluded = coverage.ignored.filter(({ source }) => source !== "signature");
  const children: Row[] = [
    ...listRow(
      {
        id: "ignored",
        icon: "circle-slash",
        label: l10n.t("Excluded ({0})", excluded.length),
        description: excluded.map(({ name }) => plainText(name)).join(", "),
        tooltip: l10n.t("Not covered by the signature"),
      },
      excluded,
      ({ source }) => ({ description: ignoredByText(source, l10n.t) }),
    ),
    ...partly.map((parts, index): Row => {
      const label = plainText(partlyText(parts, l10n.t));
      return { id: `parts:${index}`, icon: "warning", colour: "amber", label };
    }),
    ...listRow(
      {
        id: "hub-links",
        icon: "link",
        label: hubLinksLabel(hubLinks, l10n.t),
        tooltip: l10n.t("Each file is a link to a blob of the same repository. That is how the cache stores files."),
      },
      hubLinks.map((name) => ({ name })),
    ),
    ...(hidden === undefined ? [] : hiddenRow(hidden)),
  ];
  return [
    {
      id: "files",
      icon: "files",
      label: filesText(coverage, l10n.t),
      description: shortReadingText(verdict, EDITOR),
      tooltip: readingText(verdict, EDITOR),
      children,
    },
  ];
}

function hiddenRow(hidden: HiddenContent): Row[] {
  const { names, count } = hidden;
  return listRow(
    {
      id: "hidden",
      icon: "warning",
      colour: "amber",
      label: hiddenLabel(hidden, l10n.t),
      description: names.map(plainText).join(", "),
      tooltip: l10n.t("Not covered by the signature, and not one of git's own files"),
    },
    names.map((name) => ({ name })),
    () => ({}),
    count,
  );
}
