import { existsSync } from "node:fs";
import { dirname, relative } from "node:path";
import { CancellationError, l10n } from "vscode";
import { isInside } from "../../core/model/path-below.ts";
import { bytesText } from "../../core/presentation/bytes-and-time.ts";
import { differencesText } from "../../core/presentation/coverage-text.ts";
import { signerText } from "../../core/presentation/signer-text.ts";
import type { Verdict } from "../../core/verdict.ts";
import type { Engine } from "../../engine/engine.ts";
import type { EntrySize, SigningPreview } from "../../engine/signing-preview.ts";
import type { KnownModel, ModelRegistry } from "../../workspace/registry.ts";
import { askInDialog } from "../ask.ts";
import { modelName } from "../model-text.ts";
import { nameList } from "../name-list.ts";
import { chooseToolFiles } from "./choose-tool-files.ts";
import type { SigningAttempt } from "./confirm-signing-several.ts";
import { showFiles } from "./show-files.ts";
import type { SigningMethod } from "./signing-method.ts";

/** Reading to sign, and once more to verify what was written. */
const READINGS = 2;

/**
 * Shows which files a signature will cover and exclude, how much is read, and where it is written. Nothing has happened
 * yet.
 *
 * @returns how the files are read, and which are excluded
 * @throws CancellationError unless the user confirms
 */
export async function confirmSigning(
  model: KnownModel,
  signature: string,
  method: SigningMethod,
  registry: ModelRegistry,
  engine: Pick<Engine, "run">,
): Promise<Pick<SigningAttempt, "mode" | "ignorePaths">> {
  const replaces = existsSync(signature);
  const question = method.question(modelName(model));
  const sign = l10n.t("Sign");
  const rehash = l10n.t("Rehash All Files");
  const files = l10n.t("Show Files…");
  const buttons = replaces ? [sign, rehash, files] : [sign, files];
  const preview = (ignorePaths: readonly string[]) =>
    engine.run("previewSigning", { model: model.path, signature, ignorePaths });
  let ignorePaths: readonly string[] = [];
  let list = await preview(ignorePaths);
  const { toolFiles } = list;
  for (;;) {
    const paragraphs = [
      [coveredText(list), ...largestText(list), excludedText(list), ...toolText(list)],
      [
        timeText(list, replaces, registry),
        writtenText(model, signature, replaces),
        ...otherSignaturesText(list, model, signature),
      ],
      method.notes,
    ];
    const answer = await askInDialog("information", question, paragraphs, ...buttons);
    if (answer === sign) return { mode: replaces ? "cached" : "full", ignorePaths };
    if (answer === rehash) return { mode: "full", ignorePaths };
    if (answer !== files) throw new CancellationError();
    const groups = groupsOf(list);
    const showAll = () => showFiles(l10n.t("Files of {0}", modelName(model)), groups);
    if (toolFiles.length === 0) {
      await showAll();
      continue;
    }
    ignorePaths = await chooseToolFiles(modelName(model), toolFiles, ignorePaths, showAll);
    list = await preview(ignorePaths);
  }
}

/** Files that tools added are proposed for exclusion, and never excluded by default. */
function toolText({ toolFiles }: SigningPreview): string[] {
  const names = toolFiles.map(({ name }) => name);
  if (names.length === 0) return [];
  return [l10n.t("Added by tools, and to be signed: {0}. Select Show Files… to exclude them.", nameList(names))];
}

function groupsOf({ files, fileCount, ignored, ignoredCount }: SigningPreview) {
  return [
    {
      label: l10n.t("Files to sign"),
      icon: "file",
      files: files.map(({ name, size }) => ({ name, size: bytesText(size) })),
      count: fileCount,
    },
    {
      label: l10n.t("Excluded"),
      icon: "circle-slash",
      files: ignored.map((entry) => ({ name: entry.name, size: sizeText(entry) })),
      count: ignoredCount,
    },
  ];
}

function coveredText({ fileCount, totalBytes }: SigningPreview): string {
  return l10n.t("Files to sign: {0}, {1}", fileCount, bytesText(totalBytes));
}

