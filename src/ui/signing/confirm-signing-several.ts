import { existsSync } from "node:fs";
import { CancellationError, l10n } from "vscode";
import { bytesText } from "../../core/presentation/bytes-and-time.ts";
import type { Engine } from "../../engine/engine.ts";
import { withProgress } from "../../platform/progress.ts";
import type { KnownModel } from "../../workspace/registry.ts";
import { askInDialog } from "../ask.ts";
import { modelName } from "../model-text.ts";
import { nameList } from "../name-list.ts";
import type { SigningMethod } from "./signing-method.ts";

/** Names listed in the question. */
const NAMED = 12;

/** A model, and where its signature is written. */
export interface SigningTarget {
  readonly model: KnownModel;
  readonly signature: string;
}

/**
 * Shows what is signed, for several models at once. Nothing has happened yet; a signature over other files than it covers
 * is still only replaced after a question of its own.
 *
 * @returns the paths that are excluded, canonical, by the path of the model: files that tools added, if the user chooses that
 * @throws CancellationError unless the user confirms
 */
export async function confirmSigningSeveral(
  targets: readonly SigningTarget[],
  method: SigningMethod,
  engine: Pick<Engine, "run">,
): Promise<ReadonlyMap<string, readonly string[]>> {
  let [files, bytes] = [0, 0];
  const added = new Map<string, readonly string[]>();
  await withProgress(l10n.t("Listing files"), async (report, signal) => {
    for (const [index, { model, signature }] of targets.entries()) {
      if (signal.aborted) throw new CancellationError();
      report.step(l10n.t("{0} of {1}", index + 1, targets.length));
      const preview = await engine.run("previewSigning", { model: model.path, signature });
      files += preview.fileCount;
      bytes += preview.totalBytes;
      if (preview.toolFiles.length > 0)
        added.set(
          model.path,
          preview.toolFiles.map(({ name }) => name),
        );
    }
  });
  const replaced = targets.filter(({ signature }) => existsSync(signature)).length;
  const names = targets.map(({ model }) => modelName(model));
  const toolFiles = targets.flatMap(({ model }) =>
    (added.get(model.path) ?? []).map((name) => `${modelName(model)}/${name}`),
  );
  const paragraphs = [
    nameList(names, NAMED),
    l10n.t("Files to sign: {0}, {1}. Each model gets its own signature.", files, bytesText(bytes)),
    ...(toolFiles.length === 0 ? [] : [l10n.t("Added by tools, and to be signed: {0}.", nameList(toolFiles, NAMED))]),
    ...(replaced === 0 ? [] : [l10n.t("Replaces existing signatures: {0}.", replaced)]),
    ...method.notes,
  ].map((line) => [line]);
  const question = method.question(l10n.t("{0} models", targets.length));
  const sign = l10n.t("Sign");
  const without = l10n.t("Sign Without Files of Tools");
  const buttons = toolFiles.length === 0 ? [sign] : [sign, without];
  const answer = await askInDialog("information", question, paragraphs, ...buttons);
  if (answer !== sign && answer !== without) throw new CancellationError();
  return answer === without ? added : new Map();
}
