import { lstat, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { l10n } from "vscode";
import { type Differences, differencesFound, differencesOfSigning } from "../../core/manifest/differences.ts";
import type { Serialization } from "../../core/manifest/manifest.ts";
import { compareCodePoints } from "../../core/model/names.ts";
import { bytesText } from "../../core/presentation/bytes-and-time.ts";
import { differencesText, filesText, readingText } from "../../core/presentation/coverage-text.ts";
import { signerPhrase } from "../../core/presentation/signer-text.ts";
import { notify } from "../../platform/commands.ts";
import { plainText } from "../../platform/plain-text.ts";
import { withProgress } from "../../platform/progress.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { targetModel } from "../commands/targets.ts";
import { EDITOR } from "../localizer.ts";
import { modelName } from "../model-text.ts";
import type { Services } from "../services.ts";
import { openComparison } from "./comparison-documents.ts";
import { comparisonText, type FileOnDisk, listedFiles } from "./comparison-text.ts";
import { type SignedStatement, signedStatement } from "./signed-statement.ts";

/** Files that are asked for at once. */
const AT_ONCE = 64;

/** What changed since the model was signed: left as signed, right as it is. */
export async function compareModel(args: readonly unknown[], services: Services): Promise<void> {
  const { path, ...rest } = await targetModel(args, "compare", services);
  const name = modelName({ path, ...rest });
  const { model, verdict, manifest } = await withProgress(l10n.t("Comparing {0}", name), (report, signal) =>
    signedStatement(path, services, report, signal),
  );
  const { comparison, coverage } = verdict;
  if (comparison.matches) {
    notify(services.log, "information", l10n.t("{0} is what {1} signed: nothing changed.", name, signer(model)));
    return;
  }
  const differences = differencesFound(comparison, manifest);
  const unchanged = coverage.files - differences.changed.length - differences.missing.length;
  const counts = [
    differencesText(comparison, l10n.t),
    unchangedText(unchanged, coverage.files),
    readingText(verdict, EDITOR),
  ];
  const head = {
    left: [l10n.t("{0}, as {1} signed it", name, signer(model)), ...counts],
    right: [l10n.t("{0}, as it is on disk", name), ...counts],
  };
  const text = comparisonText({
    head,
    differences,
    titles: { changed: l10n.t("Changed"), missing: l10n.t("Missing"), added: l10n.t("Added") },
    algorithm: manifest.serialization.algorithm,
    disk: await onDisk(model, differences),
  });
  await openComparison(l10n.t("{0}: as signed ↔ on disk", name), text);
}

/** What a signature that is made now would say, beside the one that is there. Nothing is signed. */
export async function previewResigning(args: readonly unknown[], services: Services): Promise<void> {
  const { path, ...rest } = await targetModel(args, "compare", services);
  const name = modelName({ path, ...rest });
  const { statement, next } = await withProgress(
    l10n.t("Comparing {0} with what signing would cover", name),
    async (report, signal) => {
      const before = await signedStatement(path, services, report, signal);
      const { serialization } = before.manifest;
      const made = await services.engine.buildManifest({
        model: path,
        signature: before.verdict.signature,
        algorithm: serialization.algorithm,
        ...(serialization.shardSize !== undefined && { shardSize: serialization.shardSize }),
        mode: "cached",
        signal,
        onProgress: report.bytes,
      });
      return { statement: before, next: made };
    },
  );
  const { model, manifest } = statement;
  const differences = differencesOfSigning(manifest, next.manifest);
  const total = new Set(manifest.resources.map(({ file }) => file)).size;
  const unchanged = total - differences.changed.length - differences.missing.length;
  const form = { ...next.manifest.serialization, ...WRITTEN };
  const forms = [formLines(manifest.serialization), formLines(form)] as const;
  const sameForm = forms[0].join("\n") === forms[1].join("\n");
  const counted = countsText(differences);
  if (counted === "" && sameForm) {
    const files = filesText(next.coverage, l10n.t);
    const sentence = l10n.t("Signing {0} again would cover the same: {1}, none of them changed.", name, files);
    notify(services.log, "information", sentence);
    return;
  }
  const counts = [counted, unchangedText(unchanged, total)].filter((line) => line !== "");
  const head = (line: string, lines: readonly string[]) => [line, ...counts, ...(sameForm ? [] : ["", ...lines])];
  const text = comparisonText({
    head: {
      left: head(l10n.t("{0}, as {1} signed it", name, signer(model)), forms[0]),
      right: head(l10n.t("{0}, as signing it now would", name), forms[1]),
    },
    differences,
    titles: titlesOfSigning(),
    algorithm: manifest.serialization.algorithm,
    disk: await onDisk(model, differences),
  });
  await openComparison(l10n.t("{0}: as signed ↔ signed again", name), text);
}

/** How Sign Model writes digests, whatever the signature before had. */
const WRITTEN: Pick<Serialization, "method" | "algorithm"> & { readonly shardSize?: never } = {
  method: "files",
  algorithm: "sha256",
};

function signer({ verdict }: SignedStatement["model"]): string {
  return plainText(signerPhrase(verdict.signer, l10n.t));
}

function titlesOfSigning(): Readonly<Record<keyof Differences, string>> {
  return { changed: l10n.t("Changed"), missing: l10n.t("No longer signed"), added: l10n.t("Newly signed") };
}

function countsText({ changed, missing, added }: Differences): string {
  const counts: readonly (readonly [number, string])[] = [
    [changed.length, l10n.t("changed")],
    [missing.length, l10n.t("no longer signed")],
    [added.length, l10n.t("newly signed")],
  ];
  return counts.flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`])).join(", ");
}

function unchangedText(unchanged: number, files: number): string {
  return l10n.t("{0} of {1} signed files unchanged, not listed", unchanged, files);
}

/** How files become digests, and what is left out: a line each, for half a window. */
function formLines({ algorithm, method, ignorePaths, shardSize }: Serialization): string[] {
  const form =
    method === "shards" && shardSize !== undefined
      ? l10n.t("Digests: {0}, one for every {1}", algorithm, bytesText(shardSize))
      : l10n.t("Digests: {0}, one a file", algorithm);
  const names = [...new Set(ignorePaths)].sort(compareCodePoints).map((name) => `  ${plainText(name)}`);
  return [form, l10n.t("Left out, where it exists:"), ...names];
}

/** Size and time of the files that are listed and there. Times are the file system's: whoever changes a file can set them. */
async function onDisk(model: KnownModel, differences: Differences): Promise<Map<string, FileOnDisk>> {
  const files = listedFiles(differences).filter(({ found }) => found !== undefined);
  const base = model.kind === "file" ? dirname(model.path) : model.path;
  const disk = new Map<string, FileOnDisk>();
  for (let from = 0; from < files.length; from += AT_ONCE) {
    await Promise.all(
      files.slice(from, from + AT_ONCE).map(async ({ name, note }) => {
        const found = await (note === "symlink" ? lstat : stat)(join(base, name)).catch(() => undefined);
        if (found !== undefined) disk.set(name, { size: found.size, writtenAt: found.mtime.toISOString() });
      }),
    );
  }
  return disk;
}