function timeText({ totalBytes }: SigningPreview, replaces: boolean, { models }: ModelRegistry): string {
  const verdicts = models.map(({ verdict, before }) => before ?? verdict);
  const time = readingTimeText(totalBytes * READINGS, verdicts);
  return replaces
    ? l10n.t("Reuses cached digests of unchanged files. Rehashing all files takes {0}.", time)
    : l10n.t("Reads the files twice (to sign, then to verify the result): {0}.", time);
}

function largestText({ fileCount, largest }: SigningPreview): string[] {
  if (fileCount < 2) return [];
  const names = largest.map(({ name, size }) => `${name} (${bytesText(size)})`);
  return [l10n.t("Largest: {0}", nameList(names))];
}

function excludedText({ ignored, ignoredCount }: SigningPreview): string {
  if (ignoredCount === 0) return l10n.t("Excluded: none");
  const names = ignored.map((entry) => (entry.bytes === undefined ? entry.name : `${entry.name} (${sizeText(entry)})`));
  return l10n.t("Excluded: {0}", nameList(names, ignoredCount));
}

/** A further signature in the folder is an added file for verifiers that know of one signature only. */
function otherSignaturesText({ otherSignatures }: SigningPreview, model: KnownModel, signature: string): string[] {
  const [first] = otherSignatures;
  if (first === undefined || model.kind === "file" || !isInside(model.path, signature)) return [];
  return [
    otherSignatures.length === 1
      ? l10n.t(
          "Other verifiers will reject the existing signature {0}, unless the new one is saved next to the folder.",
          first,
        )
      : l10n.t(
          "Other verifiers will reject the existing signatures ({0} and {1} more), unless the new one is saved next to the folder.",
          first,
          otherSignatures.length - 1,
        ),
  ];
}

function sizeText({ bytes, atLeast }: EntrySize): string {
  if (bytes === undefined) return "";
  return atLeast ? l10n.t("more than {0}", bytesText(bytes)) : bytesText(bytes);
}

function writtenText(model: KnownModel, signature: string, replaces: boolean): string {
  const written = relative(dirname(model.path), signature);
  if (!replaces) return l10n.t("Writes the signature {0}.", written);
  const { signer, comparison } = model.before ?? model.verdict;
  if (signer === undefined) return l10n.t("Replaces the signature {0}.", written);
  const by = signerText(signer, l10n.t);
  if (comparison?.matches !== false) return l10n.t("Replaces the signature {0} by {1}.", written, by);
  const differences = differencesText(comparison, l10n.t);
  return l10n.t("Replaces the signature {0} by {1}. Files differ from it: {2}.", written, by, differences);
}

/** Bytes below which a measured rate depends more on opening files than on the disk. */
const SIGNIFICANT_BYTES = 50_000_000;

/** Bytes a second of an ordinary solid-state disk, where nothing was measured in this workspace yet. */
const ASSUMED_RATE = 500_000_000;

/**
 * How long reading so many bytes once takes: "less than a second", "about 40 s". The rate is that of the largest model
 * that was read in this window; an assumed rate is named.
 */
function readingTimeText(bytes: number, verdicts: readonly Verdict[]): string {
  const measured = measuredRate(verdicts);
  const seconds = bytes / (measured ?? ASSUMED_RATE);
  if (seconds < 1) return l10n.t("less than a second");
  const text = roughly(seconds);
  return measured === undefined ? l10n.t("{0} at 500 MB/s", text) : text;
}

function measuredRate(verdicts: readonly Verdict[]): number | undefined {
  const [largest] = verdicts
    .flatMap(({ coverage }) => (coverage === undefined ? [] : [coverage]))
    .filter(({ bytesRead, seconds }) => bytesRead >= SIGNIFICANT_BYTES && seconds > 0)
    .sort((a, b) => b.bytesRead - a.bytesRead);
  return largest === undefined ? undefined : largest.bytesRead / largest.seconds;
}

function roughly(seconds: number): string {
  if (seconds < 90) return l10n.t("about {0} s", seconds < 10 ? Math.ceil(seconds) : Math.ceil(seconds / 5) * 5);
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? l10n.t("about {0} min", minutes) : l10n.t("about {0} h", Math.ceil(minutes / 60));
}
