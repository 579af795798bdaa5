import { join } from "node:path";
import { l10n, type Range, Uri } from "vscode";
import type { ChangedResource } from "../core/manifest/comparison.ts";
import type { IgnoreSource } from "../core/model/file-list.ts";
import type { Verdict } from "../core/verdict.ts";
import { signerText } from "../core/words.ts";
import { plainText } from "../platform/plain-text.ts";
import type { KnownModel } from "../workspace/registry.ts";
import { decisionRows, reasonsBeside } from "./decision-rows.ts";
import { filesText, readingText, shortReadingText } from "./model-text.ts";

/** A row of the tree. Folders and models are looked up again when shown; the rows below are made of one verdict. */
export type TreeNode = FolderNode | ModelNode | FactNode;

export interface FolderNode {
  readonly kind: "folder";
  /** Absolute; undefined for models outside the workspace. */
  readonly path: string | undefined;
}

export interface ModelNode {
  readonly kind: "model";
  readonly path: string;
}

export interface FactNode {
  readonly kind: "fact";
  /** Unique below the model. */
  readonly id: string;
  readonly parent: TreeNode;
  readonly icon: string;
  readonly colour?: "green" | "amber" | "red";
  readonly label: string;
  readonly description?: string;
  /** Plain text. */
  readonly tooltip?: string;
  /** Opened when the row is chosen. */
  readonly opens?: Uri;
  /** Where in that file. */
  readonly at?: Range;
  readonly children: readonly FactNode[];
  readonly expanded?: boolean;
}

type Row = Omit<FactNode, "kind" | "parent" | "children"> & { readonly children?: readonly Row[] };

/** What is known below a model: the signer, what speaks against it, what is covered, and every file that differs. */
export function factsOf(model: KnownModel, parent: ModelNode): readonly FactNode[] {
  const verdict = model.verdict.state === "checking" ? (model.before ?? model.verdict) : model.verdict;
  const rows = [
    ...signerRow(verdict),
    ...(verdict.decision === undefined ? [] : decisionRows(verdict.decision)),
    ...reasonRows(verdict),
    ...differenceRows(model.path, verdict),
    ...coverageRow(verdict),
  ];
  return rows.map((row) => attach(row, parent));
}

function attach(row: Row, parent: TreeNode): FactNode {
  const children: FactNode[] = [];
  const node: FactNode = { ...row, kind: "fact", parent, children };
  for (const child of row.children ?? []) children.push(attach(child, node));
  return node;
}

function signerRow({ signer }: Verdict): Row[] {
  if (signer === undefined) return [];
  const label = l10n.t("Signed by {0}", plainText(signerText(signer)));
  switch (signer.method) {
    case "key": {
      const tooltip = `${label}\n${signer.curve}, SHA-256 ${signer.fingerprint}`;
      return [{ id: "signer", icon: "key", label, description: signer.curve, tooltip }];
    }
    case "certificate": {
      const description = plainText(signer.issuer);
      const until = l10n.t("Certificate valid {0} to {1}", signer.notBefore, signer.notAfter);
      const tooltip = [label, l10n.t("Issued by {0}", description), ...signer.alternativeNames.map(plainText), until];
      return [{ id: "signer", icon: "file-badge", label, description, tooltip: tooltip.join("\n") }];
    }
    case "sigstore":
      return [{ id: "signer", icon: "account", label, description: plainText(signer.issuer), tooltip: label }];
  }
}

function reasonRows(verdict: Verdict): Row[] {
  const bad = verdict.state === "invalid";
  const { decision, reasons } = verdict;
  const left = decision === undefined ? reasons : reasonsBeside(decision, reasons);
  return left.map(({ message }, index) => ({
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
  const left = coverage.ignored.filter(({ source }) => source !== "signature");
  const children: Row[] = [];
  if (left.length > 0) {
    children.push({
      id: "ignored",
      icon: "circle-slash",
      label: l10n.t("Left out ({0})", left.length),
      description: left.map(({ name }) => plainText(name)).join(", "),
      tooltip: l10n.t("Not covered by the signature"),
      children: left.map(({ name, source }) => ({
        id: `ignored:${name}`,
        icon: "dash",
        label: plainText(name),
        description: whose(source),
      })),
    });
  }
  return [
    {
      id: "files",
      icon: "files",
      label: filesText(coverage),
      description: shortReadingText(verdict),
      tooltip: readingText(verdict),
      children,
    },
  ];
}

function whose(source: IgnoreSource): string {
  switch (source) {
    case "signer":
      return l10n.t("left out by the signer");
    case "default":
      return l10n.t("left out by default");
    case "caller":
      return l10n.t("left out by you");
    case "signature":
      return l10n.t("the signature itself");
  }
}

function differenceRows(root: string, { comparison }: Verdict): Row[] {
  if (comparison === undefined) return [];
  const changed = comparison.changed.filter(({ name }, index, all) => all[index - 1]?.name !== name);
  const open = (name: string): Uri => Uri.file(join(root, name));
  return [
    ...group("changed", l10n.t("Changed ({0})", changed.length), "diff-modified", changed, (resource) => ({
      opens: open(resource.name),
      description: changeText(resource),
      tooltip: changeTooltip(resource),
    })),
    ...group(
      "missing",
      l10n.t("Missing ({0})", comparison.missing.length),
      "diff-removed",
      comparison.missing,
      (file) => ({
        description: file.ignored ? l10n.t("signed, but left out of this check") : l10n.t("signed, not here"),
      }),
    ),
    ...group("added", l10n.t("Added ({0})", comparison.added.length), "diff-added", comparison.added, (file) => ({
      opens: open(file.name),
      description: file.note === undefined ? l10n.t("not signed") : l10n.t("not signed: {0}", noteText(file.note)),
    })),
  ];
}

function group<T extends { readonly name: string }>(
  id: string,
  label: string,
  icon: string,
  files: readonly T[],
  row: (file: T) => Partial<Row>,
): Row[] {
  if (files.length === 0) return [];
  const children = files.map((file) => ({
    id: `${id}:${file.name}`,
    icon: "file",
    label: plainText(file.name),
    ...row(file),
  }));
  return [{ id, icon, colour: "red", label, children, expanded: true }];
}

function changeText(change: ChangedResource): string {
  if (change.note !== undefined) return noteText(change.note);
  if (change.found === undefined || change.expected === undefined) return l10n.t("other content");
  return l10n.t("expected {0}, found {1}", start(change.expected), start(change.found));
}

/** Enough of a digest to see that two differ; the tooltip has all of both. */
function start(hex: string): string {
  return `${hex.slice(0, 4)}…`;
}

function changeTooltip(change: ChangedResource): string {
  const expected = change.expected === undefined ? [] : [l10n.t("Expected {0}", change.expected)];
  const found = change.found === undefined ? [] : [l10n.t("Found {0}", change.found)];
  return [plainText(change.name), ...expected, ...found].join("\n");
}

function noteText(note: string): string {
  switch (note) {
    case "shorter":
      return l10n.t("shorter than signed");
    case "longer":
      return l10n.t("longer than signed");
    case "symlink":
      return l10n.t("a symbolic link");
    case "special":
      return l10n.t("not a regular file");
    default:
      return l10n.t("a name that cannot be signed");
  }
}
