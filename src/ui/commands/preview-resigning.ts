import { commands, l10n } from "vscode";
import type { Serialization } from "../../core/manifest/manifest.ts";
import { compareCodePoints } from "../../core/model/names.ts";
import { bytesText } from "../../core/presentation/bytes-and-time.ts";
import { filesText } from "../../core/presentation/coverage-text.ts";
import { signerPhrase } from "../../core/presentation/signer-text.ts";
import { ActionableError, notify } from "../../platform/commands.ts";
import { COMMANDS } from "../../platform/ids.ts";
import { codeSpan } from "../../platform/markdown-text.ts";
import { withProgress } from "../../platform/progress.ts";
import { modelName } from "../model-text.ts";
import { differenceList, item, list } from "../reports/model-report.ts";
import { textUri, titlePath } from "../reports/report-documents.ts";
import type { Services } from "../services.ts";
import { comparedVerdict } from "./compare-model.ts";
import { targetModel } from "./targets.ts";

/** Preview Re-Signing: shows how a new signature would differ from the existing one. Signs nothing. */
export async function previewResigning(args: readonly unknown[], services: Services): Promise<void> {
  const model = await targetModel(args, "compare", services);
  const name = modelName(model);
  const title = l10n.t("Preview of re-signing {0}", name);
  const { verdict, preview } = await withProgress(title, async (report, signal) => {
    const compared = await comparedVerdict(model, services, report, signal);
    const options = { model: model.path, signature: compared.signature, rootDigest: compared.rootDigest };
    const made = await services.engine.run("previewResigning", options, { signal, onProgress: report.bytes });
    return { verdict: compared, preview: made };
  });
  if (preview === undefined) {
    throw new ActionableError(l10n.t("The signature of {0} was just replaced.", name), {
      label: l10n.t("Verify Again"),
      run: () => commands.executeCommand(COMMANDS.verifyModel, model.path),
    });
  }
  const { comparison, coverage, before, after } = preview;
  const form = formLines(after);
  const sameForm = form.join("\n") === formLines(before).join("\n");
  if (comparison.matches && sameForm) {
    const files = filesText(coverage, l10n.t);
    const text = l10n.t("Re-signing {0} would change nothing: {1}, all unchanged.", name, files);
    notify(services.log, "information", text);
    return;
  }
  const signer = codeSpan(signerPhrase(verdict.signer, l10n.t));
  const titles = { missing: l10n.t("No longer signed"), added: l10n.t("Newly signed") };
  const text = [
    `### ${l10n.t("Preview of re-signing {0}", codeSpan(name))}`,
    "",
    l10n.t("Signing again would replace the signature by {0}. Nothing has been signed.", signer),
    "",
    ...differenceList(comparison, titles),
    ...(sameForm ? [] : [...list(l10n.t("Signed now"), formLines(before)), ...list(l10n.t("After re-signing"), form)]),
    item(l10n.t("Files to sign: {0}", filesText(coverage, l10n.t))),
    "",
  ].join("\n");
  await commands.executeCommand("markdown.showPreview", textUri(titlePath(l10n.t("Re-signing {0}", name)), text));
}

/** Returns how files are hashed, and which paths are excluded. */
function formLines({ algorithm, shardSize, ignorePaths }: Serialization): string[] {
  const names = [...new Set(ignorePaths)].sort(compareCodePoints).map(codeSpan);
  return [
    shardSize === undefined
      ? l10n.t("Digests: {0}, one per file", algorithm)
      : l10n.t("Digests: {0}, one per {1}", algorithm, bytesText(shardSize)),
    ...(names.length === 0 ? [] : [l10n.t("Excluded if present: {0}", names.join(", "))]),
  ];
}
