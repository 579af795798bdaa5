import { existsSync } from "node:fs";
import { CancellationError, l10n } from "vscode";
import type { SignOptions } from "../../core/operations/sign/sign.ts";
import { bytesText } from "../../core/presentation/bytes-and-time.ts";
import type { Engine } from "../../engine/engine.ts";
import type { SigningPreview } from "../../engine/signing-preview.ts";
import { withProgress } from "../../platform/progress.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { askInDialog } from "../ask.ts";
import { modelName } from "../model-text.ts";
import { nameList } from "../name-list.ts";
import type { SigningMethod } from "./signing-method.ts";

/** A model, and how it is signed. */
export interface SigningAttempt extends Pick<SignOptions, "signature" | "mode" | "ignorePaths"> {
  readonly model: KnownModel;
}

/**
 * Shows what is signed, for several models at once. Nothing has happened yet; a signature over other files than it covers
 * is still only replaced after a question of its own.
 *
 * @returns the same without the files that tools added, if the user chooses that
 * @throws CancellationError unless the user confirms
 */
export async function confirmSigningSeveral(
  attempts: readonly SigningAttempt[],
  method: SigningMethod,
  engine: Pick<Engine, "run">,
): Promise<readonly SigningAttempt[]> {
  const previews = await withProgress(l10n.t("Listing files"), async (report, signal) => {
    const made: SigningPreview[] = [];
    for (const [index, { model, signature }] of attempts.entries()) {
      if (signal.aborted) throw new CancellationError();
      report.step(l10n.t("{0} of {1}", index + 1, attempts.length));
      made.push(await engine.run("previewSigning", { model: model.path, signature }));
    }
    return made;
  });
  const files = previews.reduce((sum, { fileCount }) => sum + fileCount, 0);
  const bytes = previews.reduce((sum, { totalBytes }) => sum + totalBytes, 0);
  const replaced = attempts.filter(({ signature }) => existsSync(signature)).length;
  const names = attempts.map(({ model }) => modelName(model));
  const toolFiles = previews.flatMap((preview, index) =>
    preview.toolFiles.map(({ name }) => `${names[index]}/${name}`),
  );
  const paragraphs = [
    nameList(names),
    l10n.t("Files to sign: {0}, {1}. Each model gets its own signature.", files, bytesText(bytes)),
    ...(toolFiles.length === 0 ? [] : [l10n.t("Added by tools, and to be signed: {0}.", nameList(toolFiles))]),
    ...(replaced === 0 ? [] : [l10n.t("Replaces existing signatures: {0}.", replaced)]),
    ...method.notes,
  ].map((line) => [line]);
  const question = method.question(l10n.t("{0} models", attempts.length));
  const sign = l10n.t("Sign");
  const without = l10n.t("Sign Without Files of Tools");
  const buttons = toolFiles.length === 0 ? [sign] : [sign, without];
  const answer = await askInDialog("information", question, paragraphs, ...buttons);
  if (answer === sign) return attempts;
  if (answer !== without) throw new CancellationError();
  return attempts.map((attempt, index) => {
    const ignorePaths = previews[index]?.toolFiles.map(({ name }) => name) ?? [];
    return { ...attempt, ignorePaths };
  });
}
