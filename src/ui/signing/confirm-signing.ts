import { existsSync } from "node:fs";
import { dirname, relative } from "node:path";
import { CancellationError, l10n, window } from "vscode";
import type { DigestMode } from "../../core/hashing/digest-request.ts";
import { isWithin } from "../../core/model/links.ts";
import { bytesText } from "../../core/presentation/bytes-and-time.ts";
import { differencesText } from "../../core/presentation/coverage-text.ts";
import { signerText } from "../../core/presentation/signer-text.ts";
import type { Engine } from "../../engine/engine.ts";
import type { EntrySize } from "../../engine/entry-sizes.ts";
import type { SigningPreview } from "../../engine/signing-preview.ts";
import { messageText } from "../../platform/plain-text.ts";
import type { KnownModel, ModelRegistry } from "../../workspace/registry.ts";
import { modelName } from "../model-text.ts";
import { withoutToolFiles } from "./leave-out.ts";
import { readingTimeText } from "./reading-time.ts";
import { showFiles } from "./show-files.ts";
import type { SigningWay } from "./signing-way.ts";

/** Names listed in the question; the list behind its button has more. */
const LEFT_SHOWN = 8;

export type SigningLists = Pick<Engine, "previewSigning" | "entrySizes">;

export interface SigningChoice {
  readonly mode: DigestMode;
  /** Canonical. */
  readonly ignorePaths: readonly string[];
}

/** Reading to sign, and once more to check what was written. */
const READINGS = 2;

/**
 * Shows what a signature will cover and leave out, how much is to be read, and where it is written; nothing has
 * happened yet.
 *
 * @returns how the files are read, and which of them are left out
 * @throws CancellationError where the person does not say yes
 */
export async function confirmSigning(
  model: KnownModel,
  signature: string,
  way: SigningWay,
  registry: ModelRegistry,
  engine: SigningLists,
): Promise<SigningChoice> {
  const again = existsSync(signature);
  const preview = await engine.previewSigning(model.path, signature);
  const question = messageText(way.question(modelName(model)));
  const sign = l10n.t("Sign");
  const readAll = l10n.t("Read Everything First");
  const files = l10n.t("Show Files…");
  const buttons = again ? [sign, readAll, files] : [sign, files];
  for (let ignorePaths: readonly string[] = []; ; ) {
    const list = withoutToolFiles(preview, ignorePaths);
    const paragraphs = [
      [coveredText(list), ...largestText(list), await leftText(list, engine), ...toolText(list, ignorePaths)],
      [
        timeText(list, again, registry),
        writtenText(model, signature, again),
        ...otherSignaturesText(preview, model, signature),
      ],
      way.notes.map(messageText),
    ];
    const detail = paragraphs
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.join("\n"))
      .join("\n\n");
    const answer = await window.showInformationMessage(question, { modal: true, detail }, ...buttons);
    if (answer === sign) return { mode: again ? "cached" : "full", ignorePaths };
    if (answer === readAll) return { mode: "full", ignorePaths };
    if (answer !== files) throw new CancellationError();
    ignorePaths = await showFiles(modelName(model), list, ignorePaths, engine);
  }
}

/** What tools wrote is proposed to be left out, and never left out by itself. */
function toolText({ toolFiles }: SigningPreview, left: readonly string[]): string[] {
  const covered = toolFiles.filter(({ name }) => !left.includes(name));
  const [first] = covered;
  if (first === undefined) return [];
  const name = messageText(first.name);
  return [
    covered.length === 1
      ? l10n.t("Covered, but added by a tool: {0}. Show Files… leaves it out.", name)
      : l10n.t("Covered, but added by tools: {0} and {1} more. Show Files… leaves them out.", name, covered.length - 1),
  ];
}

function coveredText({ fileCount, totalBytes }: SigningPreview): string {
  const bytes = bytesText(totalBytes);
  return fileCount === 1 ? l10n.t("Covered: 1 file, {0}", bytes) : l10n.t("Covered: {0} files, {1}", fileCount, bytes);
}

function timeText({ totalBytes }: SigningPreview, again: boolean, { models }: ModelRegistry): string {
  const verdicts = models.map(({ verdict, before }) => before ?? verdict);
  const time = readingTimeText(totalBytes * READINGS, verdicts);
  return again
    ? l10n.t("Time to read everything: {0}. Cached digests are reused for files that did not change.", time)
    : l10n.t("Time to read everything, and once more to check what was written: {0}.", time);
}

/** Where there are several, those that weigh most. */
function largestText({ fileCount, largest }: SigningPreview): string[] {
  if (fileCount < 2) return [];
  return [l10n.t("Largest: {0}", largest.map(({ name, size }) => sized(name, bytesText(size))).join(", "))];
}

async function leftText({ root, ignored, ignoredCount }: SigningPreview, engine: SigningLists): Promise<string> {
  if (ignoredCount === 0) return l10n.t("Left out: nothing");
  const names = ignored.slice(0, LEFT_SHOWN).map(({ name }) => name);
  const shown = (await engine.entrySizes(root, names)).map(entryText).join(", ");
  return ignoredCount > LEFT_SHOWN
    ? l10n.t("Left out: {0} and {1} more", shown, ignoredCount - LEFT_SHOWN)
    : l10n.t("Left out: {0}", shown);
}

/** A further signature in the folder is an added file for verifiers that know of one signature only. */
function otherSignaturesText({ otherSignatures }: SigningPreview, model: KnownModel, signature: string): string[] {
  const [first] = otherSignatures;
  if (first === undefined || model.kind === "file" || !isWithin(signature, model.path)) return [];
  const name = messageText(first);
  return [
    otherSignatures.length === 1
      ? l10n.t(
          "Other verifiers will reject the signature {0}, which is there already, unless the new one lies beside the folder.",
          name,
        )
      : l10n.t(
          "Other verifiers will reject the signatures that are there already ({0} and {1} more), unless the new one lies beside the folder.",
          name,
          otherSignatures.length - 1,
        ),
  ];
}

export function entryText({ name, bytes, atLeast }: EntrySize): string {
  if (bytes === undefined) return messageText(name);
  return sized(name, atLeast ? l10n.t("more than {0}", bytesText(bytes)) : bytesText(bytes));
}

function sized(name: string, size: string): string {
  return `${messageText(name)} (${size})`;
}

function writtenText(model: KnownModel, signature: string, again: boolean): string {
  const written = messageText(relative(dirname(model.path), signature));
  if (!again) return l10n.t("Writes the signature {0}.", written);
  const { signer, comparison } = model.before ?? model.verdict;
  if (signer === undefined) return l10n.t("Replaces the signature {0}.", written);
  const by = messageText(signerText(signer, l10n.t));
  if (comparison?.matches !== false) return l10n.t("Replaces the signature {0} by {1}.", written, by);
  const differences = differencesText(comparison, l10n.t);
  return l10n.t("Replaces the signature {0} by {1}, from which files differ: {2}.", written, by, differences);
}
